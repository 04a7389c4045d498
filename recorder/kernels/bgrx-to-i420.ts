/**
 * BGRX to I420 in BT.709 limited range, 16 pixels of two rows at a time. `recorder/encoders/i420-scalar.ts` is the same
 * arithmetic in TypeScript, and tests hold the two together bit for bit.
 *
 *     Y = (47 R + 157 G + 16 B + 128) / 256 + 16
 *     U = (112 B - 86 G - 26 R + 128) / 256 + 128      of the rounded mean of 2 x 2 pixels
 *     V = (112 R - 102 G - 10 B + 128) / 256 + 128
 *
 * Everything fits in 16 bits: the largest luma sum is 255 * 220 + 128, the largest chroma sum 255 * 112 + 128.
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

function luma(b: v128, g: v128, r: v128): v128 {
  const low = lumaHalf(i16x8.extend_low_i8x16_u(b), i16x8.extend_low_i8x16_u(g), i16x8.extend_low_i8x16_u(r));
  const high = lumaHalf(i16x8.extend_high_i8x16_u(b), i16x8.extend_high_i8x16_u(g), i16x8.extend_high_i8x16_u(r));
  return i8x16.narrow_i16x8_u(low, high);
}

function lumaHalf(b: v128, g: v128, r: v128): v128 {
  const sum = i16x8.add(
    i16x8.add(i16x8.mul(r, i16x8.splat(47)), i16x8.mul(g, i16x8.splat(157))),
    i16x8.add(i16x8.mul(b, i16x8.splat(16)), i16x8.splat(128)),
  );
  return i16x8.add(i16x8.shr_u(sum, 8), i16x8.splat(16));
}

function mean(top: v128, bottom: v128): v128 {
  const sum = i16x8.add(i16x8.extadd_pairwise_i8x16_u(top), i16x8.extadd_pairwise_i8x16_u(bottom));
  return i16x8.shr_u(i16x8.add(sum, i16x8.splat(2)), 2);
}

function chroma(b: v128, cb: i16, g: v128, cg: i16, r: v128, cr: i16): v128 {
  const sum = i16x8.add(
    i16x8.add(i16x8.mul(b, i16x8.splat(cb)), i16x8.mul(g, i16x8.splat(cg))),
    i16x8.add(i16x8.mul(r, i16x8.splat(cr)), i16x8.splat(128)),
  );
  return i16x8.add(i16x8.shr_s(sum, 8), i16x8.splat(128));
}

/** Byte `n` of each of the 16 pixels in four vectors, for B (0), G (1) and R (2). */
function blue(p0: v128, p1: v128, p2: v128, p3: v128): v128 {
  const a = i8x16.shuffle(p0, p1, 0, 4, 8, 12, 16, 20, 24, 28, 0, 0, 0, 0, 0, 0, 0, 0);
  const c = i8x16.shuffle(p2, p3, 0, 4, 8, 12, 16, 20, 24, 28, 0, 0, 0, 0, 0, 0, 0, 0);
  return i64x2.shuffle(a, c, 0, 2);
}

function green(p0: v128, p1: v128, p2: v128, p3: v128): v128 {
  const a = i8x16.shuffle(p0, p1, 1, 5, 9, 13, 17, 21, 25, 29, 0, 0, 0, 0, 0, 0, 0, 0);
  const c = i8x16.shuffle(p2, p3, 1, 5, 9, 13, 17, 21, 25, 29, 0, 0, 0, 0, 0, 0, 0, 0);
  return i64x2.shuffle(a, c, 0, 2);
}

function red(p0: v128, p1: v128, p2: v128, p3: v128): v128 {
  const a = i8x16.shuffle(p0, p1, 2, 6, 10, 14, 18, 22, 26, 30, 0, 0, 0, 0, 0, 0, 0, 0);
  const c = i8x16.shuffle(p2, p3, 2, 6, 10, 14, 18, 22, 26, 30, 0, 0, 0, 0, 0, 0, 0, 0);
  return i64x2.shuffle(a, c, 0, 2);
}

/**
 * Converts two rows of 16 pixels at `source`.
 */
function block(source: usize, sourceStride: usize, y: usize, yStride: usize, u: usize, v: usize): void {
  let p0 = v128.load(source);
  let p1 = v128.load(source, 16);
  let p2 = v128.load(source, 32);
  let p3 = v128.load(source, 48);
  const b0 = blue(p0, p1, p2, p3);
  const g0 = green(p0, p1, p2, p3);
  const r0 = red(p0, p1, p2, p3);
  v128.store(y, luma(b0, g0, r0));
  const next = source + sourceStride;
  p0 = v128.load(next);
  p1 = v128.load(next, 16);
  p2 = v128.load(next, 32);
  p3 = v128.load(next, 48);
  const b1 = blue(p0, p1, p2, p3);
  const g1 = green(p0, p1, p2, p3);
  const r1 = red(p0, p1, p2, p3);
  v128.store(y + yStride, luma(b1, g1, r1));
  const b = mean(b0, b1);
  const g = mean(g0, g1);
  const r = mean(r0, r1);
  const us = chroma(b, 112, g, -86, r, -26);
  const vs = chroma(b, -10, g, -102, r, 112);
  v128.store64_lane(u, i8x16.narrow_i16x8_u(us, us), 0);
  v128.store64_lane(v, i8x16.narrow_i16x8_u(vs, vs), 0);
}

/**
 * Converts `width` x `height` pixels; both are multiples of 2, and every row of source and planes has room for `width`
 * rounded up to 16 pixels: the last block of a row is converted whole, and its surplus is never copied out.
 */
export function convert(
  source: usize,
  sourceStride: usize,
  y: usize,
  yStride: usize,
  u: usize,
  v: usize,
  uvStride: usize,
  width: i32,
  height: i32,
): void {
  for (let row = 0; row < height; row += 2) {
    for (let x = 0; x < width; x += 16) {
      block(source + (x << 2), sourceStride, y + x, yStride, u + (x >> 1), v + (x >> 1));
    }
    source += sourceStride << 1;
    y += yStride << 1;
    u += uvStride;
    v += uvStride;
  }
}
