/**
 * RLGR entropy decoding of one tile component, [MS-RDPRFX] 3.1.8.1.7.3: runs of zeros and Golomb-Rice codes, taking turns
 * as the parameter k says. RLGR1 codes one coefficient at a time in Golomb-Rice mode, RLGR3 the sum of two.
 */

/** Coefficients of one component of a 64 x 64 tile. */
export const COEFFICIENTS = 4096;

/** Bytes after the data that may be read, whatever they hold: one code is found to be cut off when it has been read. */
export const RLGR_SLACK_BYTES = 16;

export type RlgrMode = 1 | 3;

/** Bits that a read of four bytes gives at any position within its first byte. */
const WINDOW_BITS = 25;

const KP_MAX = 80;
/** kp and krp count in eighths of k and kr. */
const PARAMETER_SHIFT = 3;
const ZERO_RUN_UP = 4;
const RUN_VALUE_DOWN = 6;
const ZERO_UP = 3;
const VALUE_DOWN = 3;

/**
 * Decodes the bits of `data` from byte `start` to `end` into `out`, whose coefficient `i` becomes
 * `value << shifts[shiftsAt + (i >> 6)]`: dequantised, when the shifts are those of its sub-band. Coefficients that the
 * data ends before are zero, as clients have it: encoders need not write the last zeros. Returns the position of the first
 * coefficient that is not zero, or 4096.
 *
 * One long function, because the reader's position and the two parameters are to stay in registers.
 */
export function decodeRlgr(
  mode: RlgrMode,
  data: DataView,
  start: number,
  end: number,
  shifts: Uint8Array,
  shiftsAt: number,
  out: Int16Array,
): number {
  out.fill(0);
  const endBit = end * 8;
  let bit = start * 8;
  let kp = 1 << PARAMETER_SHIFT;
  let krp = 1 << PARAMETER_SHIFT;
  let to = 0;
  let first = COEFFICIENTS;
  while (to < COEFFICIENTS && bit < endBit) {
    let negative = 0;
    const inRun = kp >= 1 << PARAMETER_SHIFT;
    if (inRun) {
      // Zero bits, each a run of 2^k zeros, then a one bit and the rest of the run in k bits.
      let zeros = Math.clz32(data.getUint32(bit >> 3) << (bit & 7));
      const whole = zeros < WINDOW_BITS;
      if (!whole) zeros = WINDOW_BITS - 1;
      bit += zeros;
      for (; zeros > 0; zeros -= 1) {
        to += 1 << (kp >> PARAMETER_SHIFT);
        if (kp < KP_MAX) kp = Math.min(kp + ZERO_RUN_UP, KP_MAX);
      }
      if (!whole) continue;
      const k = kp >> PARAMETER_SHIFT;
      const word = data.getUint32((bit + 1) >> 3) << ((bit + 1) & 7);
      to += word >>> (32 - k);
      negative = (word << k) & 0x8000_0000;
      bit += k + 2;
      if (to >= COEFFICIENTS) break;
    }
    // A Golomb-Rice code: one bits, a zero bit, and kr bits.
    let ones = 0;
    let word = data.getUint32(bit >> 3) << (bit & 7);
    let count = Math.clz32(~word);
    while (count >= WINDOW_BITS && bit < endBit) {
      ones += WINDOW_BITS - 1;
      bit += WINDOW_BITS - 1;
      word = data.getUint32(bit >> 3) << (bit & 7);
      count = Math.clz32(~word);
    }
    bit += count + 1;
    ones += count;
    const kr = krp >> PARAMETER_SHIFT;
    if (count + 1 + kr <= WINDOW_BITS) word <<= count + 1;
    else word = data.getUint32(bit >> 3) << (bit & 7);
    const code = ((ones << kr) | ((word >>> 1) >>> (31 - kr))) & 0xffff;
    bit += kr;
    if (ones === 0) krp = Math.max(krp - 2, 0);
    else if (ones > 1) krp = Math.min(krp + ones, KP_MAX);
    if (bit > endBit) break;
    const shift = shifts[shiftsAt + (to >> 6)] as number;
    if (inRun) {
      if (first === COEFFICIENTS) first = to;
      out[to] = (negative === 0 ? code + 1 : -code - 1) << shift;
      to += 1;
      kp = Math.max(kp - RUN_VALUE_DOWN, 0);
    } else if (mode === 1) {
      if (code !== 0 && first === COEFFICIENTS) first = to;
      out[to] = fromMagnitudeSign(code) << shift;
      to += 1;
      kp = code === 0 ? kp + ZERO_UP : Math.max(kp - VALUE_DOWN, 0);
    } else {
      const bits = 32 - Math.clz32(code);
      const one = ((data.getUint32(bit >> 3) << (bit & 7)) >>> 1) >>> (31 - bits);
      const two = code - one;
      bit += bits;
      if (bit > endBit) break;
      if (code !== 0 && first === COEFFICIENTS) first = one === 0 ? to + 1 : to;
      out[to] = fromMagnitudeSign(one) << shift;
      // The last coefficient of a component may be the first of its pair.
      if (to + 1 < COEFFICIENTS) out[to + 1] = fromMagnitudeSign(two) << (shifts[shiftsAt + ((to + 1) >> 6)] as number);
      to += 2;
      if (one !== 0 && two !== 0) kp = Math.max(kp - 2 * VALUE_DOWN, 0);
      else if (code === 0) kp += 2 * ZERO_UP;
    }
  }
  return first;
}

/** The inverse of 2 * magnitude - sign. */
function fromMagnitudeSign(code: number): number {
  return (code & 1) === 0 ? code >> 1 : -((code + 1) >> 1);
}
