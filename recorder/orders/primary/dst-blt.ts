/** DstBlt, [MS-RDPEGDI] 2.2.2.2.1.1.2.1: a rectangle by an operation on what is there. */
import type { PrimaryOrder } from './primary-order.js';

export interface DstBlt {
  nLeftRect: number;
  nTopRect: number;
  nWidth: number;
  nHeight: number;
  /** Index of a ternary raster operation. */
  bRop: number;
}

export const DST_BLT: PrimaryOrder<DstBlt> = {
  structure: 'DstBlt',
  orderType: 0x00,
  initial: () => ({ nLeftRect: 0, nTopRect: 0, nWidth: 0, nHeight: 0, bRop: 0 }),
  fields: [
    (order, reader) => void (order.nLeftRect = reader.coord(order.nLeftRect)),
    (order, reader) => void (order.nTopRect = reader.coord(order.nTopRect)),
    (order, reader) => void (order.nWidth = reader.coord(order.nWidth)),
    (order, reader) => void (order.nHeight = reader.coord(order.nHeight)),
    (order, reader) => void (order.bRop = reader.u8()),
  ],
};
