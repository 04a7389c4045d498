/** CLEARCODEC_BANDS_DATA, [MS-RDPEGFX] 2.2.4.1.1.2: the second layer, columns of pixels that repeat. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { BarStorage, MAX_BAR_HEIGHT, SHORT_V_BARS, V_BARS } from './bar-storage.js';
import { type ClearBitmap, readColor } from './clear-bitmap.js';

const STRUCTURE = 'clearCodecBands';

/** vBarHeader: one bit for a V-Bar that is stored, or two for the kind of Short V-Bar. */
const V_BAR_CACHE_HIT = 0x8000;
const V_BAR_INDEX_MASK = 0x7fff;
const SHORT_V_BAR_CACHE_HIT = 0x4000;
const SHORT_V_BAR_INDEX_MASK = 0x3fff;
const SHORT_V_BAR_Y_OFF_MASK = 0x3f;

interface Band {
  readonly xStart: number;
  readonly xEnd: number;
  readonly yStart: number;
  readonly height: number;
  readonly background: number;
}

/** The columns of a channel. */
export class Bands {
  readonly #vBars = new BarStorage(V_BARS);
  readonly #shortVBars = new BarStorage(SHORT_V_BARS);
  /** Columns are missing, or lie elsewhere than the target thinks. */
  #lost = false;
  /** Columns have been missing at some time: those that were not stored since are not what the target thinks. */
  #hasLost = false;

  /** True while no column can be trusted: until both cursors are set back. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Says that a stream did not come through whole. */
  lose(): void {
    this.#lost = true;
    this.#hasLost = true;
  }

  /** CLEARCODEC_FLAG_CACHE_RESET. */
  reset(): void {
    this.#vBars.resetCursor();
    this.#shortVBars.resetCursor();
    if (this.#lost) {
      this.#vBars.clear();
      this.#shortVBars.clear();
    }
    this.#lost = false;
  }

  /** Draws the layer. Throws DecodeError; the caller then says `lose`. */
  draw(reader: Reader, bitmap: ClearBitmap): void {
    if (reader.remaining > 0 && this.#lost) throw new DecodeError('invalid', STRUCTURE, 0, 'columns were lost');
    while (reader.remaining > 0) {
      const band = readBand(reader);
      for (let x = band.xStart; x <= band.xEnd; x += 1) this.#drawBar(this.#bar(reader, band), bitmap, x, band);
    }
  }

  /** Where the next V-Bar of a band begins in the storage; it is as high as the band. */
  #bar(reader: Reader, band: Band): number {
    const header = reader.u16();
    if ((header & V_BAR_CACHE_HIT) !== 0) return this.#storedBar(header & V_BAR_INDEX_MASK, reader, band);
    const shorts = this.#shortVBars;
    if ((header & SHORT_V_BAR_CACHE_HIT) !== 0) {
      const index = header & SHORT_V_BAR_INDEX_MASK;
      const height = shorts.height(index);
      if (height < 0 && this.#hasLost) throw reader.error('invalid', 'empty Short V-Bar');
      return this.#extend(shorts.start(index), Math.max(height, 0), reader.u8(), band);
    }
    const yOn = header & 0xff;
    const count = ((header >> 8) & SHORT_V_BAR_Y_OFF_MASK) - yOn;
    if (count < 0 || count > MAX_BAR_HEIGHT) throw reader.error('invalid', 'Short V-Bar');
    reader.need(3 * count);
    const start = shorts.next(count);
    for (let y = 0; y < count; y += 1) shorts.pixels[start + y] = readColor(reader);
    return this.#extend(start, count, yOn, band);
  }

  /** A column that was never stored is black, as it is for clients; after a loss it may be anything. */
  #storedBar(index: number, reader: Reader, band: Band): number {
    const height = this.#vBars.height(index);
    if (height === band.height) return this.#vBars.start(index);
    if (height >= 0 || this.#hasLost) throw reader.error('invalid', 'height of the V-Bar');
    return this.#vBars.black;
  }

  /** Makes a V-Bar of a Short V-Bar: the band's background is above and below it. */
  #extend(short: number, shortHeight: number, yOn: number, { height, background }: Band): number {
    const { pixels } = this.#vBars;
    const from = this.#shortVBars.pixels;
    const start = this.#vBars.next(height);
    const on = Math.min(yOn, height);
    const off = Math.min(yOn + shortHeight, height);
    for (let y = 0; y < on; y += 1) pixels[start + y] = background;
    for (let y = on; y < off; y += 1) pixels[start + y] = from[short + y - yOn] as number;
    for (let y = off; y < height; y += 1) pixels[start + y] = background;
    return start;
  }

  /** What lies beyond the bitmap is stored and not drawn. */
  #drawBar(start: number, bitmap: ClearBitmap, x: number, { yStart, height }: Band): void {
    const { words, width } = bitmap.surface;
    const rows = Math.min(height, bitmap.area.height - yStart);
    if (x >= bitmap.area.width || rows <= 0) return;
    bitmap.spend(rows);
    const { pixels } = this.#vBars;
    let at = bitmap.at(x, yStart);
    for (let y = 0; y < rows; y += 1, at += width) words[at] = pixels[start + y] as number;
  }
}

function readBand(reader: Reader): Band {
  const xStart = reader.u16();
  const xEnd = reader.u16();
  const yStart = reader.u16();
  const height = reader.u16() - yStart + 1;
  if (xEnd < xStart || height < 1 || height > MAX_BAR_HEIGHT) throw reader.error('invalid', 'size of the band');
  return { xStart, xEnd, yStart, height, background: readColor(reader) };
}
