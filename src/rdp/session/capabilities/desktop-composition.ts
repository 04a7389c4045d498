/** Desktop Composition Capability Set, [MS-RDPBCGR] 2.2.7.2.8. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Values of compDeskSupportLevel. */
export const COMPDESK_NOT_SUPPORTED = 0;
export const COMPDESK_SUPPORTED = 1;

export interface DesktopCompositionCapability extends CapabilityTail {
  readonly kind: 'desktop-composition';
  readonly compDeskSupportLevel: number;
}

export function decodeDesktopCompositionCapability(reader: Reader): DesktopCompositionCapability {
  return { kind: 'desktop-composition', compDeskSupportLevel: reader.u16() };
}

export function writeDesktopCompositionCapability(writer: Writer, set: DesktopCompositionCapability): void {
  writer.u16(set.compDeskSupportLevel);
}
