/** RDPGFX_END_FRAME_PDU, [MS-RDPEGFX] 2.2.2.12: mapped surfaces are shown as they are. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface EndFrame {
  readonly frameId: number;
}

export function decodeEndFrame(reader: Reader): EndFrame {
  return { frameId: reader.u32() };
}

export function encodeEndFrame(value: EndFrame): Uint8Array {
  return new Writer().u32(value.frameId).finish();
}
