/**
 * The decoders of everything that the gateway offers. Both tables are typed by the contract's capability table: an entry
 * there without a decoder here does not compile, nor does a decoder here without an entry there.
 */
import type { BitmapCodec, SurfaceCodec } from '../../src/contract/capability-table.js';
import type { BitmapDecoder } from './encoded-bitmap.js';
import { decodeInterleavedRle } from './interleaved-rle.js';
import { decodePlanar } from './planar.js';
import { decodeRawBitmap } from './raw-bitmap.js';

/** Decoders of bitmap updates. */
export const BITMAP_DECODERS = {
  raw: decodeRawBitmap,
  'interleaved-rle': decodeInterleavedRle,
  planar: decodePlanar,
} as const satisfies Record<BitmapCodec, BitmapDecoder>;

/** Decoders of surface commands. */
export const SURFACE_DECODERS = {
  none: decodeRawBitmap,
} as const satisfies Record<SurfaceCodec, BitmapDecoder>;

/** The codec of a bitmap update's rectangle, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.2: 32 bpp has a compression of its own. */
export function bitmapCodec(compressed: boolean, bitsPerPixel: number): BitmapCodec {
  if (!compressed) return 'raw';
  return bitsPerPixel === 32 ? 'planar' : 'interleaved-rle';
}

/** The codec of a surface command by its id; null for one that was not offered. */
export function surfaceCodec(codecId: number): SurfaceCodec | null {
  return codecId === 0 ? 'none' : null;
}
