/** RDPGFX_QOE_FRAME_ACKNOWLEDGE_PDU, [MS-RDPEGFX] 2.2.2.21: how long a frame took; informational. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface QoeFrameAcknowledge {
  readonly frameId: number;
  /** Milliseconds of a clock of the client's. */
  readonly timestamp: number;
  /** Milliseconds from start to end of the frame. */
  readonly timeDiffSE: number;
  /** Milliseconds from its end until it was shown. */
  readonly timeDiffEDR: number;
}

export function decodeQoeFrameAcknowledge(reader: Reader): QoeFrameAcknowledge {
  return { frameId: reader.u32(), timestamp: reader.u32(), timeDiffSE: reader.u16(), timeDiffEDR: reader.u16() };
}

export function encodeQoeFrameAcknowledge(value: QoeFrameAcknowledge): Uint8Array {
  const { frameId, timestamp, timeDiffSE, timeDiffEDR } = value;
  return new Writer().u32(frameId).u32(timestamp).u16(timeDiffSE).u16(timeDiffEDR).finish();
}
