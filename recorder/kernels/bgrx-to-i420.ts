/**
 * BGRX to I420 in BT.709 limited range, 16 pixels of two rows at a time, from pixels to planes in one memory.
 * `recorder/encoders/i420-scalar.ts` is the same arithmetic in TypeScript, and tests hold the two together bit for bit.
 *
 *     Y = (47 R + 157 G + 16 B + 128) / 256 + 16
 *     U = (112 B - 86 G - 26 R + 128) / 256 + 128      of the rounded mean of 2 x 2 pixels
 *     V = (112 R - 102 G - 10 B + 128) / 256 + 128
 *
 * Pixels are not taken apart into their colours. Read as 16 bits from two places, they are B + 256 G and G + 256 R; R is
 * the latter's upper half. Sums are right modulo 65536, and all that is kept of them is smaller: the largest luma sum is
 * 255 * 220 + 4224, the largest chroma sum 255 * 112 + 32896, and four pixels of one colour are 1020.
 */

// prettier-ignore
/** Vectors of eight. Each is loaded once, since the engine makes a constant anew wherever it is used. */
const VECTORS = memory.data<u16>([
  // Luma: what G weighs more than B brought with it (157 - 16 * 256), R more than that brought (47 + 3939 * 256), 128 + 16 * 256.
  61597, 61597, 61597, 61597, 61597, 61597, 61597, 61597,
  25391, 25391, 25391, 25391, 25391, 25391, 25391, 25391,
  4224, 4224, 4224, 4224, 4224, 4224, 4224, 4224,
  // Chroma: rounding of the mean; weights of B - G and B - R in U, of R - G and B - R in V; 128 + 128 * 256.
  2, 2, 2, 2, 2, 2, 2, 2,
  86, 86, 86, 86, 86, 86, 86, 86,
  26, 26, 26, 26, 26, 26, 26, 26,
  102, 102, 102, 102, 102, 102, 102, 102,
  10, 10, 10, 10, 10, 10, 10, 10,
  32896, 32896, 32896, 32896, 32896, 32896, 32896, 32896,
  // Bytes back in the order of the pixels, of luma and of chroma.
  0x0200, 0x0604, 0x0301, 0x0705, 0x0a08, 0x0e0c, 0x0b09, 0x0f0d,
  0x0200, 0x0301, 0x0604, 0x0705, 0x0a08, 0x0b09, 0x0e0c, 0x0f0d,
], 16);

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

/** The even 16 bits of the first and the odd ones of the second: pixels 0 and 4, 1 and 5, 2 and 6, 3 and 7. */
function mixed(first: v128, second: v128): v128 {
  return i16x8.shuffle(first, second, 0, 9, 2, 11, 4, 13, 6, 15);
}

function luma(bg: v128, gr: v128, r: v128, ofG: v128, ofR: v128, offset: v128): v128 {
  const sum = i16x8.add(i16x8.add(i16x8.shl(bg, 4), i16x8.mul(gr, ofG)), i16x8.add(i16x8.mul(r, ofR), offset));
  return i16x8.shr_u(sum, 8);
}

/** Sums of two neighbours each: pixels 0 and 1, 4 and 5, 2 and 3, 6 and 7, then those of the second. */
function pairs(first: v128, second: v128): v128 {
  return i16x8.add(i32x4.shuffle(first, second, 0, 2, 4, 6), i32x4.shuffle(first, second, 1, 3, 5, 7));
}

function mean(sum: v128, rounding: v128): v128 {
  return i16x8.shr_u(i16x8.add(sum, rounding), 2);
}

