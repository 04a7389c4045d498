/**
 * Client Monitor Data (TS_UD_CS_MONITOR) and Client Monitor Extended Data (TS_UD_CS_MONITOR_EX), [MS-RDPBCGR] 2.2.1.3.6
 * and 2.2.1.3.10.
 */
import { MAX_MONITORS } from '../../wire/limits.js';
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';

const MONITOR_ATTRIBUTES_BYTES = 20;

/** `MonitorDefinition.flags`. */
export const TS_MONITOR_PRIMARY = 0x01;

/** TS_MONITOR_DEF: inclusive bounds in pixels, relative to the primary monitor's upper left corner. */
export interface MonitorDefinition {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly flags: number;
}

export interface ClientMonitorData {
  readonly flags: number;
  readonly monitors: readonly MonitorDefinition[];
}

/** TS_MONITOR_ATTRIBUTES. */
export interface MonitorAttributes {
  readonly physicalWidth: number;
  readonly physicalHeight: number;
  readonly orientation: number;
  readonly desktopScaleFactor: number;
  readonly deviceScaleFactor: number;
}

export interface ClientMonitorExtendedData {
  readonly flags: number;
  readonly monitors: readonly MonitorAttributes[];
}

function readCount(reader: Reader): number {
  const monitorCount = reader.u32();
  if (monitorCount > MAX_MONITORS) throw reader.error('limit', `${monitorCount} monitors`);
  return monitorCount;
}

function writeCount(writer: Writer, monitorCount: number): void {
  if (monitorCount > MAX_MONITORS) throw new RangeError(`${monitorCount} monitors`);
  writer.u32(monitorCount);
}

export function decodeClientMonitorData(reader: Reader): ClientMonitorData {
  const flags = reader.u32();
  const monitorCount = readCount(reader);
  const monitors: MonitorDefinition[] = [];
  for (let index = 0; index < monitorCount; index++) {
    monitors.push({
      left: reader.i32(),
      top: reader.i32(),
      right: reader.i32(),
      bottom: reader.i32(),
      flags: reader.u32(),
    });
  }
  return { flags, monitors };
}

function encodeMonitorDefinition(monitor: MonitorDefinition): Uint8Array {
  const { left, top, right, bottom, flags } = monitor;
  return new Writer().i32(left).i32(top).i32(right).i32(bottom).u32(flags).finish();
}

export function writeClientMonitorData(writer: Writer, value: ClientMonitorData): void {
  writer.u32(value.flags);
  writeCount(writer, value.monitors.length);
  for (const monitor of value.monitors) writer.bytes(encodeMonitorDefinition(monitor));
}

export function decodeClientMonitorExtendedData(reader: Reader): ClientMonitorExtendedData {
  const flags = reader.u32();
  if (reader.u32() !== MONITOR_ATTRIBUTES_BYTES) throw reader.error('invalid', 'monitorAttributeSize');
  const monitorCount = readCount(reader);
  const monitors: MonitorAttributes[] = [];
  for (let index = 0; index < monitorCount; index++) {
    monitors.push({
      physicalWidth: reader.u32(),
      physicalHeight: reader.u32(),
      orientation: reader.u32(),
      desktopScaleFactor: reader.u32(),
      deviceScaleFactor: reader.u32(),
    });
  }
  return { flags, monitors };
}

function encodeMonitorAttributes(monitor: MonitorAttributes): Uint8Array {
  const writer = new Writer();
  writer.u32(monitor.physicalWidth).u32(monitor.physicalHeight).u32(monitor.orientation);
  return writer.u32(monitor.desktopScaleFactor).u32(monitor.deviceScaleFactor).finish();
}

export function writeClientMonitorExtendedData(writer: Writer, value: ClientMonitorExtendedData): void {
  writer.u32(value.flags).u32(MONITOR_ATTRIBUTES_BYTES);
  writeCount(writer, value.monitors.length);
  for (const monitor of value.monitors) writer.bytes(encodeMonitorAttributes(monitor));
}
