/** RDPGFX_MAP_SURFACE_TO_SCALED_WINDOW_PDU, [MS-RDPEGFX] 2.2.2.23. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import {
  decodeMapSurfaceToWindow,
  encodeMapSurfaceToWindow,
  type MapSurfaceToWindow,
} from './map-surface-to-window.js';

export interface MapSurfaceToScaledWindow extends MapSurfaceToWindow {
  readonly targetWidth: number;
  readonly targetHeight: number;
}

export function decodeMapSurfaceToScaledWindow(reader: Reader): MapSurfaceToScaledWindow {
  return { ...decodeMapSurfaceToWindow(reader), targetWidth: reader.u32(), targetHeight: reader.u32() };
}

export function encodeMapSurfaceToScaledWindow(value: MapSurfaceToScaledWindow): Uint8Array {
  const mapped = new Writer().bytes(encodeMapSurfaceToWindow(value));
  return mapped.u32(value.targetWidth).u32(value.targetHeight).finish();
}
