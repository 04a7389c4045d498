/**
 * What is left of a picture at the colour depths of RDP ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.2, bitsPerPixel): the low bits of
 * each channel are cut off, and a client that shows the rest at 8 bits fills them with the high bits again.
 */
import type { Raster } from './raster.js';

export type ColourDepth = 15 | 16 | 24 | 32;

export function reduceDepth(raster: Raster, depth: ColourDepth): Raster {
  if (depth >= 24) return raster;
  const five = channelTable(5, expandBits);
  return mapChannels(raster, five, depth === 16 ? channelTable(6, expandBits) : five, five);
}

/**
 * The same, as xfreerdp 2.11 shows it: at 16 bits a pixel it adds an eighth of green's six bits where bit replication
 * repeats the high two, which makes most greens brighter, by up to 4. rdesktop shows what reduceDepth says.
 */
export function reduceDepthAsXfreerdp(raster: Raster, depth: ColourDepth): Raster {
  if (depth !== 16) return reduceDepth(raster, depth);
  const five = channelTable(5, expandBits);
  const green = channelTable(6, (value) => Math.min(255, (value << 2) + (value >> 3)));
  return mapChannels(raster, five, green, five);
}

function mapChannels(raster: Raster, blue: Uint8Array, green: Uint8Array, red: Uint8Array): Raster {
  const channels = [blue, green, red, new Uint8Array(256)];
  return { ...raster, data: raster.data.map((value, at) => channels[at & 3]?.[value] ?? 0) };
}

/** Every 8-bit value, cut to `bits` bits and expanded again. */
function channelTable(bits: number, expand: (value: number, bits: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => expand(value >> (8 - bits), bits));
}

/** A channel of `bits` bits (4 to 8) as 8 bits: the high bits repeated, so that full stays full. */
export function expandBits(value: number, bits: number): number {
  return ((value << (8 - bits)) | (value >> (2 * bits - 8))) & 0xff;
}
