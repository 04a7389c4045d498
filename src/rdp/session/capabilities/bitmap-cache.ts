/** Bitmap Cache Capability Set, revision 1, [MS-RDPBCGR] 2.2.7.1.4.1. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { decodeCacheDefinitions, writeCacheDefinitions, type CacheDefinition } from './cache-definition.js';
import type { CapabilityTail } from './capability-type.js';

const PADDING_BYTES = 24;
const CACHES = 3;

export interface BitmapCacheCapability extends CapabilityTail {
  readonly kind: 'bitmap-cache';
  /** Three caches. */
  readonly caches: readonly CacheDefinition[];
}

export function decodeBitmapCacheCapability(reader: Reader): BitmapCacheCapability {
  reader.skip(PADDING_BYTES);
  return { kind: 'bitmap-cache', caches: decodeCacheDefinitions(reader, CACHES) };
}

export function writeBitmapCacheCapability(writer: Writer, set: BitmapCacheCapability): void {
  writer.zeros(PADDING_BYTES);
  writeCacheDefinitions(writer, set.caches, CACHES);
}
