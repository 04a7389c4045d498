/** RDPGFX_CREATE_SURFACE_PDU, [MS-RDPEGFX] 2.2.2.9. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface CreateSurface {
  readonly surfaceId: number;
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: number;
}

export function decodeCreateSurface(reader: Reader): CreateSurface {
  return { surfaceId: reader.u16(), width: reader.u16(), height: reader.u16(), pixelFormat: reader.u8() };
}

export function encodeCreateSurface(value: CreateSurface): Uint8Array {
  return new Writer().u16(value.surfaceId).u16(value.width).u16(value.height).u8(value.pixelFormat).finish();
}
