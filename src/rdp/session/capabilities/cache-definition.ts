/** Size of one cache, two 16-bit numbers: TS_CACHE_DEFINITION, [MS-RDPBCGR] 2.2.7.1.8.1, and its like in 2.2.7.1.4.1. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

export interface CacheDefinition {
  readonly cacheEntries: number;
  /** In bytes. */
  readonly cacheMaximumCellSize: number;
}

export function decodeCacheDefinitions(reader: Reader, count: number): CacheDefinition[] {
  return Array.from({ length: count }, () => ({ cacheEntries: reader.u16(), cacheMaximumCellSize: reader.u16() }));
}

/** Throws RangeError when there are not exactly `count`. */
export function writeCacheDefinitions(writer: Writer, caches: readonly CacheDefinition[], count: number): void {
  if (caches.length !== count) throw new RangeError(`cache definitions: ${count} are due`);
  for (const cache of caches) writer.u16(cache.cacheEntries).u16(cache.cacheMaximumCellSize);
}
