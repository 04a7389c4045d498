/** RDPGFX_SOLIDFILL_PDU, [MS-RDPEGFX] 2.2.2.4: rectangles of a surface in one colour. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { type GfxRectangle, readGfxRectangles, writeGfxRectangles } from './gfx-types.js';

export interface SolidFill {
  readonly surfaceId: number;
  /** RDPGFX_COLOR32: 0xXARRGGBB. */
  readonly fillPixel: number;
  readonly fillRects: readonly GfxRectangle[];
}

export function decodeSolidFill(reader: Reader): SolidFill {
  return { surfaceId: reader.u16(), fillPixel: reader.u32(), fillRects: readGfxRectangles(reader) };
}

export function encodeSolidFill(value: SolidFill): Uint8Array {
  const writer = new Writer().u16(value.surfaceId).u32(value.fillPixel);
  writeGfxRectangles(writer, value.fillRects);
  return writer.finish();
}
