/** DrawNineGrid Cache Capability Set, [MS-RDPEGDI] 2.2.1.2. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Value of drawNineGridSupportLevel. */
export const DRAW_NINEGRID_NO_SUPPORT = 0;

export interface DrawNineGridCapability extends CapabilityTail {
  readonly kind: 'draw-ninegrid';
  readonly drawNineGridSupportLevel: number;
  /** In kilobytes. */
  readonly drawNineGridCacheSize: number;
  readonly drawNineGridCacheEntries: number;
}

export function decodeDrawNineGridCapability(reader: Reader): DrawNineGridCapability {
  return {
    kind: 'draw-ninegrid',
    drawNineGridSupportLevel: reader.u32(),
    drawNineGridCacheSize: reader.u16(),
    drawNineGridCacheEntries: reader.u16(),
  };
}

export function writeDrawNineGridCapability(writer: Writer, set: DrawNineGridCapability): void {
  writer.u32(set.drawNineGridSupportLevel).u16(set.drawNineGridCacheSize).u16(set.drawNineGridCacheEntries);
}
