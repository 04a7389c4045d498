/**
 * The decoders of everything that the gateway offers. Both tables are typed by the contract's capability table: an entry
 * there without a decoder here does not compile, nor does a decoder here without an entry there.
 */
import type { BitmapCodec, SurfaceCodec } from '../../src/contract/capability-table.js';
import type { TraceActivation } from '../../src/contract/trace.js';
import type { BitmapDecoder } from './encoded-bitmap.js';
import { decodeInterleavedRle } from './interleaved-rle.js';
import { decodeNscodec } from './nscodec.js';
import { decodePlanar } from './planar.js';
import { decodeRawBitmap } from './raw-bitmap.js';
import { decodeRemoteFx } from './remotefx/remotefx.js';

/** Decoders of bitmap updates. */
export const BITMAP_DECODERS = {
  raw: decodeRawBitmap,
  'interleaved-rle': decodeInterleavedRle,
  planar: decodePlanar,
} as const satisfies Record<BitmapCodec, BitmapDecoder>;

/** Decoders of surface commands. */
export const SURFACE_DECODERS = {
  none: decodeRawBitmap,
  nscodec: decodeNscodec,
  remotefx: decodeRemoteFx,
} as const satisfies Record<SurfaceCodec, BitmapDecoder>;

/** The codec of a bitmap update's rectangle, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.2: 32 bpp has a compression of its own. */
export function bitmapCodec(compressed: boolean, bitsPerPixel: number): BitmapCodec {
  if (!compressed) return 'raw';
  return bitsPerPixel === 32 ? 'planar' : 'interleaved-rle';
}

/** Codec ids of surface commands as an activation gave them; 0 is always raw bits. */
export type SurfaceCodecIds = ReadonlyMap<number, SurfaceCodec>;

/**
 * The ids of an activation; traces of gateways that offered no codec do not list them. Entries without a decoder are left
 * out: what is sent in them is a loss.
 */
export function surfaceCodecIds({ surfaceCodecs = [] }: Partial<TraceActivation>): SurfaceCodecIds {
  const ids = new Map<number, SurfaceCodec>();
  for (const { id, codec } of surfaceCodecs) if (isSurfaceCodec(codec)) ids.set(id, codec);
  return ids.set(0, 'none');
}

function isSurfaceCodec(codec: string): codec is SurfaceCodec {
  return Object.hasOwn(SURFACE_DECODERS, codec);
}
