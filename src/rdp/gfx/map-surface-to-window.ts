/** RDPGFX_MAP_SURFACE_TO_WINDOW_PDU, [MS-RDPEGFX] 2.2.2.20: which window of a remote application a surface is. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface MapSurfaceToWindow {
  readonly surfaceId: number;
  readonly windowId: bigint;
  readonly mappedWidth: number;
  readonly mappedHeight: number;
}

export function decodeMapSurfaceToWindow(reader: Reader): MapSurfaceToWindow {
  const surfaceId = reader.u16();
  const windowId = reader.u64();
  return { surfaceId, windowId, mappedWidth: reader.u32(), mappedHeight: reader.u32() };
}

export function encodeMapSurfaceToWindow(value: MapSurfaceToWindow): Uint8Array {
  const writer = new Writer().u16(value.surfaceId).u64(value.windowId);
  return writer.u32(value.mappedWidth).u32(value.mappedHeight).finish();
}
