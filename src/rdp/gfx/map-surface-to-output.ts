/** RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU, [MS-RDPEGFX] 2.2.2.15: where on the desktop a surface is shown. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface MapSurfaceToOutput {
  readonly surfaceId: number;
  readonly outputOriginX: number;
  readonly outputOriginY: number;
}

export function decodeMapSurfaceToOutput(reader: Reader): MapSurfaceToOutput {
  const surfaceId = reader.u16();
  reader.skip(2);
  return { surfaceId, outputOriginX: reader.u32(), outputOriginY: reader.u32() };
}

export function encodeMapSurfaceToOutput(value: MapSurfaceToOutput): Uint8Array {
  return new Writer().u16(value.surfaceId).u16(0).u32(value.outputOriginX).u32(value.outputOriginY).finish();
}
