/**
 * Sub-bands of a tile component, [MS-RDPEGFX] 3.2.8.1.2, and their quantisation factors, 2.2.4.2.1.5.2. Coefficients come
 * in the order HL1, LH1, HH1, HL2, LH2, HH2, HL3, LH3, HH3, LL3 by either transform; only the sizes of the bands differ.
 */

/** Sub-bands of a component. LL3 is the last one. */
export const BANDS = 10;
export const LL3_BAND = BANDS - 1;

/** Bytes of one RFX_COMPONENT_CODEC_QUANT. */
export const COMPONENT_QUANT_BYTES = 5;

/** Highest value of a field in a progressive table. */
export const MAX_PROGRESSIVE_QUANT = 8;

/** Position of the first coefficient of each band, and behind the last band the number of all coefficients. */
export type BandOffsets = Int32Array;

/** "Original": mirrored at the edges, 32 low and 32 high values of 64. */
export const ORIGINAL_BANDS: BandOffsets = offsetsOf([32, 32], [16, 16], [8, 8]);

/** "Reduce-Extrapolate": a 65th value is extrapolated, 33 low and 31 high values of 64. */
export const REDUCED_BANDS: BandOffsets = offsetsOf([33, 31], [17, 16], [9, 8]);

function offsetsOf(...levels: readonly (readonly [low: number, high: number])[]): BandOffsets {
  const offsets = [0];
  const add = (count: number): number => offsets.push((offsets.at(-1) ?? 0) + count);
  for (const [low, high] of levels) {
    add(high * low);
    add(low * high);
    add(high * high);
  }
  const [low] = levels.at(-1) ?? [0];
  add(low * low);
  return Int32Array.from(offsets);
}

/** Where a band's factor is among the ten on the wire: LL3, HL3, LH3, HH3, HL2, LH2, HH2, HL1, LH1, HH1. */
const NIBBLES = [7, 8, 9, 4, 5, 6, 1, 2, 3, 0] as const;

/** The factor of a band in the RFX_COMPONENT_CODEC_QUANT at `data[at]`, 0 to 15. */
export function bandQuant(data: Uint8Array, at: number, band: number): number {
  // Bands are 0 to 9 and the caller has compared the length, hence the `as number`.
  const nibble = NIBBLES[band] as number;
  const byte = data[at + (nibble >> 1)] as number;
  return (nibble & 1) === 0 ? byte & 0x0f : byte >> 4;
}
