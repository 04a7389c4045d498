/**
 * The decoders of everything that the gateway offers. Both tables are typed by the contract's capability table: an order
 * there without a decoder here does not compile, nor does a decoder here without an order there.
 */
import type { CacheOrder, DrawingOrder } from '../../src/contract/capability-table.js';
import type { Rectangle } from '../picture/rectangle.js';
import { drawDstBlt, drawMemBlt, drawOpaqueRect, drawPatBlt, drawScrBlt } from './drawing/blits.js';
import { blitArea, type Drawing } from './drawing/drawing.js';
import { areaOfLine, areaOfPolyline, drawLineTo, drawPolyline } from './drawing/lines.js';
import { areaOfFastOrder, areaOfGlyphIndex, drawFastGlyph, drawFastIndex, drawGlyphIndex } from './drawing/text.js';
import { DST_BLT } from './primary/dst-blt.js';
import { FAST_GLYPH } from './primary/fast-glyph.js';
import { FAST_INDEX } from './primary/fast-index.js';
import { GLYPH_INDEX } from './primary/glyph-index.js';
import { LINE_TO } from './primary/line-to.js';
import { MEM_BLT } from './primary/mem-blt.js';
import { OPAQUE_RECT } from './primary/opaque-rect.js';
import type { AnyPrimaryOrder } from './primary/order-history.js';
import { PAT_BLT } from './primary/pat-blt.js';
import { POLYLINE } from './primary/polyline.js';
import type { PrimaryOrder } from './primary/primary-order.js';
import { SCR_BLT } from './primary/scr-blt.js';
import { GLYPH_ORDER_REV2 } from './secondary/cache-glyph.js';
import {
  fillBitmap,
  fillBitmapRev2,
  fillBitmapRev3,
  fillBrush,
  fillColorTable,
  fillGlyphs,
  fillGlyphsRev2,
  type CacheFiller,
} from './secondary/fill-caches.js';

/** A primary order: how it is read, drawn, and what it touches. Fields are those that `format` has read. */
export interface PrimaryOrderEntry {
  readonly format: AnyPrimaryOrder;
  readonly draw: (fields: never, drawing: Drawing) => void;
  /** Null when it cannot be said. */
  readonly area: (fields: never) => Rectangle | null;
}

function entry<T extends object>(
  format: PrimaryOrder<T>,
  draw: (fields: T, drawing: Drawing) => void,
  area: (fields: T) => Rectangle | null,
): PrimaryOrderEntry {
  return { format, draw, area };
}

export const PRIMARY_ORDERS = {
  'dst-blt': entry(DST_BLT, drawDstBlt, blitArea),
  'pat-blt': entry(PAT_BLT, drawPatBlt, blitArea),
  'opaque-rect': entry(OPAQUE_RECT, drawOpaqueRect, blitArea),
  'scr-blt': entry(SCR_BLT, drawScrBlt, blitArea),
  'mem-blt': entry(MEM_BLT, drawMemBlt, blitArea),
  'line-to': entry(LINE_TO, drawLineTo, areaOfLine),
  'fast-index': entry(FAST_INDEX, drawFastIndex, areaOfFastOrder),
  polyline: entry(POLYLINE, drawPolyline, areaOfPolyline),
  'fast-glyph': entry(FAST_GLYPH, drawFastGlyph, areaOfFastOrder),
  'glyph-index': entry(GLYPH_INDEX, drawGlyphIndex, areaOfGlyphIndex),
} as const satisfies Record<DrawingOrder, PrimaryOrderEntry>;

/** By orderType. */
export const PRIMARY_ORDERS_BY_TYPE: ReadonlyMap<number, PrimaryOrderEntry> = new Map(
  Object.values(PRIMARY_ORDERS).map((order) => [order.format.orderType, order]),
);

/** The orderTypes of each secondary order, [MS-RDPEGDI] 2.2.2.2.1.2.1.1; the two of glyphs differ in extraFlags. */
export const CACHE_ORDERS = {
  'cache-bitmap': { 0x00: fillBitmap(false), 0x02: fillBitmap(true) },
  'cache-color-table': { 0x01: fillColorTable },
  'cache-glyph': {
    0x03: (reader, extraFlags, context) =>
      ((extraFlags & GLYPH_ORDER_REV2) === 0 ? fillGlyphs : fillGlyphsRev2)(reader, extraFlags, context),
  },
  'cache-bitmap-rev2': { 0x04: fillBitmapRev2(false), 0x05: fillBitmapRev2(true) },
  'cache-brush': { 0x07: fillBrush },
  'cache-bitmap-rev3': { 0x08: fillBitmapRev3 },
} as const satisfies Record<CacheOrder, { readonly [orderType: number]: CacheFiller }>;

/** By orderType. */
export const CACHE_ORDERS_BY_TYPE: ReadonlyMap<number, CacheFiller> = new Map(
  Object.values(CACHE_ORDERS).flatMap((order: { readonly [orderType: number]: CacheFiller }) =>
    Object.entries(order).map(([orderType, fill]) => [Number(orderType), fill] as const),
  ),
);
