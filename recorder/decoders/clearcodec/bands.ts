/** CLEARCODEC_BANDS_DATA, [MS-RDPEGFX] 2.2.4.1.1.2: the second layer, columns of pixels that repeat. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { BarStorage, MAX_BAR_HEIGHT, SHORT_V_BARS, V_BARS } from './bar-storage.js';
import { type ClearBitmap, OPAQUE, readColor } from './clear-bitmap.js';

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
      for (let x = band.xStart; x <= band.xEnd; x += 1) drawBar(this.#bar(reader, band), bitmap, x, band.yStart);
    }
  }

  #bar(reader: Reader, band: Band): Uint32Array {
    const header = reader.u16();
    if ((header & V_BAR_CACHE_HIT) !== 0) return this.#storedBar(header & V_BAR_INDEX_MASK, reader, band);
    if ((header & SHORT_V_BAR_CACHE_HIT) !== 0) {
      const index = header & SHORT_V_BAR_INDEX_MASK;
      if (this.#shortVBars.height(index) === null && this.#hasLost) throw reader.error('invalid', 'empty Short V-Bar');
      return this.#extend(this.#shortVBars.get(index), reader.u8(), band);
    }
    const yOn = header & 0xff;
    const count = ((header >> 8) & SHORT_V_BAR_Y_OFF_MASK) - yOn;
    if (count < 0 || count > MAX_BAR_HEIGHT) throw reader.error('invalid', 'Short V-Bar');
    reader.need(3 * count);
    const pixels = this.#shortVBars.next(count);
    for (let y = 0; y < count; y += 1) pixels[y] = readColor(reader);
    return this.#extend(pixels, yOn, band);
  }

  /** A column that was never stored is black, as it is for clients; after a loss it may be anything. */
  #storedBar(index: number, reader: Reader, band: Band): Uint32Array {
    const height = this.#vBars.height(index);
    if (height === band.height) return this.#vBars.get(index);
    if (height !== null || this.#hasLost) throw reader.error('invalid', 'height of the V-Bar');
    return new Uint32Array(band.height).fill(OPAQUE);
  }

  /** Makes a V-Bar of a Short V-Bar: the band's background is above and below it. */
  #extend(short: Uint32Array, yOn: number, band: Band): Uint32Array {
    const bar = this.#vBars.next(band.height);
    bar.fill(band.background);
    if (yOn < band.height) bar.set(short.subarray(0, band.height - yOn), yOn);
    return bar;
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

/** What lies beyond the bitmap is stored and not drawn. */
function drawBar(bar: Uint32Array, bitmap: ClearBitmap, x: number, yStart: number): void {
  const { words, width } = bitmap.surface;
  const rows = Math.min(bar.length, bitmap.area.height - yStart);
  if (x >= bitmap.area.width || rows <= 0) return;
  bitmap.spend(rows);
  let at = bitmap.at(x, yStart);
  for (let y = 0; y < rows; y += 1) {
    words[at] = bar[y] as number;
    at += width;
  }
}
