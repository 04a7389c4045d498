/** RDPGFX_CACHE_TO_SURFACE_PDU, [MS-RDPEGFX] 2.2.2.7: a bitmap of the cache to points of a surface. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { type GfxPoint, readGfxPoints, writeGfxPoints } from './gfx-types.js';

export interface CacheToSurface {
  readonly cacheSlot: number;
  readonly surfaceId: number;
  readonly destPts: readonly GfxPoint[];
}

export function decodeCacheToSurface(reader: Reader): CacheToSurface {
  return { cacheSlot: reader.u16(), surfaceId: reader.u16(), destPts: readGfxPoints(reader) };
}

export function encodeCacheToSurface(value: CacheToSurface): Uint8Array {
  const writer = new Writer().u16(value.cacheSlot).u16(value.surfaceId);
  writeGfxPoints(writer, value.destPts);
  return writer.finish();
}
