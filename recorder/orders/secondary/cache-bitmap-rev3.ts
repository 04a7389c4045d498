/** Cache Bitmap of revision 3, [MS-RDPEGDI] 2.2.2.2.1.2.8: a bitmap in one of the codecs of surface commands. */
import { decodeBitmapDataEx, type BitmapDataEx } from '../../../src/rdp/updates/surface-commands.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { WAITING_LIST_INDEX } from './cache-bitmap.js';
import { isNotCached, readExtraFlags } from './cache-bitmap-rev2.js';

const KEY_BYTES = 8;

export interface CacheBitmapRev3 {
  readonly cacheId: number;
  readonly cacheIndex: number;
  readonly bitmapData: BitmapDataEx;
}

export function decodeCacheBitmapRev3(extraFlags: number, reader: Reader): CacheBitmapRev3 {
  const { cacheId } = readExtraFlags(extraFlags, reader);
  const index = reader.u16();
  reader.skip(KEY_BYTES);
  const cacheIndex = isNotCached(extraFlags) ? WAITING_LIST_INDEX : index;
  return { cacheId, cacheIndex, bitmapData: decodeBitmapDataEx(reader) };
}
