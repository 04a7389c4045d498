/** Window Activation Capability Set, [MS-RDPBCGR] 2.2.7.2.3; servers ignore it. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface ActivationCapability extends CapabilityTail {
  readonly kind: 'activation';
  readonly helpKeyFlag: number;
  readonly helpKeyIndexFlag: number;
  readonly helpExtendedKeyFlag: number;
  readonly windowManagerKeyFlag: number;
}

export function decodeActivationCapability(reader: Reader): ActivationCapability {
  return {
    kind: 'activation',
    helpKeyFlag: reader.u16(),
    helpKeyIndexFlag: reader.u16(),
    helpExtendedKeyFlag: reader.u16(),
    windowManagerKeyFlag: reader.u16(),
  };
}

export function writeActivationCapability(writer: Writer, set: ActivationCapability): void {
  writer.u16(set.helpKeyFlag).u16(set.helpKeyIndexFlag).u16(set.helpExtendedKeyFlag).u16(set.windowManagerKeyFlag);
}
