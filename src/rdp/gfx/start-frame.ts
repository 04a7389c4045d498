/** RDPGFX_START_FRAME_PDU, [MS-RDPEGFX] 2.2.2.11: what follows is shown together. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface StartFrame {
  /** Bits of a time of day: milliseconds 0 to 9, seconds 10 to 15, minutes 16 to 21, hours 22 to 31; or 0. */
  readonly timestamp: number;
  readonly frameId: number;
}

export function decodeStartFrame(reader: Reader): StartFrame {
  return { timestamp: reader.u32(), frameId: reader.u32() };
}

export function encodeStartFrame(value: StartFrame): Uint8Array {
  return new Writer().u32(value.timestamp).u32(value.frameId).finish();
}
