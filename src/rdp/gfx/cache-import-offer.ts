/** RDPGFX_CACHE_IMPORT_OFFER_PDU, [MS-RDPEGFX] 2.2.2.16: what the client has kept of earlier sessions. */
import { MAX_CACHE_IMPORT_ENTRIES } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** RDPGFX_CACHE_ENTRY_METADATA, 2.2.2.16.1. */
export interface CacheEntryMetadata {
  readonly cacheKey: bigint;
  readonly bitmapLength: number;
}

export interface CacheImportOffer {
  readonly cacheEntries: readonly CacheEntryMetadata[];
}

export function decodeCacheImportOffer(reader: Reader): CacheImportOffer {
  const count = reader.u16();
  if (count > MAX_CACHE_IMPORT_ENTRIES) throw reader.error('limit', `${count} entries`);
  return {
    cacheEntries: Array.from({ length: count }, () => ({ cacheKey: reader.u64(), bitmapLength: reader.u32() })),
  };
}

export function encodeCacheImportOffer(value: CacheImportOffer): Uint8Array {
  const writer = new Writer().u16(value.cacheEntries.length);
  for (const { cacheKey, bitmapLength } of value.cacheEntries) writer.u64(cacheKey).u32(bitmapLength);
  return writer.finish();
}
