/** DISPLAYCONTROL_MONITOR_LAYOUT_PDU, [MS-RDPEDISP] 2.2.2.2: the monitors that a client wants its desktop to have. */
import { MAX_MONITORS } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import {
  DISPLAYCONTROL_PDU_TYPE_MONITOR_LAYOUT,
  encodeDisplayControl,
  readDisplayControlBody,
} from './display-control-header.js';

/** The bit of flags. */
export const DISPLAYCONTROL_MONITOR_PRIMARY = 0x0000_0001;

/** MonitorLayoutSize. */
const MONITOR_BYTES = 40;
/** Width and height, in pixels. */
const LEAST = 200;
const MOST = 8192;

/** In pixels from the primary monitor's upper left corner. Fields are as they came where 2.2.2.2.1 says to ignore what they say. */
export interface DisplayMonitor {
  readonly flags: number;
  readonly left: number;
  readonly top: number;
  /** 200 to 8192, even. */
  readonly width: number;
  /** 200 to 8192. */
  readonly height: number;
  /** Millimetres. */
  readonly physicalWidth: number;
  readonly physicalHeight: number;
  /** Degrees. */
  readonly orientation: number;
  /** Per cent. */
  readonly desktopScaleFactor: number;
  readonly deviceScaleFactor: number;
}

export function decodeDisplayMonitorLayout(message: Reader): DisplayMonitor[] {
  const structure = 'DISPLAYCONTROL_MONITOR_LAYOUT_PDU';
  const body = readDisplayControlBody(message, DISPLAYCONTROL_PDU_TYPE_MONITOR_LAYOUT, structure);
  if (body.u32() !== MONITOR_BYTES) throw body.error('invalid', 'MonitorLayoutSize');
  const numMonitors = body.u32();
  if (numMonitors === 0) throw body.error('invalid', 'no monitor');
  if (numMonitors > MAX_MONITORS) throw body.error('limit', 'NumMonitors');
  const monitors = Array.from({ length: numMonitors }, () => decodeMonitor(body));
  body.end();
  return monitors;
}

function decodeMonitor(body: Reader): DisplayMonitor {
  const [flags, left, top, width, height] = [body.u32(), body.i32(), body.i32(), body.u32(), body.u32()];
  if (width < LEAST || width > MOST || width % 2 !== 0) throw body.error('invalid', 'Width');
  if (height < LEAST || height > MOST) throw body.error('invalid', 'Height');
  return {
    flags,
    left,
    top,
    width,
    height,
    physicalWidth: body.u32(),
    physicalHeight: body.u32(),
    orientation: body.u32(),
    desktopScaleFactor: body.u32(),
    deviceScaleFactor: body.u32(),
  };
}

export function encodeDisplayMonitorLayout(monitors: readonly DisplayMonitor[]): Uint8Array {
  const body = new Writer().u32(MONITOR_BYTES).u32(monitors.length);
  for (const monitor of monitors) {
    body.u32(monitor.flags).i32(monitor.left).i32(monitor.top).u32(monitor.width).u32(monitor.height);
    body.u32(monitor.physicalWidth).u32(monitor.physicalHeight).u32(monitor.orientation);
    body.u32(monitor.desktopScaleFactor).u32(monitor.deviceScaleFactor);
  }
  return encodeDisplayControl(DISPLAYCONTROL_PDU_TYPE_MONITOR_LAYOUT, body.finish());
}
