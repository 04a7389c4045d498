/** FastGlyph, [MS-RDPEGDI] 2.2.2.2.1.1.2.15: one glyph, cached on the way or before. */
import { FAST_INDEX, type FastText } from './fast-index.js';
import type { PrimaryOrder } from './primary-order.js';

/** The fields are FastIndex's; `variableBytes` is the index of a cached glyph, or a glyph to cache. */
export const FAST_GLYPH: PrimaryOrder<FastText> = { ...FAST_INDEX, structure: 'FastGlyph', orderType: 0x18 };
