/** DISPLAYCONTROL_CAPS_PDU, [MS-RDPEDISP] 2.2.2.1: what layouts a server takes. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import {
  DISPLAYCONTROL_PDU_TYPE_CAPS,
  encodeDisplayControl,
  readDisplayControlBody,
} from './display-control-header.js';

/** The product of all three is the largest area of all monitors together, in pixels. */
export interface DisplayControlCaps {
  readonly maxNumMonitors: number;
  readonly maxMonitorAreaFactorA: number;
  readonly maxMonitorAreaFactorB: number;
}

export function decodeDisplayControlCaps(message: Reader): DisplayControlCaps {
  const body = readDisplayControlBody(message, DISPLAYCONTROL_PDU_TYPE_CAPS, 'DISPLAYCONTROL_CAPS_PDU');
  const caps = {
    maxNumMonitors: body.u32(),
    maxMonitorAreaFactorA: body.u32(),
    maxMonitorAreaFactorB: body.u32(),
  };
  body.end();
  return caps;
}

export function encodeDisplayControlCaps(caps: DisplayControlCaps): Uint8Array {
  const { maxNumMonitors, maxMonitorAreaFactorA, maxMonitorAreaFactorB } = caps;
  const body = new Writer().u32(maxNumMonitors).u32(maxMonitorAreaFactorA).u32(maxMonitorAreaFactorB);
  return encodeDisplayControl(DISPLAYCONTROL_PDU_TYPE_CAPS, body.finish());
}
