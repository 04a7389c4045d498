/** Draw GDI+ Capability Set, [MS-RDPEGDI] 2.2.1.3. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Value of drawGdiPlusSupportLevel. */
export const TS_DRAW_GDIPLUS_DEFAULT = 0;

/** GdipCacheEntries, GdipCacheChunkSize and GdipImageCacheProperties. */
export const GDIP_CACHE_PARAMETERS_BYTES = 24;

export interface DrawGdiPlusCapability extends CapabilityTail {
  readonly kind: 'draw-gdiplus';
  readonly drawGdiPlusSupportLevel: number;
  readonly gdipVersion: number;
  readonly drawGdiPlusCacheLevel: number;
  /** 24 bytes, kept as they are. */
  readonly gdipCacheParameters: Uint8Array;
}

export function decodeDrawGdiPlusCapability(reader: Reader): DrawGdiPlusCapability {
  return {
    kind: 'draw-gdiplus',
    drawGdiPlusSupportLevel: reader.u32(),
    gdipVersion: reader.u32(),
    drawGdiPlusCacheLevel: reader.u32(),
    gdipCacheParameters: reader.bytes(GDIP_CACHE_PARAMETERS_BYTES),
  };
}

/** Throws RangeError when gdipCacheParameters has not its fixed length. */
export function writeDrawGdiPlusCapability(writer: Writer, set: DrawGdiPlusCapability): void {
  if (set.gdipCacheParameters.length !== GDIP_CACHE_PARAMETERS_BYTES) throw new RangeError('DrawGdiPlus: parameters');
  writer.u32(set.drawGdiPlusSupportLevel).u32(set.gdipVersion).u32(set.drawGdiPlusCacheLevel);
  writer.bytes(set.gdipCacheParameters);
}
