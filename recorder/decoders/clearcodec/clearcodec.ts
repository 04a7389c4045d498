/**
 * ClearCodec: CLEARCODEC_BITMAP_STREAM, [MS-RDPEGFX] 2.2.4.1 and 3.3.8.1. Three layers, each of which may be missing, drawn
 * one over the other; small bitmaps may be kept as glyphs. Columns and glyphs are kept from stream to stream, and streams
 * are numbered: one that is missing, or could not be read, may have stored what later ones refer to.
 */
import { Reader } from '../../../src/rdp/wire/reader.js';
import type { GfxBitmap, GfxDecoder, GfxDrawn } from '../../gfx/gfx-decoder.js';
import { DecodeScratch, type PixelTarget } from '../encoded-bitmap.js';
import { Bands } from './bands.js';
import { ClearBitmap } from './clear-bitmap.js';
import { Glyphs } from './glyphs.js';
import { drawResidual } from './residual.js';
import { drawSubcodecs } from './subcodecs.js';

const STRUCTURE = 'clearCodec';

/** Bits of flags. */
const FLAG_GLYPH_INDEX = 0x01;
const FLAG_GLYPH_HIT = 0x02;
const FLAG_CACHE_RESET = 0x04;

/** The codec of one opened channel. */
export class ClearCodecDecoder implements GfxDecoder {
  readonly #bands = new Bands();
  readonly #glyphs = new Glyphs();
  readonly #scratch = new DecodeScratch();
  /** Of the next stream; null before the first. */
  #nextSeqNumber: number | null = null;

  get poisoned(): boolean {
    return this.#bands.lost;
  }

  /** Draws a stream; what was drawn of one that is damaged stays. */
  decode({ data, area }: GfxBitmap, surface: PixelTarget): GfxDrawn {
    const reader = new Reader(data, STRUCTURE);
    const bitmap = new ClearBitmap(surface, area);
    let glyphIndex: number | null = null;
    try {
      const flags = reader.u8();
      this.#follow(reader.u8());
      if ((flags & FLAG_CACHE_RESET) !== 0) this.#bands.reset();
      if ((flags & FLAG_GLYPH_INDEX) !== 0) glyphIndex = reader.u16();
      if (glyphIndex !== null) this.#glyphs.check(glyphIndex, bitmap);
      this.#drawStream(reader, flags, glyphIndex, bitmap);
    } catch (error) {
      // A glyph that is only drawn stores nothing, so nothing is lost with it.
      const hit = ((data[0] ?? 0) & FLAG_GLYPH_HIT) !== 0 && glyphIndex !== null;
      if (!hit) this.#lose(glyphIndex);
      throw error;
    }
    return { areas: [area] };
  }

  poison(): void {
    this.#lose(null);
  }

  #drawStream(reader: Reader, flags: number, glyphIndex: number | null, bitmap: ClearBitmap): void {
    if ((flags & FLAG_GLYPH_HIT) !== 0) {
      if (glyphIndex === null) throw reader.error('invalid', 'a glyph without an index');
      this.#glyphs.draw(glyphIndex, bitmap);
      return;
    }
    this.#drawLayers(reader, bitmap);
    if (glyphIndex !== null) this.#glyphs.store(glyphIndex, bitmap);
  }

  /** CLEARCODEC_COMPOSITE_PAYLOAD, 2.2.4.1.1. */
  #drawLayers(reader: Reader, bitmap: ClearBitmap): void {
    const residualByteCount = reader.u32();
    const bandsByteCount = reader.u32();
    const subcodecByteCount = reader.u32();
    reader.need(residualByteCount + bandsByteCount + subcodecByteCount);
    if (residualByteCount > 0) drawResidual(reader.sub(residualByteCount, 'clearCodecResidual'), bitmap);
    if (bandsByteCount > 0) this.#bands.draw(reader.sub(bandsByteCount, 'clearCodecBands'), bitmap);
    if (subcodecByteCount > 0) {
      drawSubcodecs(reader.sub(subcodecByteCount, 'clearCodecSubcodecs'), bitmap, this.#scratch);
    }
  }

  /** A gap in the numbers is a stream that has not come through. */
  #follow(seqNumber: number): void {
    if (this.#nextSeqNumber !== null && seqNumber !== this.#nextSeqNumber) this.#lose(null);
    this.#nextSeqNumber = (seqNumber + 1) & 0xff;
  }

  /** Columns, and the glyph at an index, or any when nobody can tell which, are not what the target thinks. */
  #lose(glyphIndex: number | null): void {
    this.#bands.lose();
    if (glyphIndex === null) this.#glyphs.clear();
    else this.#glyphs.forget(glyphIndex);
  }
}
