/** Frame Acknowledge Capability Set, [MS-RDPRFX] 2.2.1.3. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface FrameAcknowledgeCapability extends CapabilityTail {
  readonly kind: 'frame-acknowledge';
  readonly maxUnacknowledgedFrameCount: number;
}

export function decodeFrameAcknowledgeCapability(reader: Reader): FrameAcknowledgeCapability {
  return { kind: 'frame-acknowledge', maxUnacknowledgedFrameCount: reader.u32() };
}

export function writeFrameAcknowledgeCapability(writer: Writer, set: FrameAcknowledgeCapability): void {
  writer.u32(set.maxUnacknowledgedFrameCount);
}
