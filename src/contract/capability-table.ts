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

/** Primary drawing orders, [MS-RDPEGDI] 2.2.2.2.1.1.2, by their names. */
export const DRAWING_ORDERS = [] as const;
