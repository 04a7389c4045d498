/** Cache Bitmap of revision 2, [MS-RDPEGDI] 2.2.2.2.1.2.3. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { readBitmapData, WAITING_LIST_INDEX, type CacheBitmap } from './cache-bitmap.js';
import { readFourByteUnsigned, readTwoByteUnsigned } from './encodings.js';

/** Bits of extraFlags: 3 of cacheId, 4 of bitsPerPixelId, then flags. */
const HEIGHT_SAME_AS_WIDTH = 0x01 << 7;
const PERSISTENT_KEY_PRESENT = 0x02 << 7;
const NO_BITMAP_COMPRESSION_HDR = 0x08 << 7;
const DO_NOT_CACHE = 0x10 << 7;

const PERSISTENT_KEY_BYTES = 8;

const BITS_PER_PIXEL: ReadonlyMap<number, number> = new Map([
  [3, 8],
  [4, 16],
  [5, 24],
  [6, 32],
]);

/** The cache, the depth and CBR_DO_NOT_CACHE of revisions 2 and 3. Throws "invalid" for a depth that there is not. */
export function readExtraFlags(extraFlags: number, reader: Reader): Pick<CacheBitmap, 'cacheId' | 'bitsPerPixel'> {
  const bitsPerPixel = BITS_PER_PIXEL.get((extraFlags >> 3) & 0x0f);
  if (bitsPerPixel === undefined) throw reader.error('invalid', 'bitsPerPixelId');
  return { cacheId: extraFlags & 0x07, bitsPerPixel };
}

export function isNotCached(extraFlags: number): boolean {
  return (extraFlags & DO_NOT_CACHE) !== 0;
}

export function decodeCacheBitmapRev2(extraFlags: number, compressed: boolean, reader: Reader): CacheBitmap {
  const cache = readExtraFlags(extraFlags, reader);
  if ((extraFlags & PERSISTENT_KEY_PRESENT) !== 0) reader.skip(PERSISTENT_KEY_BYTES);
  const bitmapWidth = readTwoByteUnsigned(reader);
  const bitmapHeight = (extraFlags & HEIGHT_SAME_AS_WIDTH) === 0 ? readTwoByteUnsigned(reader) : bitmapWidth;
  const bitmapLength = readFourByteUnsigned(reader);
  const index = readTwoByteUnsigned(reader);
  const cacheIndex = isNotCached(extraFlags) ? WAITING_LIST_INDEX : index;
  const hasHeader = compressed && (extraFlags & NO_BITMAP_COMPRESSION_HDR) === 0;
  const bitmapDataStream = readBitmapData(reader, bitmapLength, hasHeader);
  return { ...cache, cacheIndex, bitmapWidth, bitmapHeight, compressed, bitmapDataStream };
}
