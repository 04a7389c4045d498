/** Cache Bitmap of revision 1, [MS-RDPEGDI] 2.2.2.2.1.2.2, and what the revisions have in common. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

const NO_BITMAP_COMPRESSION_HDR = 0x0400;

/** Where BITMAPCACHE_WAITING_LIST_INDEX stands for the entry that is not cached for long. */
export const WAITING_LIST_INDEX = 0x7fff;

/** A bitmap for a cache, encoded as in a bitmap update. */
export interface CacheBitmap {
  readonly cacheId: number;
  readonly cacheIndex: number;
  readonly bitmapWidth: number;
  readonly bitmapHeight: number;
  /** 8, 16 (also for 15), 24 or 32. */
  readonly bitsPerPixel: number;
  readonly compressed: boolean;
  readonly bitmapDataStream: Uint8Array;
}

export function decodeCacheBitmap(extraFlags: number, compressed: boolean, reader: Reader): CacheBitmap {
  const cacheId = reader.u8();
  reader.skip(1);
  const bitmapWidth = reader.u8();
  const bitmapHeight = reader.u8();
  const bitsPerPixel = reader.u8();
  const bitmapLength = reader.u16();
  const cacheIndex = reader.u16();
  const hasHeader = compressed && (extraFlags & NO_BITMAP_COMPRESSION_HDR) === 0;
  const bitmapDataStream = readBitmapData(reader, bitmapLength, hasHeader);
  return { cacheId, cacheIndex, bitmapWidth, bitmapHeight, bitsPerPixel, compressed, bitmapDataStream };
}

/** The data without its Compressed Data Header, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.3, whose first size is the data's own. */
export function readBitmapData(reader: Reader, length: number, hasHeader: boolean): Uint8Array {
  const data = reader.sub(length, reader.structure);
  if (!hasHeader) return data.rest();
  data.skip(2);
  const cbCompMainBodySize = data.u16();
  data.skip(4);
  return data.bytes(cbCompMainBodySize);
}
