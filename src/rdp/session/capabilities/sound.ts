/** Sound Capability Set, [MS-RDPBCGR] 2.2.7.1.11: beeps. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

/** The bit of soundFlags. */
export const SOUND_FLAG_BEEPS = 0x0001;

export interface SoundCapability extends CapabilityTail {
  readonly kind: 'sound';
  readonly soundFlags: number;
}

export function decodeSoundCapability(reader: Reader): SoundCapability {
  const soundFlags = reader.u16();
  skipPadding(reader, 2);
  return { kind: 'sound', soundFlags };
}

export function writeSoundCapability(writer: Writer, set: SoundCapability): void {
  writer.u16(set.soundFlags).u16(0);
}
