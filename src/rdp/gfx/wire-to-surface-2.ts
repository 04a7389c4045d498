/** RDPGFX_WIRE_TO_SURFACE_PDU_2, [MS-RDPEGFX] 2.2.2.2: a part of a bitmap that is sent progressively. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface WireToSurface2 {
  readonly surfaceId: number;
  /** `GfxCodecId`. */
  readonly codecId: number;
  readonly codecContextId: number;
  readonly pixelFormat: number;
  /** A view. */
  readonly bitmapData: Uint8Array;
}

export function decodeWireToSurface2(reader: Reader): WireToSurface2 {
  const surfaceId = reader.u16();
  const codecId = reader.u16();
  const codecContextId = reader.u32();
  const pixelFormat = reader.u8();
  return { surfaceId, codecId, codecContextId, pixelFormat, bitmapData: reader.bytes(reader.u32()) };
}

export function encodeWireToSurface2(value: WireToSurface2): Uint8Array {
  const writer = new Writer().u16(value.surfaceId).u16(value.codecId).u32(value.codecContextId).u8(value.pixelFormat);
  return writer.u32(value.bitmapData.length).bytes(value.bitmapData).finish();
}
