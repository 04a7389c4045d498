/** OpaqueRect, [MS-RDPEGDI] 2.2.2.2.1.1.2.5: a rectangle of one colour. */
import type { PrimaryOrder } from './primary-order.js';

export interface OpaqueRect {
  nLeftRect: number;
  nTopRect: number;
  nWidth: number;
  nHeight: number;
  redOrPaletteIndex: number;
  green: number;
  blue: number;
}

export const OPAQUE_RECT: PrimaryOrder<OpaqueRect> = {
  structure: 'OpaqueRect',
  orderType: 0x0a,
  initial: () => ({ nLeftRect: 0, nTopRect: 0, nWidth: 0, nHeight: 0, redOrPaletteIndex: 0, green: 0, blue: 0 }),
  fields: [
    (order, reader) => void (order.nLeftRect = reader.coord(order.nLeftRect)),
    (order, reader) => void (order.nTopRect = reader.coord(order.nTopRect)),
    (order, reader) => void (order.nWidth = reader.coord(order.nWidth)),
    (order, reader) => void (order.nHeight = reader.coord(order.nHeight)),
    (order, reader) => void (order.redOrPaletteIndex = reader.u8()),
    (order, reader) => void (order.green = reader.u8()),
    (order, reader) => void (order.blue = reader.u8()),
  ],
};
