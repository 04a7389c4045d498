/**
 * Bitmap Update Data, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.1: rectangles of pixels. The same bytes in slow-path and fast-path
 * updates, from updateType on.
 */
import { MAX_BITMAP_RECTANGLES } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { UpdateType } from './update-type.js';

/** Bits of flags. */
export const BITMAP_COMPRESSION = 0x0001;
export const NO_BITMAP_COMPRESSION_HDR = 0x0400;

const COMPRESSION_HEADER_BYTES = 8;
const MAX_BITMAP_BYTES = 0xffff;

/** Compressed Data Header, 2.2.9.1.1.3.1.2.3. */
export interface CompressedDataHeader {
  /** Bytes of compressed data. */
  readonly cbCompMainBodySize: number;
  /** Width in pixels. */
  readonly cbScanWidth: number;
  /** Bytes of pixels after decompression. */
  readonly cbUncompressedSize: number;
}

/** Bitmap Data, 2.2.9.1.1.3.1.2.2. */
export interface BitmapData {
  readonly destLeft: number;
  readonly destTop: number;
  /** Belongs to the rectangle. */
  readonly destRight: number;
  /** Belongs to the rectangle. */
  readonly destBottom: number;
  /** Pixels of a row of the data; may be more than the rectangle is wide. */
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly flags: number;
  /** Present when the data is compressed and flags lacks `NO_BITMAP_COMPRESSION_HDR`. */
  readonly bitmapComprHdr?: CompressedDataHeader;
  /** View: bottom-up rows of a multiple of four bytes, or compressed. */
  readonly bitmapDataStream: Uint8Array;
}

function hasHeader(flags: number): boolean {
  return (flags & (BITMAP_COMPRESSION | NO_BITMAP_COMPRESSION_HDR)) === BITMAP_COMPRESSION;
}

function decodeHeader(reader: Reader): CompressedDataHeader {
  reader.skip(2);
  return { cbCompMainBodySize: reader.u16(), cbScanWidth: reader.u16(), cbUncompressedSize: reader.u16() };
}

function decodeBitmapData(reader: Reader): BitmapData {
  const place = {
    destLeft: reader.u16(),
    destTop: reader.u16(),
    destRight: reader.u16(),
    destBottom: reader.u16(),
    width: reader.u16(),
    height: reader.u16(),
    bitsPerPixel: reader.u16(),
    flags: reader.u16(),
  };
  const bitmap = reader.sub(reader.u16(), 'BitmapData');
  if (!hasHeader(place.flags)) return { ...place, bitmapDataStream: bitmap.rest() };
  const bitmapComprHdr = decodeHeader(bitmap);
  return { ...place, bitmapComprHdr, bitmapDataStream: bitmap.bytes(bitmapComprHdr.cbCompMainBodySize) };
}

/** Decodes from updateType on. Throws "limit" for more than `MAX_BITMAP_RECTANGLES`. */
export function decodeBitmapUpdate(reader: Reader): BitmapData[] {
  if (reader.u16() !== UpdateType.bitmap) throw reader.error('invalid', 'updateType');
  const numberRectangles = reader.u16();
  if (numberRectangles > MAX_BITMAP_RECTANGLES) throw reader.error('limit', 'numberRectangles');
  return Array.from({ length: numberRectangles }, () => decodeBitmapData(reader));
}

function encodeBitmapData(data: BitmapData): Uint8Array {
  const header = data.bitmapComprHdr;
  if (hasHeader(data.flags) !== (header !== undefined)) throw new RangeError('BitmapData: flags and bitmapComprHdr');
  const bitmapLength = data.bitmapDataStream.length + (header === undefined ? 0 : COMPRESSION_HEADER_BYTES);
  if (bitmapLength > MAX_BITMAP_BYTES) throw new RangeError('BitmapData: bitmapDataStream');
  const writer = new Writer().u16(data.destLeft).u16(data.destTop).u16(data.destRight).u16(data.destBottom);
  writer.u16(data.width).u16(data.height).u16(data.bitsPerPixel).u16(data.flags).u16(bitmapLength);
  if (header !== undefined) {
    writer.u16(0).u16(header.cbCompMainBodySize).u16(header.cbScanWidth).u16(header.cbUncompressedSize);
  }
  return writer.bytes(data.bitmapDataStream).finish();
}

/** From updateType on. Throws RangeError for a header that flags denies or lacks, and for data above 16 bits of length. */
export function encodeBitmapUpdate(rectangles: readonly BitmapData[]): Uint8Array {
  const writer = new Writer().u16(UpdateType.bitmap).u16(rectangles.length);
  for (const rectangle of rectangles) writer.bytes(encodeBitmapData(rectangle));
  return writer.finish();
}
