/** RDPGFX_SURFACE_TO_CACHE_PDU, [MS-RDPEGFX] 2.2.2.6: a rectangle of a surface into a slot of the bitmap cache. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { type GfxRectangle, readGfxRectangle, writeGfxRectangle } from './gfx-types.js';

export interface SurfaceToCache {
  readonly surfaceId: number;
  readonly cacheKey: bigint;
  readonly cacheSlot: number;
  readonly rectSrc: GfxRectangle;
}

export function decodeSurfaceToCache(reader: Reader): SurfaceToCache {
  const surfaceId = reader.u16();
  const cacheKey = reader.u64();
  return { surfaceId, cacheKey, cacheSlot: reader.u16(), rectSrc: readGfxRectangle(reader) };
}

export function encodeSurfaceToCache(value: SurfaceToCache): Uint8Array {
  const writer = new Writer().u16(value.surfaceId).u64(value.cacheKey).u16(value.cacheSlot);
  writeGfxRectangle(writer, value.rectSrc);
  return writer.finish();
}
