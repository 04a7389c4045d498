/** Data types that graphics PDUs share, [MS-RDPEGFX] 2.2.1.1 to 2.2.1.4. */
import type { Reader } from '../wire/reader.js';
import type { Writer } from '../wire/writer.js';

/** RDPGFX_PIXELFORMAT. */
export const PIXEL_FORMAT_XRGB_8888 = 0x20;
export const PIXEL_FORMAT_ARGB_8888 = 0x21;

/** Values of codecId. */
export const GfxCodecId = {
  uncompressed: 0x0000,
  cavideo: 0x0003,
  clearCodec: 0x0008,
  caprogressive: 0x0009,
  planar: 0x000a,
  avc420: 0x000b,
  alpha: 0x000c,
  avc444: 0x000e,
  avc444v2: 0x000f,
} as const;

/** RDPGFX_POINT16: may lie outside of the surface. */
export interface GfxPoint {
  readonly x: number;
  readonly y: number;
}

/** RDPGFX_RECT16: right and bottom are not a part of it. */
export interface GfxRectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const POINT_BYTES = 4;
const RECTANGLE_BYTES = 8;

export function readGfxPoint(reader: Reader): GfxPoint {
  return { x: reader.i16(), y: reader.i16() };
}

export function writeGfxPoint(writer: Writer, { x, y }: GfxPoint): void {
  writer.i16(x).i16(y);
}

export function readGfxRectangle(reader: Reader): GfxRectangle {
  return { left: reader.u16(), top: reader.u16(), right: reader.u16(), bottom: reader.u16() };
}

export function writeGfxRectangle(writer: Writer, { left, top, right, bottom }: GfxRectangle): void {
  writer.u16(left).u16(top).u16(right).u16(bottom);
}

/** A 16-bit count and that many points; compared with what is there before it is read. */
export function readGfxPoints(reader: Reader): GfxPoint[] {
  const count = reader.u16();
  reader.need(count * POINT_BYTES);
  return Array.from({ length: count }, () => readGfxPoint(reader));
}

export function writeGfxPoints(writer: Writer, points: readonly GfxPoint[]): void {
  writer.u16(points.length);
  for (const point of points) writeGfxPoint(writer, point);
}

/** A 16-bit count and that many rectangles. */
export function readGfxRectangles(reader: Reader): GfxRectangle[] {
  const count = reader.u16();
  reader.need(count * RECTANGLE_BYTES);
  return Array.from({ length: count }, () => readGfxRectangle(reader));
}

export function writeGfxRectangles(writer: Writer, rectangles: readonly GfxRectangle[]): void {
  writer.u16(rectangles.length);
  for (const rectangle of rectangles) writeGfxRectangle(writer, rectangle);
}
