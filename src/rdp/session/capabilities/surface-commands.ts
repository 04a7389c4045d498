/** Surface Commands Capability Set, [MS-RDPBCGR] 2.2.7.2.9. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

/** Bits of cmdFlags. */
export const SURFCMDS_SETSURFACEBITS = 0x02;
export const SURFCMDS_FRAMEMARKER = 0x10;
export const SURFCMDS_STREAMSURFACEBITS = 0x40;

export interface SurfaceCommandsCapability extends CapabilityTail {
  readonly kind: 'surface-commands';
  readonly cmdFlags: number;
}

export function decodeSurfaceCommandsCapability(reader: Reader): SurfaceCommandsCapability {
  const cmdFlags = reader.u32();
  skipPadding(reader, 4);
  return { kind: 'surface-commands', cmdFlags };
}

export function writeSurfaceCommandsCapability(writer: Writer, set: SurfaceCommandsCapability): void {
  writer.u32(set.cmdFlags).u32(0);
}
