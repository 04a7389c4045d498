/** Glyph Cache Capability Set, [MS-RDPBCGR] 2.2.7.1.8. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { decodeCacheDefinitions, writeCacheDefinitions, type CacheDefinition } from './cache-definition.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

/** Values of glyphSupportLevel. */
export const GLYPH_SUPPORT_NONE = 0;
export const GLYPH_SUPPORT_PARTIAL = 1;
export const GLYPH_SUPPORT_FULL = 2;
export const GLYPH_SUPPORT_ENCODE = 3;

const CACHES = 10;

export interface GlyphCacheCapability extends CapabilityTail {
  readonly kind: 'glyph-cache';
  /** Ten caches. */
  readonly glyphCache: readonly CacheDefinition[];
  readonly fragCache: number;
  readonly glyphSupportLevel: number;
}

export function decodeGlyphCacheCapability(reader: Reader): GlyphCacheCapability {
  const glyphCache = decodeCacheDefinitions(reader, CACHES);
  const fragCache = reader.u32();
  const glyphSupportLevel = reader.u16();
  skipPadding(reader, 2);
  return { kind: 'glyph-cache', glyphCache, fragCache, glyphSupportLevel };
}

export function writeGlyphCacheCapability(writer: Writer, set: GlyphCacheCapability): void {
  writeCacheDefinitions(writer, set.glyphCache, CACHES);
  writer.u32(set.fragCache).u16(set.glyphSupportLevel).u16(0);
}