/** Converts `columns` x `rows` pixels: multiples of 16 and of 2. */
function convertBlocks(
  source: usize,
  stride: usize,
  y: usize,
  strideY: usize,
  u: usize,
  v: usize,
  strideUV: usize,
  columns: usize,
  rows: usize,
): void {
  const ofG = v128.load(VECTORS);
  const ofR = v128.load(VECTORS, 16);
  const offset = v128.load(VECTORS, 32);
  const rounding = v128.load(VECTORS, 48);
  const uOfBG = v128.load(VECTORS, 64);
  const uOfBR = v128.load(VECTORS, 80);
  const vOfRG = v128.load(VECTORS, 96);
  const vOfBR = v128.load(VECTORS, 112);
  const middle = v128.load(VECTORS, 128);
  const lumaOrder = v128.load(VECTORS, 144);
  const chromaOrder = v128.load(VECTORS, 160);
  for (let row: usize = 0; row < rows; row += 2) {
    for (let x: usize = 0; x < columns; x += 16) {
      const above = source + (x << 2);
      const bg0 = mixed(v128.load(above), v128.load(above, 14));
      const gr0 = mixed(v128.load(above, 1), v128.load(above, 15));
      const bg1 = mixed(v128.load(above, 32), v128.load(above, 46));
      const gr1 = mixed(v128.load(above, 33), v128.load(above, 47));
      const r0 = i16x8.shr_u(gr0, 8);
      const r1 = i16x8.shr_u(gr1, 8);
      const luma0 = i8x16.narrow_i16x8_u(luma(bg0, gr0, r0, ofG, ofR, offset), luma(bg1, gr1, r1, ofG, ofR, offset));
      v128.store(y + x, i8x16.swizzle(luma0, lumaOrder));

      const below = above + stride;
      const bg2 = mixed(v128.load(below), v128.load(below, 14));
      const gr2 = mixed(v128.load(below, 1), v128.load(below, 15));
      const bg3 = mixed(v128.load(below, 32), v128.load(below, 46));
      const gr3 = mixed(v128.load(below, 33), v128.load(below, 47));
      const r2 = i16x8.shr_u(gr2, 8);
      const r3 = i16x8.shr_u(gr3, 8);
      const luma1 = i8x16.narrow_i16x8_u(luma(bg2, gr2, r2, ofG, ofR, offset), luma(bg3, gr3, r3, ofG, ofR, offset));
      v128.store(y + strideY + x, i8x16.swizzle(luma1, lumaOrder));

      const sumR = pairs(i16x8.add(r0, r2), i16x8.add(r1, r3));
      const sumGR = pairs(i16x8.add(gr0, gr2), i16x8.add(gr1, gr3));
      const sumBG = pairs(i16x8.add(bg0, bg2), i16x8.add(bg1, bg3));
      const sumG = i16x8.sub(sumGR, i16x8.shl(sumR, 8));
      const b = mean(i16x8.sub(sumBG, i16x8.shl(sumG, 8)), rounding);
      const g = mean(sumG, rounding);
      const r = mean(sumR, rounding);
      const br = i16x8.sub(b, r);
      const us = i16x8.add(i16x8.mul(i16x8.sub(b, g), uOfBG), i16x8.mul(br, uOfBR));
      const vs = i16x8.sub(i16x8.mul(i16x8.sub(r, g), vOfRG), i16x8.mul(br, vOfBR));
      const u8s = i16x8.shr_u(i16x8.add(us, middle), 8);
      const v8s = i16x8.shr_u(i16x8.add(vs, middle), 8);
      const chroma = i8x16.swizzle(i8x16.narrow_i16x8_u(u8s, v8s), chromaOrder);
      v128.store64_lane(u + (x >> 1), chroma, 0);
      v128.store64_lane(v + (x >> 1), chroma, 1);
    }
    source += stride << 1;
    y += strideY << 1;
    u += strideUV;
    v += strideUV;
  }
}

/** Two rows of 16 pixels with a copy of their last one, and what 16 pixels of two rows become. */
const EDGE = memory.data(128, 16);
const LAST = memory.data(64, 16);

/** Copies `count` - 1 pixels, and the last of them once more. */
function pad(to: usize, from: usize, count: usize): void {
  const last = (count - 1) << 2;
  memory.copy(to, from, last);
  store<u32>(to + last, load<u32>(to + last - 4));
}

/** Writes the first `count` bytes of 16. */
function storeFirst(to: usize, from: usize, count: usize): void {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const mask = i8x16.lt_u(places, i8x16.splat(<i8>count));
  v128.store(to, v128.bitselect(v128.load(from), v128.load(to), mask));
}

/** Converts any even number of pixels; those of the last column are copies where it is `padded`. */
function convertStrip(
  source: usize,
  stride: usize,
  y: usize,
  strideY: usize,
  u: usize,
  v: usize,
  strideUV: usize,
  columns: usize,
  rows: usize,
  padded: bool,
): void {
  const whole = (padded ? columns - 2 : columns) & ~15;
  convertBlocks(source, stride, y, strideY, u, v, strideUV, whole, rows);
  const rest = columns - whole;
  if (rest === 0) return;
  source += whole << 2;
  y += whole;
  u += whole >> 1;
  v += whole >> 1;
  for (let row: usize = 0; row < rows; row += 2) {
    if (padded) {
      pad(EDGE, source, rest);
      pad(EDGE + 64, source + stride, rest);
    }
    convertBlocks(padded ? EDGE : source, padded ? 64 : stride, LAST, 16, LAST + 32, LAST + 48, 8, 16, 2);
    storeFirst(y, LAST, rest);
    storeFirst(y + strideY, LAST + 16, rest);
    storeFirst(u, LAST + 32, rest >> 1);
    storeFirst(v, LAST + 48, rest >> 1);
    source += stride << 1;
    y += strideY << 1;
    u += strideUV;
    v += strideUV;
  }
}

/**
 * Converts a rectangle of a picture of `width` x `height` pixels, rows without padding, to planes of its padded size. The
 * rectangle's numbers are even. Nothing else of the planes changes; up to 64 bytes behind the picture are read, and up to
 * 16 behind the planes are written as they were.
 */
export function convert(
  pixels: usize,
  width: usize,
  height: usize,
  planeY: usize,
  strideY: usize,
  planeU: usize,
  planeV: usize,
  strideUV: usize,
  left: usize,
  top: usize,
  columns: usize,
  rows: usize,
): void {
  const stride = width << 2;
  const source = pixels + top * stride + (left << 2);
  const y = planeY + top * strideY + left;
  const u = planeU + (top >> 1) * strideUV + (left >> 1);
  const v = planeV + (top >> 1) * strideUV + (left >> 1);
  const padded = left + columns > width;
  const whole = top + rows > height ? rows - 2 : rows;
  convertStrip(source, stride, y, strideY, u, v, strideUV, columns, whole, padded);
  if (whole === rows) return;
  // The row that pads an odd height repeats the last one.
  const half = (whole >> 1) * strideUV;
  convertStrip(
    source + whole * stride,
    0,
    y + whole * strideY,
    strideY,
    u + half,
    v + half,
    strideUV,
    columns,
    2,
    padded,
  );
}
