/** Pointer Capability Set, [MS-RDPBCGR] 2.2.7.1.5: sizes of the pointer caches. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface PointerCapability extends CapabilityTail {
  readonly kind: 'pointer';
  readonly colorPointerFlag: number;
  readonly colorPointerCacheSize: number;
  /** Absent from old clients, which get no New Pointer Updates. */
  readonly pointerCacheSize?: number;
}

export function decodePointerCapability(reader: Reader): PointerCapability {
  const set = { kind: 'pointer', colorPointerFlag: reader.u16(), colorPointerCacheSize: reader.u16() } as const;
  return reader.remaining === 0 ? set : { ...set, pointerCacheSize: reader.u16() };
}

export function writePointerCapability(writer: Writer, set: PointerCapability): void {
  writer.u16(set.colorPointerFlag).u16(set.colorPointerCacheSize);
  if (set.pointerCacheSize !== undefined) writer.u16(set.pointerCacheSize);
}
