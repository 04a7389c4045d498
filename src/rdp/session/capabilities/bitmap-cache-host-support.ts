/** Bitmap Cache Host Support Capability Set, [MS-RDPBCGR] 2.2.7.2.1: a server's offer of persistent bitmap caches. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

/** The only cacheVersion there is. */
export const TS_BITMAPCACHE_REV2 = 1;

const PADDING_BYTES = 3;

export interface BitmapCacheHostSupportCapability extends CapabilityTail {
  readonly kind: 'bitmap-cache-host-support';
  readonly cacheVersion: number;
}

export function decodeBitmapCacheHostSupportCapability(reader: Reader): BitmapCacheHostSupportCapability {
  const cacheVersion = reader.u8();
  skipPadding(reader, PADDING_BYTES);
  return { kind: 'bitmap-cache-host-support', cacheVersion };
}

export function writeBitmapCacheHostSupportCapability(writer: Writer, set: BitmapCacheHostSupportCapability): void {
  writer.u8(set.cacheVersion).zeros(PADDING_BYTES);
}
