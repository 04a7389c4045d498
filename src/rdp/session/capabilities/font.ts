/** Font Capability Set, [MS-RDPBCGR] 2.2.7.2.5. Some servers send it without any content. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

/** The value of fontSupportFlags. */
export const FONTSUPPORT_FONTLIST = 0x0001;

export interface FontCapability extends CapabilityTail {
  readonly kind: 'font';
  readonly fontSupportFlags?: number;
}

export function decodeFontCapability(reader: Reader): FontCapability {
  if (reader.remaining === 0) return { kind: 'font' };
  const fontSupportFlags = reader.u16();
  skipPadding(reader, 2);
  return { kind: 'font', fontSupportFlags };
}

export function writeFontCapability(writer: Writer, set: FontCapability): void {
  if (set.fontSupportFlags !== undefined) writer.u16(set.fontSupportFlags).u16(0);
}
