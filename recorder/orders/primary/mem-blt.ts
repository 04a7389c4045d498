/** MemBlt, [MS-RDPEGDI] 2.2.2.2.1.1.2.9: a rectangle from a cached bitmap. */
import type { PrimaryOrder } from './primary-order.js';

export interface MemBlt {
  /** The bitmap cache in the low byte, the colour table in the high one. */
  cacheId: number;
  nLeftRect: number;
  nTopRect: number;
  nWidth: number;
  nHeight: number;
  /** Index of a ternary raster operation. */
  bRop: number;
  nXSrc: number;
  nYSrc: number;
  cacheIndex: number;
}

export const MEM_BLT: PrimaryOrder<MemBlt> = {
  structure: 'MemBlt',
  orderType: 0x0d,
  initial: () => ({
    cacheId: 0,
    nLeftRect: 0,
    nTopRect: 0,
    nWidth: 0,
    nHeight: 0,
    bRop: 0,
    nXSrc: 0,
    nYSrc: 0,
    cacheIndex: 0,
  }),
  fields: [
    (order, reader) => void (order.cacheId = reader.u16()),
    (order, reader) => void (order.nLeftRect = reader.coord(order.nLeftRect)),
    (order, reader) => void (order.nTopRect = reader.coord(order.nTopRect)),
    (order, reader) => void (order.nWidth = reader.coord(order.nWidth)),
    (order, reader) => void (order.nHeight = reader.coord(order.nHeight)),
    (order, reader) => void (order.bRop = reader.u8()),
    (order, reader) => void (order.nXSrc = reader.coord(order.nXSrc)),
    (order, reader) => void (order.nYSrc = reader.coord(order.nYSrc)),
    (order, reader) => void (order.cacheIndex = reader.u16()),
  ],
};
