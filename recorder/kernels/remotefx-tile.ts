/**
 * The arithmetic of a RemoteFX tile, eight values at a time: the inverse wavelet transform of its components and their
 * conversion to BGRX. `recorder/decoders/remotefx/dwt.ts` and `color-conversion.ts` are the same in TypeScript, with the
 * explanations, and tests hold the two together bit for bit, overflow included.
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

/** (a + b + 1) >> 1 of signed values, without overflow. */
function meanUp(a: v128, b: v128): v128 {
  const sign = i16x8.splat(-0x8000);
  return v128.xor(i16x8.avgr_u(v128.xor(a, sign), v128.xor(b, sign)), sign);
}

/** (a + b) >> 1 of signed values, without overflow: the mean of the complements, rounded up, is rounded down. */
function meanDown(a: v128, b: v128): v128 {
  const flip = i16x8.splat(0x7fff);
  return v128.xor(i16x8.avgr_u(v128.xor(a, flip), v128.xor(b, flip)), flip);
}

function odd(detail: v128, even: v128, nextEven: v128): v128 {
  return i16x8.add(i16x8.shl(detail, 1), meanDown(even, nextEven));
}

/** Two rows of `count` low and high values become one of twice as many. */
function inverseRow(low: usize, high: usize, out: usize, count: i32): void {
  let detail = v128.load(high);
  const first = i8x16.shuffle(detail, detail, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
  let even = i16x8.sub(v128.load(low), meanUp(first, detail));
  for (let i = 8; i <= count; i += 8) {
    let nextDetail = detail;
    let nextEven = even;
    let shifted: v128;
    if (i < count) {
      nextDetail = v128.load(high + (i << 1));
      const before = i8x16.shuffle(detail, nextDetail, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
      nextEven = i16x8.sub(v128.load(low + (i << 1)), meanUp(before, nextDetail));
      shifted = i8x16.shuffle(even, nextEven, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
    } else {
      shifted = i8x16.shuffle(even, even, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 14, 15);
    }
    const between = odd(detail, even, shifted);
    const to = out + ((i - 8) << 2);
    v128.store(to, i8x16.shuffle(even, between, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23));
    v128.store(to, i8x16.shuffle(even, between, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31), 16);
    detail = nextDetail;
    even = nextEven;
  }
}

/** One column of eight lanes: the upper half of `source` holds the low rows, the lower half the high ones. */
function inverseColumns(source: usize, out: usize, size: i32, stride: usize): void {
  const half = <usize>size * stride;
  let detail = v128.load(source + half);
  let even = i16x8.sub(v128.load(source), meanUp(detail, detail));
  v128.store(out, even);
  for (let row = 1; row < size; row++) {
    source += stride;
    const nextDetail = v128.load(source + half);
    const nextEven = i16x8.sub(v128.load(source), meanUp(detail, nextDetail));
    v128.store(out + stride, odd(detail, even, nextEven));
    out += stride << 1;
    v128.store(out, nextEven);
    detail = nextDetail;
    even = nextEven;
  }
  v128.store(out + stride, odd(detail, even, even));
}

function inverseLevel(data: usize, size: i32, temporary: usize): void {
  const row = (<usize>size) << 1;
  const area = row * size;
  const stride = row << 1;
  for (let y = 0; y < size; y++) {
    const at = data + row * y;
    inverseRow(at + 3 * area, at, temporary + stride * y, size);
    inverseRow(at + area, at + 2 * area, temporary + stride * (size + y), size);
  }
  for (let x: usize = 0; x < stride; x += 16) inverseColumns(temporary + x, data + x, size, stride);
}

/** Transforms the 4096 coefficients at `data` in place; `temporary` has room for as many values. */
export function inverseDwt(data: usize, temporary: usize): void {
  inverseLevel(data + 2 * 3840, 8, temporary);
  inverseLevel(data + 2 * 3072, 16, temporary);
  inverseLevel(data, 32, temporary);
}

function scaled(value: v128, factor: i32): v128 {
  return i32x4.mul(value, i32x4.splat(factor));
}

function red(luma: v128, cr: v128): v128 {
  return i32x4.shr_s(i32x4.add(luma, i32x4.shr_s(scaled(cr, 91915), 16)), 5);
}

function green(luma: v128, cb: v128, cr: v128): v128 {
  return i32x4.shr_s(i32x4.sub(luma, i32x4.shr_s(i32x4.add(scaled(cb, 22526), scaled(cr, 46818)), 16)), 5);
}

function blue(luma: v128, cb: v128): v128 {
  return i32x4.shr_s(i32x4.add(luma, i32x4.shr_s(scaled(cb, 115992), 16)), 5);
}

/** Converts 4096 values each of Y, Cb and Cr to BGRX pixels. */
export function convertToBgrx(y: usize, cb: usize, cr: usize, out: usize): void {
  const level = i32x4.splat((128 << 5) + (1 << 4));
  const opaque = i16x8.splat(255);
  for (let i: usize = 0; i < 2 * 4096; i += 16) {
    const ys = v128.load(y + i);
    const cbs = v128.load(cb + i);
    const crs = v128.load(cr + i);
    const y0 = i32x4.add(i32x4.extend_low_i16x8_s(ys), level);
    const y1 = i32x4.add(i32x4.extend_high_i16x8_s(ys), level);
    const cb0 = i32x4.extend_low_i16x8_s(cbs);
    const cb1 = i32x4.extend_high_i16x8_s(cbs);
    const cr0 = i32x4.extend_low_i16x8_s(crs);
    const cr1 = i32x4.extend_high_i16x8_s(crs);
    const b = i16x8.narrow_i32x4_s(blue(y0, cb0), blue(y1, cb1));
    const g = i16x8.narrow_i32x4_s(green(y0, cb0, cr0), green(y1, cb1, cr1));
    const r = i16x8.narrow_i32x4_s(red(y0, cr0), red(y1, cr1));
    const bg = i8x16.narrow_i16x8_u(b, g);
    const rx = i8x16.narrow_i16x8_u(r, opaque);
    const to = out + (i << 1);
    v128.store(to, i8x16.shuffle(bg, rx, 0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27));
    v128.store(to, i8x16.shuffle(bg, rx, 4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31), 16);
  }
}
