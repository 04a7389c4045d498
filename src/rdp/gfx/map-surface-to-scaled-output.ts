/** RDPGFX_MAP_SURFACE_TO_SCALED_OUTPUT_PDU, [MS-RDPEGFX] 2.2.2.22: where and how large a surface is shown. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface MapSurfaceToScaledOutput {
  readonly surfaceId: number;
  readonly outputOriginX: number;
  readonly outputOriginY: number;
  readonly targetWidth: number;
  readonly targetHeight: number;
}

export function decodeMapSurfaceToScaledOutput(reader: Reader): MapSurfaceToScaledOutput {
  const surfaceId = reader.u16();
  reader.skip(2);
  const outputOriginX = reader.u32();
  const outputOriginY = reader.u32();
  return { surfaceId, outputOriginX, outputOriginY, targetWidth: reader.u32(), targetHeight: reader.u32() };
}

export function encodeMapSurfaceToScaledOutput(value: MapSurfaceToScaledOutput): Uint8Array {
  const writer = new Writer().u16(value.surfaceId).u16(0).u32(value.outputOriginX).u32(value.outputOriginY);
  return writer.u32(value.targetWidth).u32(value.targetHeight).finish();
}
