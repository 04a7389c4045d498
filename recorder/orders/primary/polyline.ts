/** Polyline, [MS-RDPEGDI] 2.2.2.2.1.1.2.18: solid lines from point to point. */
import type { PrimaryOrder } from './primary-order.js';

export interface Polyline {
  xStart: number;
  yStart: number;
  /** A binary raster operation. */
  bRop2: number;
  brushCacheEntry: number;
  penColor: number;
  numDeltaEntries: number;
  /** DELTA_PTS_FIELD, see `delta-points.ts`. */
  codedDeltaList: Uint8Array;
}

export const POLYLINE: PrimaryOrder<Polyline> = {
  structure: 'Polyline',
  orderType: 0x16,
  initial: () => ({
    xStart: 0,
    yStart: 0,
    bRop2: 0,
    brushCacheEntry: 0,
    penColor: 0,
    numDeltaEntries: 0,
    codedDeltaList: new Uint8Array(0),
  }),
  fields: [
    (order, reader) => void (order.xStart = reader.coord(order.xStart)),
    (order, reader) => void (order.yStart = reader.coord(order.yStart)),
    (order, reader) => void (order.bRop2 = reader.u8()),
    (order, reader) => void (order.brushCacheEntry = reader.u16()),
    (order, reader) => void (order.penColor = reader.color()),
    (order, reader) => void (order.numDeltaEntries = reader.u8()),
    (order, reader) => void (order.codedDeltaList = reader.variable()),
  ],
};
