/**
 * What a recorded session may be drawn with. The gateway offers a target exactly these; the recorder's decoder registry
 * is typed by the same table, so an entry without a decoder, or a decoder without an entry, does not compile.
 */

/** Bitmap formats of bitmap updates and uncompressed surface commands. */
export const BITMAP_CODECS = ['raw', 'interleaved-rle', 'planar'] as const;
export type BitmapCodec = (typeof BITMAP_CODECS)[number];

/** Bulk compression of updates, [MS-RDPBCGR] 3.1.8 and [MS-RDPEGDI] 3.1.8; the number is the type on the wire. */
export const BULK_COMPRESSORS = { 'mppc-8k': 0, 'mppc-64k': 1, ncrush: 2, xcrush: 3 } as const;
export type BulkCompressor = keyof typeof BULK_COMPRESSORS;

/** Highest compression type that may be offered in Client Info. */
export const MAX_BULK_COMPRESSION_TYPE = 3;

/** Surface command codecs, [MS-RDPBCGR] 2.2.7.2.10: "none" is raw bits. */
export const SURFACE_CODECS = ['none', 'nscodec', 'remotefx'] as const;
export type SurfaceCodec = (typeof SURFACE_CODECS)[number];

/**
 * Primary drawing orders, [MS-RDPEGDI] 2.2.2.2.1.1.2; the number is where the Order Capability Set says that a client
 * draws them, [MS-RDPBCGR] 2.2.7.1.3.
 */
export const DRAWING_ORDERS = {
  'dst-blt': 0x00,
  'pat-blt': 0x01,
  'opaque-rect': 0x01,
  'scr-blt': 0x02,
  'mem-blt': 0x03,
  'line-to': 0x08,
  'fast-index': 0x13,
  polyline: 0x16,
  'fast-glyph': 0x18,
  'glyph-index': 0x1b,
} as const;
export type DrawingOrder = keyof typeof DRAWING_ORDERS;

/** Secondary drawing orders, [MS-RDPEGDI] 2.2.2.2.1.2: what fills the caches that primary ones draw from. */
export const CACHE_ORDERS = [
  'cache-bitmap',
  'cache-bitmap-rev2',
  'cache-bitmap-rev3',
  'cache-color-table',
  'cache-glyph',
  'cache-brush',
] as const;
export type CacheOrder = (typeof CACHE_ORDERS)[number];
