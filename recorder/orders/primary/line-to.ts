/** LineTo, [MS-RDPEGDI] 2.2.2.2.1.1.2.11: a solid line, one pixel wide. */
import type { PrimaryOrder } from './primary-order.js';

export interface LineTo {
  backMode: number;
  nXStart: number;
  nYStart: number;
  nXEnd: number;
  nYEnd: number;
  backColor: number;
  /** A binary raster operation. */
  bRop2: number;
  penStyle: number;
  penWidth: number;
  penColor: number;
}

export const LINE_TO: PrimaryOrder<LineTo> = {
  structure: 'LineTo',
  orderType: 0x09,
  initial: () => ({
    backMode: 0,
    nXStart: 0,
    nYStart: 0,
    nXEnd: 0,
    nYEnd: 0,
    backColor: 0,
    bRop2: 0,
    penStyle: 0,
    penWidth: 0,
    penColor: 0,
  }),
  fields: [
    (order, reader) => void (order.backMode = reader.u16()),
    (order, reader) => void (order.nXStart = reader.coord(order.nXStart)),
    (order, reader) => void (order.nYStart = reader.coord(order.nYStart)),
    (order, reader) => void (order.nXEnd = reader.coord(order.nXEnd)),
    (order, reader) => void (order.nYEnd = reader.coord(order.nYEnd)),
    (order, reader) => void (order.backColor = reader.color()),
    (order, reader) => void (order.bRop2 = reader.u8()),
    (order, reader) => void (order.penStyle = reader.u8()),
    (order, reader) => void (order.penWidth = reader.u8()),
    (order, reader) => void (order.penColor = reader.color()),
  ],
};
