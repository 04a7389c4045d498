/** Cache Color Table, [MS-RDPEGDI] 2.2.2.2.1.2.4. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

const COLORS = 256;

export interface CacheColorTable {
  readonly cacheIndex: number;
  /** 256 colours, 0x00RRGGBB. */
  readonly colorTable: Uint32Array;
}

/** Throws "invalid" for another number of colours than the only one that is allowed. */
export function decodeCacheColorTable(reader: Reader): CacheColorTable {
  const cacheIndex = reader.u8();
  if (reader.u16() !== COLORS) throw reader.error('invalid', 'numberColors');
  reader.need(4 * COLORS);
  return { cacheIndex, colorTable: Uint32Array.from({ length: COLORS }, () => reader.u32() & 0xff_ffff) };
}
