/** Offscreen Bitmap Cache Capability Set, [MS-RDPBCGR] 2.2.7.1.9. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

export interface OffscreenCacheCapability extends CapabilityTail {
  readonly kind: 'offscreen-cache';
  /** 1 when offscreen bitmaps are supported. */
  readonly offscreenSupportLevel: number;
  /** In kilobytes. */
  readonly offscreenCacheSize: number;
  readonly offscreenCacheEntries: number;
}

export function decodeOffscreenCacheCapability(reader: Reader): OffscreenCacheCapability {
  return {
    kind: 'offscreen-cache',
    offscreenSupportLevel: reader.u32(),
    offscreenCacheSize: reader.u16(),
    offscreenCacheEntries: reader.u16(),
  };
}

export function writeOffscreenCacheCapability(writer: Writer, set: OffscreenCacheCapability): void {
  writer.u32(set.offscreenSupportLevel).u16(set.offscreenCacheSize).u16(set.offscreenCacheEntries);
}
