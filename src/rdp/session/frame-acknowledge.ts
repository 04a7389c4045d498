/** Frame Acknowledge PDU, [MS-RDPRFX] 2.2.3.1: a client has drawn a frame. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface FrameAcknowledge {
  readonly frameId: number;
}

export function decodeFrameAcknowledge(reader: Reader): FrameAcknowledge {
  return { frameId: reader.u32() };
}

export function encodeFrameAcknowledge(value: FrameAcknowledge): Uint8Array {
  return new Writer().u32(value.frameId).finish();
}
