/** DISPLAYCONTROL_HEADER, [MS-RDPEDISP] 2.2.1.1: what each message of display control begins with. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The dynamic channel, [MS-RDPEDISP] 2.1. */
export const DISPLAY_CONTROL_CHANNEL = 'Microsoft::Windows::RDS::DisplayControl';

/** Values of Type. */
export const DISPLAYCONTROL_PDU_TYPE_MONITOR_LAYOUT = 0x0000_0002;
export const DISPLAYCONTROL_PDU_TYPE_CAPS = 0x0000_0005;

const HEADER_BYTES = 8;

/** Gives the message's body; throws DecodeError for another type and for a length that is not the message's. */
export function readDisplayControlBody(message: Reader, type: number, structure: string): Reader {
  if (message.u32() !== type) throw message.error('invalid', 'type');
  const length = message.u32();
  if (length < HEADER_BYTES) throw message.error('invalid', 'length');
  const body = message.sub(length - HEADER_BYTES, structure);
  message.end();
  return body;
}

export function encodeDisplayControl(type: number, body: Uint8Array): Uint8Array {
  return new Writer()
    .u32(type)
    .u32(HEADER_BYTES + body.length)
    .bytes(body)
    .finish();
}
