/** RDPGFX_FRAME_ACKNOWLEDGE_PDU, [MS-RDPEGFX] 2.2.2.13. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Values of queueDepth that are no depth. */
export const QUEUE_DEPTH_UNAVAILABLE = 0;
export const SUSPEND_FRAME_ACKNOWLEDGEMENT = 0xffff_ffff;

export interface GfxFrameAcknowledge {
  /** Bytes that the client has not processed, or a value above. */
  readonly queueDepth: number;
  readonly frameId: number;
  readonly totalFramesDecoded: number;
}

export function decodeGfxFrameAcknowledge(reader: Reader): GfxFrameAcknowledge {
  return { queueDepth: reader.u32(), frameId: reader.u32(), totalFramesDecoded: reader.u32() };
}

export function encodeGfxFrameAcknowledge(value: GfxFrameAcknowledge): Uint8Array {
  return new Writer().u32(value.queueDepth).u32(value.frameId).u32(value.totalFramesDecoded).finish();
}
