/** What secondary orders put into the caches. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import type { BitmapDecoder, DecodeScratch, EncodedBitmap } from '../../decoders/encoded-bitmap.js';
import { BITMAP_DECODERS, bitmapCodec, SURFACE_DECODERS, type SurfaceCodecIds } from '../../decoders/registry.js';
import type { OrderCaches } from '../caches.js';
import { OPAQUE } from '../colors.js';
import { decodeCacheBitmap, type CacheBitmap } from './cache-bitmap.js';
import { decodeCacheBitmapRev2 } from './cache-bitmap-rev2.js';
import { decodeCacheBitmapRev3 } from './cache-bitmap-rev3.js';
import { decodeCacheBrush } from './cache-brush.js';
import { decodeCacheColorTable } from './cache-color-table.js';
import { decodeCacheGlyph, decodeCacheGlyphRev2, type CacheGlyph } from './cache-glyph.js';

/** What bitmaps are decoded with. */
export interface CacheContext {
  readonly caches: OrderCaches;
  readonly colorDepth: number;
  readonly surfaceCodecs: SurfaceCodecIds;
  readonly scratch: DecodeScratch;
  /** Counts pixels that are decoded. Throws "limit" when they are too many in one update. */
  readonly spend: (pixels: number) => void;
}

/** Decodes one order after its header, and then gives what stores it. Both throw DecodeError. */
export type CacheFiller = (reader: Reader, extraFlags: number, context: CacheContext) => () => void;

/** Indices stand for themselves until a colour table is named. */
const INDICES = Uint32Array.from({ length: 256 }, (_, index) => index);

export const fillBitmap =
  (compressed: boolean): CacheFiller =>
  (reader, extraFlags, context) =>
    storeBitmap(decodeCacheBitmap(extraFlags, compressed, reader), context);

export const fillBitmapRev2 =
  (compressed: boolean): CacheFiller =>
  (reader, extraFlags, context) =>
    storeBitmap(decodeCacheBitmapRev2(extraFlags, compressed, reader), context);

export const fillBitmapRev3: CacheFiller = (reader, extraFlags, context) => {
  const { cacheId, cacheIndex, bitmapData } = decodeCacheBitmapRev3(extraFlags, reader);
  const { bitmapData: data, width, height, bpp: bitsPerPixel, codecId } = bitmapData;
  return () => {
    const codec = context.surfaceCodecs.get(codecId);
    const place = { cacheId, cacheIndex };
    const bitmap = { data, width, height, bitsPerPixel };
    decodeInto(place, bitmap, codec === undefined ? unsupported : SURFACE_DECODERS[codec], context);
  };
};

export const fillColorTable: CacheFiller = (reader, _, { caches }) => {
  const { cacheIndex, colorTable } = decodeCacheColorTable(reader);
  return () => caches.colorTables.put(cacheIndex, colorTable);
};

export const fillGlyphs: CacheFiller = (reader, _, { caches }) => storeGlyphs(decodeCacheGlyph(reader), caches);

export const fillGlyphsRev2: CacheFiller = (reader, extraFlags, { caches }) =>
  storeGlyphs(decodeCacheGlyphRev2(extraFlags, reader), caches);

export const fillBrush: CacheFiller = (reader, _, { caches }) => {
  const brush = decodeCacheBrush(reader);
  const brushes = brush.pixelBytes === 0 ? caches.monoBrushes : caches.colorBrushes;
  return () => brushes.put(brush.cacheEntry, brush);
};

function storeGlyphs({ cacheId, glyphs }: CacheGlyph, caches: OrderCaches): () => void {
  return () => {
    const cache = caches.glyphCache(cacheId);
    for (const glyph of glyphs) cache.put(glyph.cacheIndex, glyph);
  };
}

function storeBitmap(order: CacheBitmap, context: CacheContext): () => void {
  const { bitmapDataStream: data, bitmapWidth: width, bitmapHeight: height, compressed } = order;
  // The orders have one number for 15 and 16 bits.
  const bitsPerPixel = order.bitsPerPixel === 16 && context.colorDepth === 15 ? 15 : order.bitsPerPixel;
  const decoder = BITMAP_DECODERS[bitmapCodec(compressed, bitsPerPixel)];
  return () => decodeInto(order, { data, width, height, bitsPerPixel }, decoder, context);
}

/** Replaces an entry by a bitmap; where that fails the entry is empty. */
function decodeInto(
  { cacheId, cacheIndex }: Pick<CacheBitmap, 'cacheId' | 'cacheIndex'>,
  { data, width, height, bitsPerPixel }: Pick<EncodedBitmap, 'data' | 'width' | 'height' | 'bitsPerPixel'>,
  decoder: BitmapDecoder,
  { caches, scratch, spend }: CacheContext,
): void {
  const cache = caches.bitmapCache(cacheId);
  const pixels = width * height;
  cache.reserve(cacheIndex, pixels);
  spend(pixels);
  const words = new Uint32Array(pixels).fill(OPAQUE);
  const bitmap = { data, width, height, bitsPerPixel, bottomUp: true, palette: INDICES, keepAlpha: false };
  decoder(bitmap, { words, width, height }, { x: 0, y: 0, width, height }, scratch);
  cache.put(cacheIndex, { width, height, words, isIndexed: bitsPerPixel === 8 });
}

function unsupported(): never {
  throw new DecodeError('unsupported', 'CacheBitmap', 0, 'codec');
}
