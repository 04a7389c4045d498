/** Control PDU, [MS-RDPBCGR] 2.2.1.15.1: cooperate, request and grant. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The field action. */
export const ControlAction = { requestControl: 1, grantedControl: 2, detach: 3, cooperate: 4 } as const;

export interface Control {
  /** `ControlAction`. */
  readonly action: number;
  /** The client's user channel id when control is granted, else 0. */
  readonly grantId: number;
  /** `SERVER_CHANNEL_ID` when control is granted, else 0. */
  readonly controlId: number;
}

export function decodeControl(reader: Reader): Control {
  return { action: reader.u16(), grantId: reader.u16(), controlId: reader.u32() };
}

export function encodeControl(value: Control): Uint8Array {
  return new Writer().u16(value.action).u16(value.grantId).u32(value.controlId).finish();
}
