/** Virtual Channel Capability Set, [MS-RDPBCGR] 2.2.7.1.10: compression and chunk size of static channels. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Values of flags. */
export const VCCAPS_NO_COMPR = 0;
export const VCCAPS_COMPR_SC = 1;
export const VCCAPS_COMPR_CS_8K = 2;

export interface VirtualChannelCapability extends CapabilityTail {
  readonly kind: 'virtual-channel';
  readonly flags: number;
  /** In bytes; counts in the server's set only. */
  readonly vcChunkSize?: number;
}

export function decodeVirtualChannelCapability(reader: Reader): VirtualChannelCapability {
  const flags = reader.u32();
  return reader.remaining === 0
    ? { kind: 'virtual-channel', flags }
    : { kind: 'virtual-channel', flags, vcChunkSize: reader.u32() };
}

export function writeVirtualChannelCapability(writer: Writer, set: VirtualChannelCapability): void {
  writer.u32(set.flags);
  if (set.vcChunkSize !== undefined) writer.u32(set.vcChunkSize);
}
