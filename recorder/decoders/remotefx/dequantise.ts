/** Sub-bands of a tile component and their quantisation, [MS-RDPRFX] 2.2.2.1.5, 3.1.8.1.5 and 3.1.8.1.6. */
import { COEFFICIENTS } from './rlgr.js';

/** Bytes of one TS_RFX_CODEC_QUANT. */
export const CODEC_QUANT_BYTES = 5;

/** Shifts of one table: all sub-bands begin at multiples of 64 coefficients. */
export const SHIFTS = COEFFICIENTS / 64;

/** Where LL3 begins: the last 64 coefficients. */
export const LL3 = COEFFICIENTS - 64;

/** Nibbles of LL3, LH3, HL3, HH3, LH2, HL2, HH2, LH1, HL1, HH1 on the wire. */
const FACTORS = { ll3: 0, lh3: 1, hl3: 2, hh3: 3, lh2: 4, hl2: 5, hh2: 6, lh1: 7, hl1: 8, hh1: 9 } as const;

/** Sub-bands in the order of their coefficients, with how many times 64 of them there are. */
const BANDS = [
  [FACTORS.hl1, 16],
  [FACTORS.lh1, 16],
  [FACTORS.hh1, 16],
  [FACTORS.hl2, 4],
  [FACTORS.lh2, 4],
  [FACTORS.hh2, 4],
  [FACTORS.hl3, 1],
  [FACTORS.lh3, 1],
  [FACTORS.hh3, 1],
  [FACTORS.ll3, 1],
] as const;

/**
 * Writes the shifts of a TS_RFX_CODEC_QUANT at `data[at]` to `shifts[shiftsAt]`, one for each 64 coefficients. A factor
 * of 6 stands for a scale of 1; the result has five fractional bits, so coefficients are shifted by the factor less one.
 */
export function readShifts(data: Uint8Array, at: number, shifts: Uint8Array, shiftsAt: number): void {
  let to = shiftsAt;
  for (const [factor, count] of BANDS) {
    const byte = data[at + (factor >> 1)] as number; // the caller has compared the length
    const value = (factor & 1) === 0 ? byte & 0x0f : byte >> 4;
    shifts.fill(Math.max(value - 1, 0), to, to + count);
    to += count;
  }
}

/** Undoes the differences between neighbours of LL3, which shifting has not touched, 3.1.8.2.2. */
export function sumLl3(coefficients: Int16Array): void {
  let sum = 0;
  for (let i = LL3; i < COEFFICIENTS; i += 1) {
    sum += coefficients[i] as number;
    coefficients[i] = sum;
  }
}
