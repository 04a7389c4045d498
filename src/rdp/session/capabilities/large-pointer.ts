/** Large Pointer Capability Set, [MS-RDPBCGR] 2.2.7.2.7. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Bits of largePointerSupportFlags. */
export const LARGE_POINTER_FLAG_96X96 = 0x0001;
export const LARGE_POINTER_FLAG_384X384 = 0x0002;

export interface LargePointerCapability extends CapabilityTail {
  readonly kind: 'large-pointer';
  readonly largePointerSupportFlags: number;
}

export function decodeLargePointerCapability(reader: Reader): LargePointerCapability {
  return { kind: 'large-pointer', largePointerSupportFlags: reader.u16() };
}

export function writeLargePointerCapability(writer: Writer, set: LargePointerCapability): void {
  writer.u16(set.largePointerSupportFlags);
}
