/** Clipboard Capabilities PDU, [MS-RDPECLIP] 2.2.2.1: the flags of its general capability set. */
import type { Reader } from '../wire/reader.js';

const CB_CAPSTYPE_GENERAL = 1;

/** Format lists carry names of any length when both sides say this. */
export const CB_USE_LONG_FORMAT_NAMES = 0x0000_0002;

/** `generalFlags` of the data behind the header; 0 where there is no general set. Throws DecodeError. */
export function decodeClipboardFlags(reader: Reader): number {
  const cCapabilitiesSets = reader.u16();
  reader.skip(2);
  for (let index = 0; index < cCapabilitiesSets; index++) {
    const capabilitySetType = reader.u16();
    const lengthCapability = reader.u16();
    if (lengthCapability < 4) throw reader.error('invalid', 'lengthCapability');
    const body = reader.sub(lengthCapability - 4, 'ClipboardCapabilitySet');
    if (capabilitySetType !== CB_CAPSTYPE_GENERAL) continue;
    body.skip(4);
    return body.u32();
  }
  return 0;
}
