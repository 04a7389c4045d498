/** Monitor Layout PDU, [MS-RDPBCGR] 2.2.12.1: the monitors of the session. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The bit of flags. */
export const TS_MONITOR_PRIMARY = 0x0000_0001;

const MONITOR_BYTES = 20;

/** In pixels from the primary monitor's upper left corner; right and bottom belong to the monitor. */
export interface MonitorDefinition {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly flags: number;
}

function decodeMonitor(reader: Reader): MonitorDefinition {
  return {
    left: reader.i32(),
    top: reader.i32(),
    right: reader.i32(),
    bottom: reader.i32(),
    flags: reader.u32(),
  };
}

export function decodeMonitorLayout(reader: Reader): MonitorDefinition[] {
  const monitorCount = reader.u32();
  reader.need(monitorCount * MONITOR_BYTES);
  return Array.from({ length: monitorCount }, () => decodeMonitor(reader));
}

export function encodeMonitorLayout(monitors: readonly MonitorDefinition[]): Uint8Array {
  const pdu = new Writer().u32(monitors.length);
  for (const { left, top, right, bottom, flags } of monitors) {
    pdu.bytes(new Writer().i32(left).i32(top).i32(right).i32(bottom).u32(flags).finish());
  }
  return pdu.finish();
}
