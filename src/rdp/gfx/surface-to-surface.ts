/** RDPGFX_SURFACE_TO_SURFACE_PDU, [MS-RDPEGFX] 2.2.2.5: a rectangle of one surface to points of another or the same. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import {
  type GfxPoint,
  type GfxRectangle,
  readGfxPoints,
  readGfxRectangle,
  writeGfxPoints,
  writeGfxRectangle,
} from './gfx-types.js';

export interface SurfaceToSurface {
  readonly surfaceIdSrc: number;
  readonly surfaceIdDest: number;
  readonly rectSrc: GfxRectangle;
  readonly destPts: readonly GfxPoint[];
}

export function decodeSurfaceToSurface(reader: Reader): SurfaceToSurface {
  const surfaceIdSrc = reader.u16();
  const surfaceIdDest = reader.u16();
  return { surfaceIdSrc, surfaceIdDest, rectSrc: readGfxRectangle(reader), destPts: readGfxPoints(reader) };
}

export function encodeSurfaceToSurface(value: SurfaceToSurface): Uint8Array {
  const writer = new Writer().u16(value.surfaceIdSrc).u16(value.surfaceIdDest);
  writeGfxRectangle(writer, value.rectSrc);
  writeGfxPoints(writer, value.destPts);
  return writer.finish();
}
