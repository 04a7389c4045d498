/**
 * Raster operations, [MS-RDPEGDI] 2.2.2.2.1.1.1.6 and 2.2.2.2.1.1.1.7. The index of a ternary operation is its own truth
 * table: bit 4P + 2S + D is the result for those bits of pattern, source and destination.
 *
 * They work on colours, also in 8 bpp, where the pixels of a display of that depth are indices: that is how clients of
 * today draw it.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';

export const SRCCOPY = 0xcc;
export const PATCOPY = 0xf0;

/** What a pixel becomes. */
export type RasterOperation = (pattern: number, source: number, destination: number) => number;

export function usesPattern(rop: number): boolean {
  return rop >> 4 !== (rop & 0x0f);
}

export function usesSource(rop: number): boolean {
  return ((rop >> 2) & 0x33) !== (rop & 0x33);
}

/** The operation of an index. */
export function rasterOperation(rop: number): RasterOperation {
  const all = (bit: number): number => -((rop >> bit) & 1);
  const [m0, m1, m2, m3] = [all(0), all(1), all(2), all(3)];
  const [m4, m5, m6, m7] = [all(4), all(5), all(6), all(7)];
  return (p, s, d) => {
    const withoutSource = (m0 & ~d) | (m1 & d);
    const withSource = (m2 & ~d) | (m3 & d);
    const withPattern = (m4 & ~d) | (m5 & d);
    const withBoth = (m6 & ~d) | (m7 & d);
    return (~p & ((~s & withoutSource) | (s & withSource))) | (p & ((~s & withPattern) | (s & withBoth)));
  };
}

const MAX_ROP2 = 0x10;

/** The ternary index of a binary operation of pen (as the pattern) and destination. Throws "invalid" beyond the table. */
export function rop3OfRop2(rop2: number, structure: string): number {
  if (rop2 < 1 || rop2 > MAX_ROP2) throw new DecodeError('invalid', structure, 0, 'bRop2');
  // Operation n has the truth table n - 1: bit 2P + D. The source makes no difference.
  const table = rop2 - 1;
  const withoutPen = table & 3;
  const withPen = table >> 2;
  return withoutPen | (withoutPen << 2) | (withPen << 4) | (withPen << 6);
}
