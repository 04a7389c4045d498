/**
 * The demo desktop's mouse pointers, drawn for this program. `#` is black, `o` is white, a space shows what is below and
 * `x` inverts it. Rows from the top; every shape is 32 x 32 pixels, the size that every client takes.
 */
import type { PointerShape } from './desktop-painter.js';

export const POINTER_SIZE = 32;

export interface PointerImage {
  readonly hotSpotX: number;
  readonly hotSpotY: number;
  /** Rows from the top, shorter than the pointer where the rest is transparent. */
  readonly rows: readonly string[];
}

export const POINTER_IMAGES: Readonly<Record<PointerShape, PointerImage>> = {
  arrow: {
    hotSpotX: 0,
    hotSpotY: 0,
    rows: [
      '#',
      '##',
      '#o#',
      '#oo#',
      '#ooo#',
      '#oooo#',
      '#ooooo#',
      '#oooooo#',
      '#ooooooo#',
      '#oooooooo#',
      '#ooooo#####',
      '#oo#oo#',
      '#o# #oo#',
      '##  #oo#',
      '#    #oo#',
      '     #oo#',
      '      ##',
    ],
  },
  text: {
    hotSpotX: 4,
    hotSpotY: 8,
    rows: ['xxx xxx', ...Array.from({ length: 14 }, () => '   x   '), 'xxx xxx'],
  },
};
