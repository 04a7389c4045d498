/**
 * The inverse Reduce-Extrapolate wavelet transform of a tile component, eight values at a time.
 * `recorder/decoders/progressive/reduced-dwt.ts` is the same in TypeScript, with the explanations, and a test holds the two
 * together bit for bit, overflow included.
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

/**
 * One row of `size` values. `scratch` takes the high values with what lies before and behind them, then the even results;
 * whole vectors are read and written, so that up to 15 values behind a row are garbage until its successor is written.
 */
function inverseRow(low: usize, high: usize, out: usize, count: i32, size: i32, behind: i32, scratch: usize): void {
  const bytes = (<usize>count) << 1;
  const details = scratch + 16;
  const evens = scratch + 128;
  memory.copy(details, high, bytes);
  store<i16>(details - 2, load<i16>(high));
  v128.store(details + bytes, i16x8.splat(<i16>(behind === 0 ? 0 : load<i16>(high + bytes - 2))));
  for (let i = 0; i <= count + 1; i += 8) {
    const at = (<usize>i) << 1;
    const mean = meanUp(v128.load(details + at - 2), v128.load(details + at));
    v128.store(evens + at, i16x8.sub(v128.load(low + at), mean));
  }
  for (let i = 0; i < size; i += 16) {
    const at = <usize>i;
    const even = v128.load(evens + at);
    const between = meanDown(even, v128.load(evens + at + 2));
    const odd = i16x8.add(i16x8.shl(v128.load(details + at), 1), between);
    const to = out + (at << 1);
    v128.store(to, i8x16.shuffle(even, odd, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23));
    v128.store(to, i8x16.shuffle(even, odd, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31), 16);
  }
}

/** One column of eight lanes: `low` low rows of `source`, then `high` high ones. */
function inverseColumns(source: usize, out: usize, low: i32, high: i32, stride: usize): void {
  const extrapolated = low > high + 1;
  let highAt = source + <usize>low * stride;
  let detail = v128.load(highAt);
  let even = i16x8.sub(v128.load(source), detail);
  v128.store(out, even);
  for (let row = 1; row <= high; row++) {
    source += stride;
    highAt += stride;
    let nextDetail = detail;
    if (row < high) nextDetail = v128.load(highAt);
    else if (extrapolated) nextDetail = i16x8.splat(0);
    const nextEven = i16x8.sub(v128.load(source), meanUp(detail, nextDetail));
    v128.store(out + stride, i16x8.add(i16x8.shl(detail, 1), meanDown(even, nextEven)));
    out += stride << 1;
    v128.store(out, nextEven);
    detail = nextDetail;
    even = nextEven;
  }
  if (extrapolated) v128.store(out + stride, meanDown(even, v128.load(source + stride)));
}

/** A level whose bands HL, LH and HH begin at `bands`; rows of LL and of the result are apart by their strides in bytes. */
function inverseLevel(
  bands: usize,
  ll: usize,
  llStride: usize,
  low: i32,
  high: i32,
  size: i32,
  rows: usize,
  out: usize,
  stride: usize,
  scratch: usize,
): void {
  const behind = low === high + 1 ? 1 : 0;
  const lowBytes = (<usize>low) << 1;
  const highBytes = (<usize>high) << 1;
  const lh = bands + highBytes * low;
  const hh = lh + lowBytes * high;
  for (let row = 0; row < low; row++) {
    inverseRow(ll + llStride * row, bands + highBytes * row, rows + stride * row, high, size, behind, scratch);
  }
  for (let row = 0; row < high; row++) {
    inverseRow(lh + lowBytes * row, hh + highBytes * row, rows + stride * (low + row), high, size, behind, scratch);
  }
  const width = (<usize>size) << 1;
  for (let x: usize = 0; x < width; x += 16) inverseColumns(rows + x, out + x, low, high, stride);
}

/**
 * Transforms the 4096 coefficients at `data` to 64 rows at `out`. Behind `data` and `out` there are at least 64 bytes of
 * memory that may be read or written; `temporary` has 16 KB.
 */
export function inverse(data: usize, out: usize, temporary: usize): void {
  const scratch = temporary;
  const level3 = temporary + 512;
  const level2 = level3 + 1024;
  const rows = level2 + 3072;
  inverseLevel(data + 2 * 3807, data + 2 * 4015, 18, 9, 8, 17, rows, level3, 48, scratch);
  inverseLevel(data + 2 * 3007, level3, 48, 17, 16, 33, rows, level2, 80, scratch);
  inverseLevel(data, level2, 80, 33, 31, 64, rows, out, 128, scratch);
}
