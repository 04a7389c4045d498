/** Brush Capability Set, [MS-RDPBCGR] 2.2.7.1.7. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Values of brushSupportLevel. */
export const BRUSH_DEFAULT = 0;
export const BRUSH_COLOR_8X8 = 1;
export const BRUSH_COLOR_FULL = 2;

export interface BrushCapability extends CapabilityTail {
  readonly kind: 'brush';
  readonly brushSupportLevel: number;
}

export function decodeBrushCapability(reader: Reader): BrushCapability {
  return { kind: 'brush', brushSupportLevel: reader.u32() };
}

export function writeBrushCapability(writer: Writer, set: BrushCapability): void {
  writer.u32(set.brushSupportLevel);
}
