/** PatBlt, [MS-RDPEGDI] 2.2.2.2.1.1.2.3: a rectangle by an operation with a brush. */
import type { PrimaryOrder } from './primary-order.js';

/** Fields that describe a brush. */
export interface BrushFields {
  brushOrgX: number;
  brushOrgY: number;
  /** A style, or TS_CACHED_BRUSH and the depth of the cached brush. */
  brushStyle: number;
  /** A hatch, the bottom row of a pattern, or the entry of a cached brush. */
  brushHatch: number;
  /** Seven bytes: the other rows of a pattern, the top one last. */
  brushExtra: Uint8Array;
}

export interface PatBlt extends BrushFields {
  nLeftRect: number;
  nTopRect: number;
  nWidth: number;
  nHeight: number;
  /** Index of a ternary raster operation. */
  bRop: number;
  backColor: number;
  foreColor: number;
}

export const BRUSH_EXTRA_BYTES = 7;

export const PAT_BLT: PrimaryOrder<PatBlt> = {
  structure: 'PatBlt',
  orderType: 0x01,
  initial: () => ({
    nLeftRect: 0,
    nTopRect: 0,
    nWidth: 0,
    nHeight: 0,
    bRop: 0,
    backColor: 0,
    foreColor: 0,
    brushOrgX: 0,
    brushOrgY: 0,
    brushStyle: 0,
    brushHatch: 0,
    brushExtra: new Uint8Array(BRUSH_EXTRA_BYTES),
  }),
  fields: [
    (order, reader) => void (order.nLeftRect = reader.coord(order.nLeftRect)),
    (order, reader) => void (order.nTopRect = reader.coord(order.nTopRect)),
    (order, reader) => void (order.nWidth = reader.coord(order.nWidth)),
    (order, reader) => void (order.nHeight = reader.coord(order.nHeight)),
    (order, reader) => void (order.bRop = reader.u8()),
    (order, reader) => void (order.backColor = reader.color()),
    (order, reader) => void (order.foreColor = reader.color()),
    (order, reader) => void (order.brushOrgX = reader.i8()),
    (order, reader) => void (order.brushOrgY = reader.i8()),
    (order, reader) => void (order.brushStyle = reader.u8()),
    (order, reader) => void (order.brushHatch = reader.u8()),
    (order, reader) => void (order.brushExtra = reader.bytes(BRUSH_EXTRA_BYTES)),
  ],
};
