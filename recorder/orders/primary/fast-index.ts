/** FastIndex, [MS-RDPEGDI] 2.2.2.2.1.1.2.14: text of cached glyphs in fewer fields than GlyphIndex has. */
import { initialText, type TextFields } from './glyph-index.js';
import type { PrimaryOrder } from './primary-order.js';

/** Also the fields of FastGlyph. */
export interface FastText extends TextFields {
  /** flAccel in the high byte, ulCharInc in the low one. */
  fDrawing: number;
}

export const FAST_INDEX: PrimaryOrder<FastText> = {
  structure: 'FastIndex',
  orderType: 0x13,
  initial: () => ({ ...initialText(), fDrawing: 0 }),
  fields: [
    (order, reader) => void (order.cacheId = reader.u8()),
    (order, reader) => void (order.fDrawing = reader.u16()),
    (order, reader) => void (order.backColor = reader.color()),
    (order, reader) => void (order.foreColor = reader.color()),
    (order, reader) => void (order.bkLeft = reader.coord(order.bkLeft)),
    (order, reader) => void (order.bkTop = reader.coord(order.bkTop)),
    (order, reader) => void (order.bkRight = reader.coord(order.bkRight)),
    (order, reader) => void (order.bkBottom = reader.coord(order.bkBottom)),
    (order, reader) => void (order.opLeft = reader.coord(order.opLeft)),
    (order, reader) => void (order.opTop = reader.coord(order.opTop)),
    (order, reader) => void (order.opRight = reader.coord(order.opRight)),
    (order, reader) => void (order.opBottom = reader.coord(order.opBottom)),
    (order, reader) => void (order.x = reader.coord(order.x)),
    (order, reader) => void (order.y = reader.coord(order.y)),
    (order, reader) => void (order.variableBytes = reader.variable()),
  ],
};
