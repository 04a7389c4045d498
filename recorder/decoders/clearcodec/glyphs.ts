/** Decompressor Glyph Storage, [MS-RDPEGFX] 3.3.1.9: small bitmaps as streams of pixels, without a shape of their own. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import type { ClearBitmap } from './clear-bitmap.js';

const GLYPHS = 4000;
const MAX_GLYPH_PIXELS = 1024;
const STRUCTURE = 'clearCodecGlyph';

export class Glyphs {
  readonly #glyphs = new Map<number, Uint32Array>();

  /** Throws DecodeError for an index out of range, or a bitmap that is too large for a glyph. */
  check(index: number, bitmap: ClearBitmap): void {
    if (index >= GLYPHS) throw new DecodeError('invalid', STRUCTURE, 2, 'glyphIndex');
    if (bitmap.pixels > MAX_GLYPH_PIXELS) throw new DecodeError('invalid', STRUCTURE, 0, 'size of the glyph');
  }

  /** Draws a glyph in the shape of the bitmap. Throws DecodeError for one that is not stored, or is shorter. */
  draw(index: number, bitmap: ClearBitmap): void {
    const glyph = this.#glyphs.get(index);
    if (glyph === undefined) throw new DecodeError('invalid', STRUCTURE, 2, 'empty slot');
    if (glyph.length < bitmap.pixels) throw new DecodeError('invalid', STRUCTURE, 2, 'pixels of the glyph');
    const { width, height } = bitmap.area;
    for (let row = 0; row < height; row += 1) {
      bitmap.surface.words.set(glyph.subarray(row * width, (row + 1) * width), bitmap.at(0, row));
    }
  }

  /** Keeps what was drawn. */
  store(index: number, bitmap: ClearBitmap): void {
    const { width, height } = bitmap.area;
    const glyph = new Uint32Array(bitmap.pixels);
    for (let row = 0; row < height; row += 1) {
      const start = bitmap.at(0, row);
      glyph.set(bitmap.surface.words.subarray(start, start + width), row * width);
    }
    this.#glyphs.set(index, glyph);
  }

  /** What was to be stored there was lost. */
  forget(index: number): void {
    this.#glyphs.delete(index);
  }

  clear(): void {
    this.#glyphs.clear();
  }
}
