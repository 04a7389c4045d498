/** Brushes of PatBlt, [MS-RDPEGDI] 2.2.2.2.1.1.2.3: eight by eight pixels, repeated from their origin on. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { pixelColor } from '../colors.js';
import type { BrushFields } from '../primary/pat-blt.js';
import { BRUSH_SIDE } from '../secondary/cache-brush.js';
import type { Drawing, PixelSource } from './drawing.js';

const BrushStyle = { solid: 0x00, null: 0x01, hatched: 0x02, pattern: 0x03 } as const;
const TS_CACHED_BRUSH = 0x80;
const BMF_1BPP = 1;
const DEPTH_MASK = 0x0f;

/** Rows of the six hatches, top-down; the lines are set bits. */
const HATCHES: readonly (readonly number[])[] = [
  [0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x00],
  [0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08],
  [0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01],
  [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80],
  [0x08, 0x08, 0x08, 0xff, 0x08, 0x08, 0x08, 0x08],
  [0x81, 0x42, 0x24, 0x18, 0x18, 0x24, 0x42, 0x81],
];

interface BrushOrder extends BrushFields {
  readonly backColor: number;
  readonly foreColor: number;
}

/** The colours of a brush; null for the hollow one. Throws "invalid" for a style or a cache entry that there is not. */
export function brushPattern(order: BrushOrder, drawing: Drawing): PixelSource | null {
  const fore = drawing.color(order.foreColor);
  const back = drawing.color(order.backColor);
  if ((order.brushStyle & TS_CACHED_BRUSH) !== 0) return repeat(order, cachedColors(order, drawing, fore, back));
  switch (order.brushStyle) {
    case BrushStyle.solid:
      return () => fore;
    case BrushStyle.null:
      return null;
    case BrushStyle.hatched: {
      const rows = HATCHES[order.brushHatch];
      if (rows === undefined) throw new DecodeError('invalid', 'brush', 0, 'BrushHatch');
      return repeat(order, colorsOfBits(rows, fore, back));
    }
    case BrushStyle.pattern:
      return repeat(order, colorsOfBits([...order.brushExtra.toReversed(), order.brushHatch], back, fore));
    default:
      throw new DecodeError('invalid', 'brush', 0, 'BrushStyle');
  }
}

function cachedColors(order: BrushOrder, drawing: Drawing, fore: number, back: number): Uint32Array {
  const { monoBrushes, colorBrushes } = drawing.caches;
  const isMono = (order.brushStyle & DEPTH_MASK) === BMF_1BPP;
  const { pixels } = (isMono ? monoBrushes : colorBrushes).get(order.brushHatch);
  // As in bitmaps of one bit a pixel, set bits are of the background.
  if (isMono) return pixels.map((bit) => (bit === 0 ? fore : back));
  return pixels.map((pixel) => pixelColor(pixel, drawing.colorDepth, drawing.palette));
}

function colorsOfBits(rows: readonly number[], set: number, clear: number): Uint32Array {
  return Uint32Array.from({ length: BRUSH_SIDE * BRUSH_SIDE }, (_, index) =>
    ((rows[index >> 3] ?? 0) & (0x80 >> (index & 7))) === 0 ? clear : set,
  );
}

/** Masks of two's complement numbers are what divides negative distances as well. */
function repeat({ brushOrgX, brushOrgY }: BrushFields, colors: Uint32Array): PixelSource {
  return (x, y) => colors[(((y - brushOrgY) & 7) << 3) | ((x - brushOrgX) & 7)] ?? 0;
}
