/**
 * The inverse of the Reduce-Extrapolate wavelet transform, [MS-RDPEGFX] 3.2.8.1.2.2 and 3.3.8.2.2: the lifting steps of
 * [MS-RDPRFX] 3.1.8.2.4 on bands of 9 and 8, 17 and 16, 33 and 31 values. At the last level a 32nd high value is zero, and
 * the 65th result is dropped.
 */
import { COEFFICIENTS } from '../remotefx/rlgr.js';
import { REDUCED_BANDS } from './bands.js';
import { createWasmReducedDwt, type InverseReducedDwt } from './reduced-dwt-kernel.js';

interface Level {
  readonly low: number;
  readonly high: number;
  /** Width and height of the result. */
  readonly size: number;
  /** Where HL begins; LH, HH and, at level 3, LL follow. */
  readonly offset: number;
}

const LEVEL_3: Level = { low: 9, high: 8, size: 17, offset: REDUCED_BANDS[6] as number };
const LEVEL_2: Level = { low: 17, high: 16, size: 33, offset: REDUCED_BANDS[3] as number };
const LEVEL_1: Level = { low: 33, high: 31, size: 64, offset: 0 };
const LL3 = REDUCED_BANDS[9] as number;

// Indices below follow from the fixed sizes of the levels, hence the `as number`.

/** Transforms tile components in memory of its own: with a kernel, or by itself, which gives the same. */
export class ReducedDwt {
  readonly #kernel: InverseReducedDwt | null;
  readonly #level3 = new Int16Array(17 * 17);
  readonly #level2 = new Int16Array(33 * 33);
  readonly #rows = new Int16Array(64 * 64);

  constructor(kernel: InverseReducedDwt | null = createWasmReducedDwt()) {
    this.#kernel = kernel;
  }

  /**
   * Writes 64 rows of 64 values to `out` from the component at `coefficients[at]`, of which those before `first` are zero.
   */
  inverse(coefficients: Int16Array, at: number, first: number, out: Int16Array): void {
    if (first >= LL3 && isFlat(coefficients, at + LL3)) {
      out.fill(coefficients[at + LL3] as number);
      return;
    }
    if (this.#kernel !== null) {
      this.#kernel(coefficients, at, out);
      return;
    }
    this.#level(LEVEL_3, coefficients, at, coefficients, at + LL3, this.#level3);
    this.#level(LEVEL_2, coefficients, at, this.#level3, 0, this.#level2);
    if (first >= LEVEL_2.offset) stretchToTile(this.#level2, this.#rows, out);
    else this.#level(LEVEL_1, coefficients, at, this.#level2, 0, out);
  }

  #level(level: Level, data: Int16Array, at: number, ll: Int16Array, llAt: number, out: Int16Array): void {
    const { low, high, size, offset } = level;
    const hl = at + offset;
    const lh = hl + high * low;
    const hh = lh + low * high;
    const rows = this.#rows;
    for (let row = 0; row < low; row += 1) {
      inverseRow(ll, llAt + row * low, data, hl + row * high, rows, row * size, low, high);
    }
    for (let row = 0; row < high; row += 1) {
      inverseRow(data, lh + row * low, data, hh + row * high, rows, (low + row) * size, low, high);
    }
    inverseColumns(rows, out, size, low, high);
  }
}

/** What 16 bits hold of a value: planes have no more, and neither has the kernel. */
function wrap(value: number): number {
  return (value << 16) >> 16;
}

function isFlat(coefficients: Int16Array, at: number): boolean {
  const value = coefficients[at] as number;
  for (let i = at + 1; i < at + COEFFICIENTS - LL3; i += 1) if (coefficients[i] !== value) return false;
  return true;
}

/** `low` low and `high` high values become a row of as many as both. */
function inverseRow(
  lows: Int16Array,
  lowAt: number,
  highs: Int16Array,
  highAt: number,
  out: Int16Array,
  to: number,
  low: number,
  high: number,
): void {
  let detail = highs[highAt] as number;
  let even = wrap((lows[lowAt] as number) - detail);
  for (let i = 1; i < high; i += 1) {
    const nextDetail = highs[highAt + i] as number;
    const nextEven = wrap((lows[lowAt + i] as number) - ((detail + nextDetail + 1) >> 1));
    out[to] = even;
    out[to + 1] = 2 * detail + ((even + nextEven) >> 1);
    to += 2;
    detail = nextDetail;
    even = nextEven;
  }
  const mirrored = low === high + 1 ? detail : 0;
  const last = wrap((lows[lowAt + high] as number) - ((detail + mirrored + 1) >> 1));
  out[to] = even;
  out[to + 1] = 2 * detail + ((even + last) >> 1);
  out[to + 2] = last;
  if (low > high + 1) out[to + 3] = (last + (lows[lowAt + high + 1] as number)) >> 1;
}

/** As `inverseRow` on columns: the first `low` rows of `source` are the low values, the others the high ones. */
function inverseColumns(source: Int16Array, out: Int16Array, size: number, low: number, high: number): void {
  const highRows = low * size;
  for (let x = 0; x < size; x += 1) out[x] = (source[x] as number) - (source[highRows + x] as number);
  for (let row = 1; row <= high; row += 1) {
    const lowAt = row * size;
    const highAt = highRows + (row - 1) * size;
    // Behind the last high value lies its mirror image, or zero where the picture was extrapolated.
    const mirror = row < high || low > high + 1 ? size : 0;
    const beyond = row === high && low > high + 1;
    const to = 2 * (row - 1) * size;
    for (let x = 0; x < size; x += 1) {
      const detail = source[highAt + x] as number;
      const nextDetail = beyond ? 0 : (source[highAt + mirror + x] as number);
      const nextEven = wrap((source[lowAt + x] as number) - ((detail + nextDetail + 1) >> 1));
      out[to + size + x] = 2 * detail + (((out[to + x] as number) + nextEven) >> 1);
      out[to + 2 * size + x] = nextEven;
    }
  }
  if (low === high + 1) return;
  const to = 2 * high * size;
  const lowAt = (high + 1) * size;
  for (let x = 0; x < size; x += 1) {
    out[to + size + x] = ((out[to + x] as number) + (source[lowAt + x] as number)) >> 1;
  }
}

/** Level 1 where HL, LH and HH are zero: values between two neighbours are their mean. */
function stretchToTile(low: Int16Array, rows: Int16Array, out: Int16Array): void {
  for (let row = 0; row < 33; row += 1) {
    for (let i = 0; i < 32; i += 1) {
      const even = low[row * 33 + i] as number;
      rows[row * 64 + 2 * i] = even;
      rows[row * 64 + 2 * i + 1] = (even + (low[row * 33 + i + 1] as number)) >> 1;
    }
  }
  for (let row = 0; row < 32; row += 1) {
    for (let x = 0; x < 64; x += 1) {
      const even = rows[row * 64 + x] as number;
      out[row * 128 + x] = even;
      out[row * 128 + 64 + x] = (even + (rows[row * 64 + 64 + x] as number)) >> 1;
    }
  }
}
