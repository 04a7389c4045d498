/** RDPGFX_DELETE_SURFACE_PDU, [MS-RDPEGFX] 2.2.2.10. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface DeleteSurface {
  readonly surfaceId: number;
}

export function decodeDeleteSurface(reader: Reader): DeleteSurface {
  return { surfaceId: reader.u16() };
}

export function encodeDeleteSurface(value: DeleteSurface): Uint8Array {
  return new Writer().u16(value.surfaceId).finish();
}
