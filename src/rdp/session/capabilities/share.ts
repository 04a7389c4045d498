/** Share Capability Set, [MS-RDPBCGR] 2.2.7.2.4. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

export interface ShareCapability extends CapabilityTail {
  readonly kind: 'share';
  /** MCS channel id of a server, 0 for a client. */
  readonly nodeId: number;
}

export function decodeShareCapability(reader: Reader): ShareCapability {
  const nodeId = reader.u16();
  skipPadding(reader, 2);
  return { kind: 'share', nodeId };
}

export function writeShareCapability(writer: Writer, set: ShareCapability): void {
  writer.u16(set.nodeId).u16(0);
}
