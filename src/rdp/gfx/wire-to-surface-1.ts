/** RDPGFX_WIRE_TO_SURFACE_PDU_1, [MS-RDPEGFX] 2.2.2.1: an encoded bitmap for a rectangle of a surface. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { type GfxRectangle, readGfxRectangle, writeGfxRectangle } from './gfx-types.js';

export interface WireToSurface1 {
  readonly surfaceId: number;
  /** `GfxCodecId`. */
  readonly codecId: number;
  readonly pixelFormat: number;
  readonly destRect: GfxRectangle;
  /** A view. */
  readonly bitmapData: Uint8Array;
}

export function decodeWireToSurface1(reader: Reader): WireToSurface1 {
  const surfaceId = reader.u16();
  const codecId = reader.u16();
  const pixelFormat = reader.u8();
  const destRect = readGfxRectangle(reader);
  return { surfaceId, codecId, pixelFormat, destRect, bitmapData: reader.bytes(reader.u32()) };
}

export function encodeWireToSurface1(value: WireToSurface1): Uint8Array {
  const writer = new Writer().u16(value.surfaceId).u16(value.codecId).u8(value.pixelFormat);
  writeGfxRectangle(writer, value.destRect);
  return writer.u32(value.bitmapData.length).bytes(value.bitmapData).finish();
}
