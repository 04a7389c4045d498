/**
 * Full-range BT.709 to BGRX, [MS-RDPEGFX] 3.3.8.3.1. The factor of Y is 256, so that what chroma adds can be shifted by
 * itself: `(256 * y + c) >> 8` is `y + (c >> 8)`.
 */
const OPAQUE = 0xff00_0000;

const RED_OF_V = Int16Array.from({ length: 256 }, (_, v) => (403 * (v - 128)) >> 8);
const GREEN_OF_U = Int16Array.from({ length: 256 }, (_, u) => -48 * (u - 128));
const GREEN_OF_V = Int16Array.from({ length: 256 }, (_, v) => -120 * (v - 128));
const BLUE_OF_U = Int16Array.from({ length: 256 }, (_, u) => (475 * (u - 128)) >> 8);

// Indices below lie within rows of the same length or tables of 256, hence the `as number`.

/** Converts `count` pixels with a chroma value each, from `y[yAt]`, `u[uvAt]` and `v[uvAt]` to `words[to]`. */
export function convertRow444(
  y: Uint8Array,
  yAt: number,
  u: Uint8Array,
  v: Uint8Array,
  uvAt: number,
  words: Uint32Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i += 1) {
    const chromaU = u[uvAt + i] as number;
    const chromaV = v[uvAt + i] as number;
    const luma = y[yAt + i] as number;
    const red = luma + (RED_OF_V[chromaV] as number);
    const green = luma + (((GREEN_OF_U[chromaU] as number) + (GREEN_OF_V[chromaV] as number)) >> 8);
    const blue = luma + (BLUE_OF_U[chromaU] as number);
    // Most colours need no clamping, which one test finds out for all three channels.
    words[to + i] =
      ((red | green | blue) & ~0xff) === 0 ? (red << 16) | (green << 8) | blue | OPAQUE : clamped(red, green, blue);
  }
}

/**
 * Converts a row of `count` pixels that share chroma values by twos: the pixel at `x` has those at `x >> 1`. Positions
 * `yAt` and `uvAt` are those of the row's beginning, not of `x`.
 */
export function convertRow420(
  y: Uint8Array,
  yAt: number,
  u: Uint8Array,
  v: Uint8Array,
  uvAt: number,
  words: Uint32Array,
  to: number,
  x: number,
  count: number,
): void {
  const end = x + count;
  const start = to - x;
  for (let at = x; at < end;) {
    const chromaU = u[uvAt + (at >> 1)] as number;
    const chromaV = v[uvAt + (at >> 1)] as number;
    const addRed = RED_OF_V[chromaV] as number;
    const addGreen = ((GREEN_OF_U[chromaU] as number) + (GREEN_OF_V[chromaV] as number)) >> 8;
    const addBlue = BLUE_OF_U[chromaU] as number;
    do {
      const luma = y[yAt + at] as number;
      const red = luma + addRed;
      const green = luma + addGreen;
      const blue = luma + addBlue;
      words[start + at] =
        ((red | green | blue) & ~0xff) === 0 ? (red << 16) | (green << 8) | blue | OPAQUE : clamped(red, green, blue);
      at += 1;
    } while ((at & 1) !== 0 && at < end);
  }
}

function clamped(red: number, green: number, blue: number): number {
  return (clamp(red) << 16) | (clamp(green) << 8) | clamp(blue) | OPAQUE;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
