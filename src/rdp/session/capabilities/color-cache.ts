/** Color Table Cache Capability Set, [MS-RDPEGDI] 2.2.1.1. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

export interface ColorCacheCapability extends CapabilityTail {
  readonly kind: 'color-cache';
  readonly colorTableCacheSize: number;
}

export function decodeColorCacheCapability(reader: Reader): ColorCacheCapability {
  const colorTableCacheSize = reader.u16();
  skipPadding(reader, 2);
  return { kind: 'color-cache', colorTableCacheSize };
}

export function writeColorCacheCapability(writer: Writer, set: ColorCacheCapability): void {
  writer.u16(set.colorTableCacheSize).u16(0);
}
