/** Inclusive Rectangle, [MS-RDPBCGR] 2.2.11.1: right and bottom belong to it. */
import type { Reader } from '../wire/reader.js';
import type { Writer } from '../wire/writer.js';

export const RECTANGLE_BYTES = 8;

/** In pixels of the desktop. */
export interface InclusiveRectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function decodeRectangle(reader: Reader): InclusiveRectangle {
  return { left: reader.u16(), top: reader.u16(), right: reader.u16(), bottom: reader.u16() };
}

export function writeRectangle(writer: Writer, value: InclusiveRectangle): void {
  writer.u16(value.left).u16(value.top).u16(value.right).u16(value.bottom);
}
