/** Control Capability Set, [MS-RDPBCGR] 2.2.7.2.2; servers ignore it. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** A value of controlInterest and detachInterest. */
export const CONTROLPRIORITY_NEVER = 2;

export interface ControlCapability extends CapabilityTail {
  readonly kind: 'control';
  readonly controlFlags: number;
  readonly remoteDetachFlag: number;
  readonly controlInterest: number;
  readonly detachInterest: number;
}

export function decodeControlCapability(reader: Reader): ControlCapability {
  return {
    kind: 'control',
    controlFlags: reader.u16(),
    remoteDetachFlag: reader.u16(),
    controlInterest: reader.u16(),
    detachInterest: reader.u16(),
  };
}

export function writeControlCapability(writer: Writer, set: ControlCapability): void {
  writer.u16(set.controlFlags).u16(set.remoteDetachFlag).u16(set.controlInterest).u16(set.detachInterest);
}
