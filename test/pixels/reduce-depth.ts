/**
 * What is left of a picture at the colour depths of RDP ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.2, bitsPerPixel): the low bits of
 * each channel are cut off, and a client that shows the rest at 8 bits fills them with the high bits again.
 */
import type { Raster } from './raster.js';

export type ColourDepth = 15 | 16 | 24 | 32;

export function reduceDepth(raster: Raster, depth: ColourDepth): Raster {
  if (depth >= 24) return raster;
  const greenBits = depth === 16 ? 6 : 5;
  const channels = [channelTable(5), channelTable(greenBits), channelTable(5), new Uint8Array(256)];
  const data = raster.data.map((value, at) => channels[at & 3]?.[value] ?? 0);
  return { ...raster, data };
}

/** Every 8-bit value, cut to `bits` bits and expanded again by bit replication. */
function channelTable(bits: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => expandBits(value >> (8 - bits), bits));
}

/** A channel of `bits` bits (4 to 8) as 8 bits: the high bits repeated, so that full stays full. */
export function expandBits(value: number, bits: number): number {
  return ((value << (8 - bits)) | (value >> (2 * bits - 8))) & 0xff;
}
