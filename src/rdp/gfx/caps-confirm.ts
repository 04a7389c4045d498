/** RDPGFX_CAPS_CONFIRM_PDU, [MS-RDPEGFX] 2.2.2.19: the version that the server has chosen. The protocol begins here. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeGfxCapabilitySet, type GfxCapabilitySet, writeGfxCapabilitySet } from './gfx-capability-set.js';

export interface CapsConfirm {
  readonly capsSet: GfxCapabilitySet;
}

export function decodeCapsConfirm(reader: Reader): CapsConfirm {
  return { capsSet: decodeGfxCapabilitySet(reader) };
}

export function encodeCapsConfirm(value: CapsConfirm): Uint8Array {
  const writer = new Writer();
  writeGfxCapabilitySet(writer, value.capsSet);
  return writer.finish();
}
