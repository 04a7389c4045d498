/** Multifragment Update Capability Set, [MS-RDPBCGR] 2.2.7.2.6. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface MultifragmentUpdateCapability extends CapabilityTail {
  readonly kind: 'multifragment-update';
  /** Bytes of the buffer in which fragments are put together. */
  readonly maxRequestSize: number;
}

export function decodeMultifragmentUpdateCapability(reader: Reader): MultifragmentUpdateCapability {
  return { kind: 'multifragment-update', maxRequestSize: reader.u32() };
}

export function writeMultifragmentUpdateCapability(writer: Writer, set: MultifragmentUpdateCapability): void {
  writer.u32(set.maxRequestSize);
}
