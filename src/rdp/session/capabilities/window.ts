/** Window List Capability Set, [MS-RDPERP] 2.2.1.1.2. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface WindowCapability extends CapabilityTail {
  readonly kind: 'window';
  /** 0 when windowing orders are not supported. */
  readonly wndSupportLevel: number;
  readonly numIconCaches: number;
  readonly numIconCacheEntries: number;
}

export function decodeWindowCapability(reader: Reader): WindowCapability {
  return {
    kind: 'window',
    wndSupportLevel: reader.u32(),
    numIconCaches: reader.u8(),
    numIconCacheEntries: reader.u16(),
  };
}

export function writeWindowCapability(writer: Writer, set: WindowCapability): void {
  writer.u32(set.wndSupportLevel).u8(set.numIconCaches).u16(set.numIconCacheEntries);
}
