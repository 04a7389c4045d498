/** RDPGFX_EVICT_CACHE_ENTRY_PDU, [MS-RDPEGFX] 2.2.2.8. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface EvictCacheEntry {
  readonly cacheSlot: number;
}

export function decodeEvictCacheEntry(reader: Reader): EvictCacheEntry {
  return { cacheSlot: reader.u16() };
}

export function encodeEvictCacheEntry(value: EvictCacheEntry): Uint8Array {
  return new Writer().u16(value.cacheSlot).finish();
}
