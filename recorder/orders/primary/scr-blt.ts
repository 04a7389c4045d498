/** ScrBlt, [MS-RDPEGDI] 2.2.2.2.1.1.2.7: a rectangle from another place of the desktop. */
import type { PrimaryOrder } from './primary-order.js';

export interface ScrBlt {
  nLeftRect: number;
  nTopRect: number;
  nWidth: number;
  nHeight: number;
  /** Index of a ternary raster operation. */
  bRop: number;
  nXSrc: number;
  nYSrc: number;
}

export const SCR_BLT: PrimaryOrder<ScrBlt> = {
  structure: 'ScrBlt',
  orderType: 0x02,
  initial: () => ({ nLeftRect: 0, nTopRect: 0, nWidth: 0, nHeight: 0, bRop: 0, nXSrc: 0, nYSrc: 0 }),
  fields: [
    (order, reader) => void (order.nLeftRect = reader.coord(order.nLeftRect)),
    (order, reader) => void (order.nTopRect = reader.coord(order.nTopRect)),
    (order, reader) => void (order.nWidth = reader.coord(order.nWidth)),
    (order, reader) => void (order.nHeight = reader.coord(order.nHeight)),
    (order, reader) => void (order.bRop = reader.u8()),
    (order, reader) => void (order.nXSrc = reader.coord(order.nXSrc)),
    (order, reader) => void (order.nYSrc = reader.coord(order.nYSrc)),
  ],
};
