/** RDPGFX_RESET_GRAPHICS_PDU, [MS-RDPEGFX] 2.2.2.14: size of the desktop and its monitors. */
import type { MonitorDefinition } from '../connection/gcc/client-monitor-data.js';
import { MAX_MONITORS } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { GFX_HEADER_BYTES } from './gfx-header.js';

/** The PDU has one length, whatever it holds. */
const RESET_GRAPHICS_BYTES = 340;

export interface ResetGraphics {
  readonly width: number;
  readonly height: number;
  readonly monitors: readonly MonitorDefinition[];
}

export function decodeResetGraphics(reader: Reader): ResetGraphics {
  const width = reader.u32();
  const height = reader.u32();
  const monitorCount = reader.u32();
  if (monitorCount > MAX_MONITORS) throw reader.error('limit', `${monitorCount} monitors`);
  const monitors = Array.from({ length: monitorCount }, () => ({
    left: reader.i32(),
    top: reader.i32(),
    right: reader.i32(),
    bottom: reader.i32(),
    flags: reader.u32(),
  }));
  reader.skip(reader.remaining);
  return { width, height, monitors };
}

/** @throws RangeError for more monitors than there can be. */
export function encodeResetGraphics(value: ResetGraphics): Uint8Array {
  if (value.monitors.length > MAX_MONITORS) throw new RangeError(`${value.monitors.length} monitors`);
  const writer = new Writer().u32(value.width).u32(value.height).u32(value.monitors.length);
  for (const { left, top, right, bottom, flags } of value.monitors) {
    writer.i32(left).i32(top).i32(right).i32(bottom).u32(flags);
  }
  return writer.zeros(RESET_GRAPHICS_BYTES - GFX_HEADER_BYTES - writer.length).finish();
}
