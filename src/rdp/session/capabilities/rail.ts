/** Remote Programs Capability Set, [MS-RDPERP] 2.2.1.1.1. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface RailCapability extends CapabilityTail {
  readonly kind: 'rail';
  /** Bits; 0 when remote programs are not supported. */
  readonly railSupportLevel: number;
}

export function decodeRailCapability(reader: Reader): RailCapability {
  return { kind: 'rail', railSupportLevel: reader.u32() };
}

export function writeRailCapability(writer: Writer, set: RailCapability): void {
  writer.u32(set.railSupportLevel);
}
