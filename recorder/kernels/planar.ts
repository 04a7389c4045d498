/**
 * Colour planes of RDP 6.0 bitmaps, sixteen bytes at a time: `recorder/decoders/planar-rle.ts` and `planar.ts` are the same
 * in TypeScript, with the explanations, and tests hold the two together.
 */

/** Where the caller may write: memory from here on is free. */
export function base(): usize {
  return (__heap_base + 15) & ~15;
}

/** Makes at least `bytes` of memory available; false when there is no more. */
export function reserve(bytes: usize): bool {
  const wanted = <i32>((bytes + 0xffff) >>> 16);
  const missing = wanted - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}

/** Differences are kept with their sign in the lowest bit. */
function differences(encoded: v128): v128 {
  const sign = v128.and(encoded, i8x16.splat(1));
  return v128.xor(i8x16.shr_u(encoded, 1), i8x16.neg(sign));
}

/**
 * Decodes a plane's segments from `at` on to `width * height` bytes at `out`. Returns where they end, or less than zero:
 * -1 - 2 * place for data that ends there, and one less for a segment that crosses the end of its row. 16 bytes behind
 * `end` may be read, and 16 behind the plane written.
 */
export function decodePlane(source: usize, from: i32, end: i32, out: usize, width: i32, height: i32): i32 {
  let at = from;
  let to = out;
  for (let row = 0; row < height; row++) {
    const rowEnd = to + width;
    let value = 0;
    while (to < rowEnd) {
      if (at >= end) return -1 - 2 * at;
      const control = <i32>load<u8>(source + at);
      let run = control & 0x0f;
      let raw = control >> 4;
      if (run === 1 || run === 2) {
        run = 16 * run + raw;
        raw = 0;
      }
      at += 1;
      if (raw > end - at) return -1 - 2 * at;
      if (raw + run > <i32>(rowEnd - to)) return -2 - 2 * at;
      if (raw > 0) {
        const bytes = v128.load(source + at);
        v128.store(to, row === 0 ? bytes : i8x16.add(v128.load(to - width), differences(bytes)));
        at += raw;
        to += raw;
        value = <i32>load<u8>(source + at - 1);
      }
      const runEnd = to + run;
      if (row === 0) {
        const all = i8x16.splat(<i8>value);
        for (let i = to; i < runEnd; i += 16) v128.store(i, all);
      } else {
        const all = differences(i8x16.splat(<i8>value));
        for (let i = to; i < runEnd; i += 16) v128.store(i, i8x16.add(v128.load(i - width), all));
      }
      to = runEnd;
    }
  }
  return at;
}

function storePixels(b: v128, g: v128, r: v128, out: usize): void {
  const opaque = i8x16.splat(-1);
  const bg0 = i8x16.shuffle(b, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const bg1 = i8x16.shuffle(b, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const rx0 = i8x16.shuffle(r, opaque, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const rx1 = i8x16.shuffle(r, opaque, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(out, i16x8.shuffle(bg0, rx0, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(out, i16x8.shuffle(bg0, rx0, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(out, i16x8.shuffle(bg1, rx1, 0, 8, 1, 9, 2, 10, 3, 11), 32);
  v128.store(out, i16x8.shuffle(bg1, rx1, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}

/** Red, green and blue to pixels; whole vectors, so up to 15 pixels behind the last are written. */
export function combineRgb(red: usize, green: usize, blue: usize, out: usize, pixels: i32): void {
  for (let i: usize = 0; i < <usize>pixels; i += 16) {
    storePixels(v128.load(blue + i), v128.load(green + i), v128.load(red + i), out + (i << 2));
  }
}

function chroma(plane: usize, x: usize, halve: i32): v128 {
  if (halve === 0) return v128.load(plane + x);
  const half = v128.load64_zero(plane + (x >> 1));
  return i8x16.shuffle(half, half, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

/**
 * Luma and two chroma planes to pixels. `shift` brings the sign of a chroma byte to its top; with `halve` of 1, two by two
 * pixels share their chroma. Blue takes `plus` and red the opposite of it.
 */
export function combineYCoCg(
  luma: usize,
  plus: usize,
  green: usize,
  out: usize,
  width: i32,
  height: i32,
  chromaStride: i32,
  halve: i32,
  shift: i32,
): void {
  for (let row = 0; row < height; row++) {
    const chromaAt = <usize>((row >> halve) * chromaStride);
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const y = v128.load(luma + x);
      const co = i8x16.shl(chroma(plus + chromaAt, x, halve), shift);
      const cg = i8x16.shl(chroma(green + chromaAt, x, halve), shift);
      const y0 = i16x8.extend_low_i8x16_u(y);
      const y1 = i16x8.extend_high_i8x16_u(y);
      const co0 = i16x8.extend_low_i8x16_s(co);
      const co1 = i16x8.extend_high_i8x16_s(co);
      const cg0 = i16x8.extend_low_i8x16_s(cg);
      const cg1 = i16x8.extend_high_i8x16_s(cg);
      const t0 = i16x8.sub(y0, cg0);
      const t1 = i16x8.sub(y1, cg1);
      const b = i8x16.narrow_i16x8_u(i16x8.add(t0, co0), i16x8.add(t1, co1));
      const g = i8x16.narrow_i16x8_u(i16x8.add(y0, cg0), i16x8.add(y1, cg1));
      const r = i8x16.narrow_i16x8_u(i16x8.sub(t0, co0), i16x8.sub(t1, co1));
      storePixels(b, g, r, out + (x << 2));
    }
    luma += width;
    out += (<usize>width) << 2;
  }
}
