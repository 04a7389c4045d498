/** GlyphIndex, [MS-RDPEGDI] 2.2.2.2.1.1.2.13: text of cached glyphs. */
import { BRUSH_EXTRA_BYTES, type BrushFields } from './pat-blt.js';
import type { PrimaryOrder } from './primary-order.js';

/** What the three orders of text have in common. */
export interface TextFields {
  cacheId: number;
  /** Colour of the text. */
  backColor: number;
  /** Colour of the opaque rectangle. */
  foreColor: number;
  bkLeft: number;
  bkTop: number;
  bkRight: number;
  bkBottom: number;
  opLeft: number;
  opTop: number;
  opRight: number;
  opBottom: number;
  x: number;
  y: number;
  variableBytes: Uint8Array;
}

export interface GlyphIndex extends TextFields, BrushFields {
  flAccel: number;
  ulCharInc: number;
  fOpRedundant: number;
}

export const initialText = (): TextFields => ({
  cacheId: 0,
  backColor: 0,
  foreColor: 0,
  bkLeft: 0,
  bkTop: 0,
  bkRight: 0,
  bkBottom: 0,
  opLeft: 0,
  opTop: 0,
  opRight: 0,
  opBottom: 0,
  x: 0,
  y: 0,
  variableBytes: new Uint8Array(0),
});

export const GLYPH_INDEX: PrimaryOrder<GlyphIndex> = {
  structure: 'GlyphIndex',
  orderType: 0x1b,
  initial: () => ({
    ...initialText(),
    flAccel: 0,
    ulCharInc: 0,
    fOpRedundant: 0,
    brushOrgX: 0,
    brushOrgY: 0,
    brushStyle: 0,
    brushHatch: 0,
    brushExtra: new Uint8Array(BRUSH_EXTRA_BYTES),
  }),
  // Coordinates are two bytes each, whatever TS_DELTA_COORDINATES says: they are not COORD_FIELDs.
  fields: [
    (order, reader) => void (order.cacheId = reader.u8()),
    (order, reader) => void (order.flAccel = reader.u8()),
    (order, reader) => void (order.ulCharInc = reader.u8()),
    (order, reader) => void (order.fOpRedundant = reader.u8()),
    (order, reader) => void (order.backColor = reader.color()),
    (order, reader) => void (order.foreColor = reader.color()),
    (order, reader) => void (order.bkLeft = reader.i16()),
    (order, reader) => void (order.bkTop = reader.i16()),
    (order, reader) => void (order.bkRight = reader.i16()),
    (order, reader) => void (order.bkBottom = reader.i16()),
    (order, reader) => void (order.opLeft = reader.i16()),
    (order, reader) => void (order.opTop = reader.i16()),
    (order, reader) => void (order.opRight = reader.i16()),
    (order, reader) => void (order.opBottom = reader.i16()),
    (order, reader) => void (order.brushOrgX = reader.i8()),
    (order, reader) => void (order.brushOrgY = reader.i8()),
    (order, reader) => void (order.brushStyle = reader.u8()),
    (order, reader) => void (order.brushHatch = reader.u8()),
    (order, reader) => void (order.brushExtra = reader.bytes(BRUSH_EXTRA_BYTES)),
    (order, reader) => void (order.x = reader.i16()),
    (order, reader) => void (order.y = reader.i16()),
    (order, reader) => void (order.variableBytes = reader.variable()),
  ],
};
