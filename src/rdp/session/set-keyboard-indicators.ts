/** Set Keyboard Indicators PDU, [MS-RDPBCGR] 2.2.8.2.1.1: lights of the toggle keys. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface SetKeyboardIndicators {
  readonly unitId: number;
  /** `TS_SYNC_` bits of input-flags.ts. */
  readonly ledFlags: number;
}

export function decodeSetKeyboardIndicators(reader: Reader): SetKeyboardIndicators {
  return { unitId: reader.u16(), ledFlags: reader.u16() };
}

export function encodeSetKeyboardIndicators(value: SetKeyboardIndicators): Uint8Array {
  return new Writer().u16(value.unitId).u16(value.ledFlags).finish();
}
