/** The bitmap that the layers of a ClearCodec stream are drawn on: an area of a surface, and what may be drawn on it. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import type { Rectangle } from '../../picture/rectangle.js';
import type { PixelTarget } from '../encoded-bitmap.js';

/**
 * Times that the pixels of a bitmap may be drawn by all layers together. The layers lie over each other once; a few bytes
 * of a layer can ask for the whole bitmap, again and again.
 */
const MAX_COVERINGS = 4;

export const OPAQUE = 0xff00_0000;

export class ClearBitmap {
  readonly surface: PixelTarget;
  /** Within the surface. */
  readonly area: Rectangle;
  #pixelsLeft: number;

  constructor(surface: PixelTarget, area: Rectangle) {
    this.surface = surface;
    this.area = area;
    this.#pixelsLeft = MAX_COVERINGS * area.width * area.height;
  }

  get pixels(): number {
    return this.area.width * this.area.height;
  }

  /** Index of a pixel of the bitmap in the surface's words. */
  at(x: number, y: number): number {
    return (this.area.y + y) * this.surface.width + this.area.x + x;
  }

  /** Throws DecodeError when all layers together draw too much. */
  spend(pixels: number): void {
    if (pixels > this.#pixelsLeft) throw new DecodeError('limit', 'clearCodec', 0, 'pixels of all layers');
    this.#pixelsLeft -= pixels;
  }

  /** Fills pixels from left to right and then from top to bottom; they lie within the bitmap. */
  fill(from: number, count: number, color: number): void {
    const { width } = this.area;
    let index = from;
    let left = count;
    while (left > 0) {
      const x = index % width;
      const run = Math.min(left, width - x);
      const start = this.at(x, Math.floor(index / width));
      fillRun(this.surface.words, start, run, color);
      index += run;
      left -= run;
    }
  }
}

/** Shorter runs are written faster by a loop than by `fill`. */
const FILL_FROM = 24;

export function fillRun(words: Uint32Array, start: number, count: number, color: number): void {
  if (count >= FILL_FROM) {
    words.fill(color, start, start + count);
    return;
  }
  const end = start + count;
  for (let at = start; at < end; at += 1) words[at] = color;
}

/** Blue, green and red. */
export function readColor(reader: Reader): number {
  const low = reader.u16();
  return (reader.u8() << 16) | low | OPAQUE;
}

/** runLengthFactor1 to 3, [MS-RDPEGFX] 2.2.4.1.1.1.1. */
export function readRunLength(reader: Reader): number {
  const factor1 = reader.u8();
  if (factor1 < 0xff) return factor1;
  const factor2 = reader.u16();
  return factor2 < 0xffff ? factor2 : reader.u32();
}
