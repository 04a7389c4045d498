/** RDPGFX_CACHE_IMPORT_REPLY_PDU, [MS-RDPEGFX] 2.2.2.17: slots for what the client has kept. */
import { MAX_CACHE_IMPORT_ENTRIES } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface CacheImportReply {
  /** Of the first entries of the offer, in its order. */
  readonly cacheSlots: readonly number[];
}

export function decodeCacheImportReply(reader: Reader): CacheImportReply {
  const count = reader.u16();
  if (count > MAX_CACHE_IMPORT_ENTRIES) throw reader.error('limit', `${count} entries`);
  return { cacheSlots: Array.from({ length: count }, () => reader.u16()) };
}

export function encodeCacheImportReply(value: CacheImportReply): Uint8Array {
  const writer = new Writer().u16(value.cacheSlots.length);
  for (const slot of value.cacheSlots) writer.u16(slot);
  return writer.finish();
}
