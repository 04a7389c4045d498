/**
 * The inverse wavelet transform of a tile component, [MS-RDPRFX] 3.1.8.2.4: three levels of 5/3 lifting, mirrored at the
 * edges. A level reads its four sub-bands in place (HL, LH, HH, LL) and leaves a picture of twice their size there.
 */
import { LL3 } from './dequantise.js';
import { COEFFICIENTS } from './rlgr.js';

/** Where the sub-bands of the three levels begin, and their width and height. */
const LEVEL_3 = { offset: 3840, size: 8 } as const;
const LEVEL_2 = { offset: 3072, size: 16 } as const;
const LEVEL_1 = { offset: 0, size: 32 } as const;

/**
 * Transforms dequantised coefficients into 64 rows of 64 values. `first` is the position of the first coefficient that is
 * not zero: levels without detail are stretched. `temporary` has room for as many values. What does not fit in 16 bits
 * wraps around, as it does in the kernel.
 */
export function inverseDwt(coefficients: Int16Array, first: number, temporary: Int16Array): void {
  if (first >= LL3 && isEven(coefficients)) {
    coefficients.fill(coefficients[LL3] as number);
    return;
  }
  inverseLevel(coefficients, LEVEL_3.offset, LEVEL_3.size, temporary);
  if (first >= LEVEL_3.offset) stretchLevel(coefficients, LEVEL_2.offset, LEVEL_2.size, temporary);
  else inverseLevel(coefficients, LEVEL_2.offset, LEVEL_2.size, temporary);
  if (first >= LEVEL_2.offset) stretchLevel(coefficients, LEVEL_1.offset, LEVEL_1.size, temporary);
  else inverseLevel(coefficients, LEVEL_1.offset, LEVEL_1.size, temporary);
}

/** True when all values of LL3 are the same. */
function isEven(coefficients: Int16Array): boolean {
  const value = coefficients[LL3];
  for (let i = LL3 + 1; i < COEFFICIENTS; i += 1) if (coefficients[i] !== value) return false;
  return true;
}

// Indices below follow from the fixed sizes of the levels, hence the `as number`.

function inverseLevel(data: Int16Array, offset: number, size: number, temporary: Int16Array): void {
  const area = size * size;
  for (let row = 0; row < size; row += 1) {
    const at = offset + row * size;
    inverseRow(data, at + 3 * area, at, temporary, 2 * row * size, size);
    inverseRow(data, at + area, at + 2 * area, temporary, 2 * (size + row) * size, size);
  }
  inverseColumns(temporary, data, offset, size);
}

/** Two rows of `count` low and high values become one of twice as many. */
function inverseRow(data: Int16Array, low: number, high: number, out: Int16Array, to: number, count: number): void {
  let detail = data[high] as number;
  let even = wrap((data[low] as number) - detail);
  const last = count - 1;
  for (let i = 0; i < last; i += 1) {
    const nextDetail = data[high + i + 1] as number;
    const nextEven = wrap((data[low + i + 1] as number) - ((detail + nextDetail + 1) >> 1));
    out[to + 2 * i] = even;
    out[to + 2 * i + 1] = 2 * detail + ((even + nextEven) >> 1);
    detail = nextDetail;
    even = nextEven;
  }
  out[to + 2 * last] = even;
  out[to + 2 * last + 1] = 2 * detail + even;
}

function wrap(value: number): number {
  return (value << 16) >> 16;
}

/** As `inverseRow` on columns: the upper half of `source` holds the low rows, the lower half the high ones. */
function inverseColumns(source: Int16Array, out: Int16Array, offset: number, size: number): void {
  const width = 2 * size;
  const half = width * size;
  for (let x = 0; x < width; x += 1) {
    out[offset + x] = (source[x] as number) - (source[half + x] as number);
  }
  for (let row = 0; row < size - 1; row += 1) {
    const low = (row + 1) * width;
    const high = half + row * width;
    const to = offset + 2 * row * width;
    for (let x = 0; x < width; x += 1) {
      const detail = source[high + x] as number;
      const nextEven = wrap((source[low + x] as number) - ((detail + (source[high + width + x] as number) + 1) >> 1));
      out[to + width + x] = 2 * detail + (((out[to + x] as number) + nextEven) >> 1);
      out[to + 2 * width + x] = nextEven;
    }
  }
  const high = 2 * half - width;
  const to = offset + (width - 2) * width;
  for (let x = 0; x < width; x += 1) out[to + width + x] = 2 * (source[high + x] as number) + (out[to + x] as number);
}

/** `inverseLevel` where HL, LH and HH are zero: values between two neighbours are their mean. */
function stretchLevel(data: Int16Array, offset: number, size: number, temporary: Int16Array): void {
  const width = 2 * size;
  const low = offset + 3 * size * size;
  for (let row = 0; row < size; row += 1) {
    const from = low + row * size;
    const to = row * width;
    let even = data[from] as number;
    for (let i = 0; i < size - 1; i += 1) {
      const nextEven = data[from + i + 1] as number;
      temporary[to + 2 * i] = even;
      temporary[to + 2 * i + 1] = (even + nextEven) >> 1;
      even = nextEven;
    }
    temporary[to + width - 2] = even;
    temporary[to + width - 1] = even;
  }
  for (let row = 0; row < size; row += 1) {
    const from = row * width;
    const below = row + 1 < size ? from + width : from;
    const to = offset + 2 * from;
    for (let x = 0; x < width; x += 1) {
      const even = temporary[from + x] as number;
      data[to + x] = even;
      data[to + width + x] = (even + (temporary[below + x] as number)) >> 1;
    }
  }
}
