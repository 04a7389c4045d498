/**
 * The pixel loops of interleaved RLE. Words are 0x00RRGGBB, or palette indices at 8 bpp. `above` is the distance to the
 * pixel above in words; 0 on the first line, where it counts as black. Callers have compared every range with the
 * lengths of `data` and `out`, hence the `as number`.
 */
import { expand15, expand16 } from './pixel-formats.js';

/** Runs from this length on are left to the engine's bulk operations, which are dear to call and cheap to run. */
const LONG_RUN = 96;

/** One colour as the stream holds it at `at`. */
export function pixelAt(data: Uint8Array, at: number, depth: number): number {
  const low = data[at] as number;
  if (depth === 8) return low;
  const pixel = low | ((data[at + 1] as number) << 8);
  if (depth === 16) return expand16(pixel);
  if (depth === 15) return expand15(pixel);
  return pixel | ((data[at + 2] as number) << 16);
}

/** `count` uncompressed pixels. */
export function readPixels(
  data: Uint8Array,
  at: number,
  out: Uint32Array,
  to: number,
  count: number,
  depth: number,
): void {
  const end = to + count;
  let from = at;
  if (depth === 16) {
    for (let i = to; i < end; i += 1, from += 2) {
      out[i] = expand16((data[from] as number) | ((data[from + 1] as number) << 8));
    }
  } else if (depth === 24) {
    for (let i = to; i < end; i += 1, from += 3) {
      const low = (data[from] as number) | ((data[from + 1] as number) << 8);
      out[i] = low | ((data[from + 2] as number) << 16);
    }
  } else if (depth === 15) {
    for (let i = to; i < end; i += 1, from += 2) {
      out[i] = expand15((data[from] as number) | ((data[from + 1] as number) << 8));
    }
  } else {
    for (let i = to; i < end; i += 1, from += 1) out[i] = data[from] as number;
  }
}

/** `count` pixels of one colour. */
export function fillRun(out: Uint32Array, to: number, count: number, color: number): void {
  const end = to + count;
  if (count >= LONG_RUN) {
    out.fill(color, to, end);
    return;
  }
  for (let i = to; i < end; i += 1) out[i] = color;
}

/** `pairs` times two colours in turn. */
export function fillPairs(out: Uint32Array, to: number, pairs: number, first: number, second: number): void {
  const end = to + 2 * pairs;
  for (let i = to; i < end; i += 2) {
    out[i] = first;
    out[i + 1] = second;
  }
}

/** `count` pixels like those above. A run longer than a row repeats what it has itself just written. */
export function copyAbove(out: Uint32Array, to: number, count: number, above: number): void {
  const end = to + count;
  if (above === 0) {
    fillRun(out, to, count, 0);
  } else if (count >= LONG_RUN && above >= LONG_RUN) {
    for (let i = to; i < end; i += above) out.copyWithin(i, i - above, Math.min(i, end - above));
  } else {
    for (let i = to; i < end; i += 1) out[i] = out[i - above] as number;
  }
}

/** `count` pixels like those above, each XORed with the foreground colour. */
export function xorAbove(out: Uint32Array, to: number, count: number, foreground: number, above: number): void {
  const end = to + count;
  if (above === 0) {
    fillRun(out, to, count, foreground);
  } else {
    for (let i = to; i < end; i += 1) out[i] = (out[i - above] as number) ^ foreground;
  }
}

/** Up to eight pixels: where the mask has a 1, lowest bit first, the pixel above is XORed with the foreground colour. */
export function writeMask(
  out: Uint32Array,
  to: number,
  count: number,
  mask: number,
  foreground: number,
  above: number,
): void {
  for (let bit = 0; bit < count; bit += 1) {
    const color = (mask >> bit) & 1 ? foreground : 0;
    out[to + bit] = above === 0 ? color : (out[to + bit - above] as number) ^ color;
  }
}

/** `count` pixels by the masks at `at`, eight to a byte. */
export function writeMasks(
  data: Uint8Array,
  at: number,
  out: Uint32Array,
  to: number,
  count: number,
  foreground: number,
  above: number,
): void {
  for (let done = 0, from = at; done < count; done += 8, from += 1) {
    writeMask(out, to + done, Math.min(8, count - done), data[from] as number, foreground, above);
  }
}
