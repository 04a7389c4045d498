/**
 * The first or only pass of a tile component, [MS-RDPEGFX] 3.3.8.2.1.1: RLGR1 decoding, differences of LL3 summed up,
 * dequantisation, and the addition to what the tile has.
 */
import { COEFFICIENTS, decodeRlgr } from '../remotefx/rlgr.js';
import { BANDS, LL3_BAND, type BandOffsets } from './bands.js';

/** Bands do not begin at multiples of 64 coefficients here: they are shifted afterwards. */
const NO_SHIFTS = new Uint8Array(COEFFICIENTS / 64);

/**
 * Decodes the bytes from `start` to `end` of `data` into the component at `coefficients[at]`, and notes the signs of what
 * was decoded at `signs[at]`, if there is to be more. `quantised` is memory for one component. Returns the position of the
 * first coefficient that is not zero, or 4096.
 */
export function decodeFirstPass(
  data: DataView,
  start: number,
  end: number,
  bands: BandOffsets,
  shifts: Uint8Array,
  difference: boolean,
  quantised: Int16Array,
  coefficients: Int16Array,
  signs: Int8Array | null,
  at: number,
): number {
  const first = decodeRlgr(1, data, start, end, NO_SHIFTS, 0, quantised);
  sumDifferences(quantised, bands[LL3_BAND] as number);
  signs?.fill(0, at, at + COEFFICIENTS);
  if (!difference) coefficients.fill(0, at, at + first);
  // Indices follow from the layout of the bands, hence the `as number`.
  for (let band = 0; band < BANDS; band += 1) {
    const begin = Math.max(bands[band] as number, first);
    const bandEnd = bands[band + 1] as number;
    const shift = shifts[band] as number;
    if (difference) {
      for (let i = begin; i < bandEnd; i += 1) {
        coefficients[at + i] = (coefficients[at + i] as number) + ((quantised[i] as number) << shift);
      }
    } else {
      for (let i = begin; i < bandEnd; i += 1) coefficients[at + i] = (quantised[i] as number) << shift;
    }
    if (signs === null || band === LL3_BAND) continue;
    for (let i = begin; i < bandEnd; i += 1) signs[at + i] = Math.sign(quantised[i] as number);
  }
  return first;
}

function sumDifferences(values: Int16Array, from: number): void {
  let sum = 0;
  for (let i = from; i < COEFFICIENTS; i += 1) {
    sum += values[i] as number;
    values[i] = sum;
  }
}
