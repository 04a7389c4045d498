/**
 * An upgrade pass of a tile component, [MS-RDPEGFX] 3.3.8.2.1.2: more bits of every coefficient. Those whose sign is known
 * come as raw bits, the others in the simplified run-length code of 3.1.8.1.5.
 */
import { BANDS, LL3_BAND, type BandOffsets } from './bands.js';

const KP_START = 8;
const KP_MAX = 80;
const KP_UP = 4;
const KP_DOWN = 6;
const KP_SHIFT = 3;

/**
 * Reads the SRL code from byte `srl` to `raw` of `data` and the raw bits from there to `end`, and adds them to the
 * component at `coefficients[at]` with signs at `signs[at]`: `bits[band]` bits of each coefficient of a band, shifted left
 * by `shifts[band]`. `data` goes on for at least 8 bytes. Returns false, with the pass done in part, when the data ends
 * before the coefficients.
 *
 * One long function, because the positions of both streams are to stay in registers.
 */
export function decodeUpgradePass(
  data: DataView,
  srl: number,
  raw: number,
  end: number,
  bands: BandOffsets,
  bits: Uint8Array,
  shifts: Uint8Array,
  coefficients: Int16Array,
  signs: Int8Array,
  at: number,
): boolean {
  const srlEnd = 8 * raw;
  const rawEnd = 8 * end;
  let srlBit = 8 * srl;
  let rawBit = srlEnd;
  let kp = KP_START;
  let zeros = 0;
  let valueNext = false;
  // Indices follow from the layout of the bands, hence the `as number`.
  for (let band = 0; band < BANDS; band += 1) {
    const count = bits[band] as number;
    if (count === 0) continue;
    const shift = shifts[band] as number;
    const bandEnd = at + (bands[band + 1] as number);
    for (let i = at + (bands[band] as number); i < bandEnd; i += 1) {
      const sign = band === LL3_BAND ? 1 : (signs[i] as number);
      if (sign === 0 && zeros > 0) {
        zeros -= 1;
        continue;
      }
      if (sign !== 0) {
        const input = (data.getUint32(rawBit >> 3) << (rawBit & 7)) >>> (32 - count);
        rawBit += count;
        if (rawBit > rawEnd) return false;
        coefficients[i] = (coefficients[i] as number) + (sign > 0 ? input << shift : -(input << shift));
        continue;
      }
      if (!valueNext) {
        const k = kp >> KP_SHIFT;
        const word = data.getUint32(srlBit >> 3) << (srlBit & 7);
        if (word >= 0) {
          // A zero bit: 2^k zeros, and the run goes on.
          srlBit += 1;
          zeros = 1 << k;
          kp = Math.min(kp + KP_UP, KP_MAX);
        } else {
          srlBit += 1 + k;
          zeros = ((word << 1) >>> 1) >>> (31 - k);
          kp = Math.max(kp - KP_DOWN, 0);
          valueNext = true;
        }
        if (srlBit > srlEnd) return false;
        if (zeros > 0) {
          zeros -= 1;
          continue;
        }
      }
      valueNext = false;
      const negative = ((data.getUint8(srlBit >> 3) << (srlBit & 7)) & 0x80) !== 0;
      srlBit += 1;
      // A unary magnitude: zero bits and a one bit, which the largest magnitude does without.
      const largest = (1 << count) - 1;
      let magnitude = 1;
      while (magnitude < largest) {
        const one = (data.getUint8(srlBit >> 3) << (srlBit & 7)) & 0x80;
        srlBit += 1;
        if (one !== 0 || srlBit > srlEnd) break;
        magnitude += 1;
      }
      if (srlBit > srlEnd) return false;
      signs[i] = negative ? -1 : 1;
      coefficients[i] = (coefficients[i] as number) + (negative ? -(magnitude << shift) : magnitude << shift);
    }
  }
  return true;
}
