/**
 * Interleaved run-length encoding of bitmaps of 8, 15, 16 and 24 bpp: RLE_BITMAP_STREAM, [MS-RDPBCGR]
 * 2.2.9.1.1.3.1.2.4. Of its orders these are used: background, foreground and colour runs, foreground/background images
 * and colour images. At every place the order is taken that saves the most bytes.
 */
import { Writer } from '../rdp/wire/writer.js';
import { pixelBytes, type ColorDepth } from './pixel-depth.js';

/** A regular order has 5 bits of length, a lite one 4; the MEGA_MEGA form follows with 16 bits. */
interface OrderCodes {
  readonly code: number;
  readonly lengthBits: 4 | 5;
  readonly megaMega: number;
}
const BACKGROUND_RUN: OrderCodes = { code: 0x0, lengthBits: 5, megaMega: 0xf0 };
const FOREGROUND_RUN: OrderCodes = { code: 0x1, lengthBits: 5, megaMega: 0xf1 };
const FOREGROUND_IMAGE: OrderCodes = { code: 0x2, lengthBits: 5, megaMega: 0xf2 };
const COLOR_RUN: OrderCodes = { code: 0x3, lengthBits: 5, megaMega: 0xf3 };
const COLOR_IMAGE: OrderCodes = { code: 0x4, lengthBits: 5, megaMega: 0xf4 };
const SET_FOREGROUND_RUN: OrderCodes = { code: 0xc, lengthBits: 4, megaMega: 0xf6 };
const SET_FOREGROUND_IMAGE: OrderCodes = { code: 0xd, lengthBits: 4, megaMega: 0xf7 };

/** The most pixels of a bitmap: then no run is longer than one order can say. */
const MAX_PIXELS = 0xffff;
/** A foreground/background image ends where so many pixels of one kind follow: a run says it shorter. */
const IMAGE_ENDS_AT_RUN = 32;
/** An order has to save so many bytes over a colour image, which it interrupts. */
const MIN_SAVING_BYTES = 2;
/** Pixels in one byte of a foreground/background image. */
const MASK_PIXELS = 8;

interface Candidate {
  readonly kind: 'background' | 'color' | 'foreground' | 'image';
  readonly count: number;
  readonly costBytes: number;
}

/** Encodes pixels (rows in the order of the stream) of a bitmap at most 65,535 pixels large. */
export function encodeInterleavedRle(pixels: Uint32Array, width: number, depth: ColorDepth): Uint8Array {
  if (pixels.length > MAX_PIXELS) throw new RangeError(`interleaved RLE of ${pixels.length} pixels`);
  return new Encoder(pixels, width, depth).run();
}

class Encoder {
  readonly #pixels: Uint32Array;
  readonly #width: number;
  readonly #pixelBytes: number;
  readonly #writer = new Writer();
  /** The decoder's foreground colour, white at first. */
  #foreground: number;
  /** Where the colour image that is being gathered begins. */
  #imageStart = 0;

  constructor(pixels: Uint32Array, width: number, depth: ColorDepth) {
    this.#pixels = pixels;
    this.#width = width;
    this.#pixelBytes = pixelBytes(depth);
    this.#foreground = 2 ** depth - 1;
  }

  run(): Uint8Array {
    let at = 0;
    while (at < this.#pixels.length) {
      // Orders are decoded by other rules in the first line, so none reaches from it into the second.
      const end = at < this.#width ? this.#width : this.#pixels.length;
      const candidate = this.#best(at, end);
      if (candidate === null) {
        at += 1;
        continue;
      }
      this.#flushImage(at);
      this.#emit(candidate, at);
      at += candidate.count;
      this.#imageStart = at;
    }
    this.#flushImage(at);
    return this.#writer.finish();
  }

  #pixel(at: number): number {
    // Callers stay below pixels.length.
    return this.#pixels[at] as number;
  }

  /** The pixel against the one above it, which is black for the first line. */
  #difference(at: number): number {
    return at < this.#width ? this.#pixel(at) : this.#pixel(at) ^ this.#pixel(at - this.#width);
  }

  #best(at: number, end: number): Candidate | null {
    const candidates: Candidate[] = [];
    const difference = this.#difference(at);
    const differences = this.#countWhile(at, end, (next) => this.#difference(next) === difference);
    if (difference === 0) candidates.push({ kind: 'background', count: differences, costBytes: 1 });
    else candidates.push({ kind: 'foreground', count: differences, costBytes: 1 + this.#foregroundCost(difference) });
    const color = this.#pixel(at);
    const colors = this.#countWhile(at, end, (next) => this.#pixel(next) === color);
    candidates.push({ kind: 'color', count: colors, costBytes: 1 + this.#pixelBytes });
    if (difference !== 0) candidates.push(this.#image(at, end, difference));
    let best: Candidate | null = null;
    let bestSaving = MIN_SAVING_BYTES - 1;
    for (const candidate of candidates) {
      const saving = candidate.count * this.#pixelBytes - candidate.costBytes;
      if (saving <= bestSaving) continue;
      best = candidate;
      bestSaving = saving;
    }
    return best;
  }

  #countWhile(at: number, end: number, condition: (at: number) => boolean): number {
    let next = at;
    while (next < end && condition(next)) next += 1;
    return next - at;
  }

  #foregroundCost(color: number): number {
    return color === this.#foreground ? 0 : this.#pixelBytes;
  }

  /** Pixels from `at` on that are as the ones above or differ from them by `color`, in whole bytes of mask. */
  #image(at: number, end: number, color: number): Candidate {
    let count = 0;
    let same = 0;
    let before = color;
    while (at + count < end && same < IMAGE_ENDS_AT_RUN) {
      const difference = this.#difference(at + count);
      if (difference !== 0 && difference !== color) break;
      same = difference === before ? same + 1 : 1;
      before = difference;
      count += 1;
    }
    if (same >= IMAGE_ENDS_AT_RUN) count -= same;
    count -= count % MASK_PIXELS;
    return { kind: 'image', count, costBytes: 2 + count / MASK_PIXELS + this.#foregroundCost(color) };
  }

  #emit({ kind, count }: Candidate, at: number): void {
    switch (kind) {
      case 'background':
        this.#header(BACKGROUND_RUN, count);
        return;
      case 'color':
        this.#header(COLOR_RUN, count);
        this.#color(this.#pixel(at));
        return;
      case 'foreground':
        this.#foregroundHeader(FOREGROUND_RUN, SET_FOREGROUND_RUN, this.#difference(at), count, 1);
        return;
      case 'image':
        this.#foregroundHeader(FOREGROUND_IMAGE, SET_FOREGROUND_IMAGE, this.#difference(at), count, MASK_PIXELS);
        this.#masks(at, count);
    }
  }

  #masks(at: number, count: number): void {
    for (let start = at; start < at + count; start += MASK_PIXELS) {
      let mask = 0;
      for (let bit = 0; bit < MASK_PIXELS; bit++) if (this.#difference(start + bit) !== 0) mask |= 1 << bit;
      this.#writer.u8(mask);
    }
  }

  /** Writes the header that sets the foreground colour, unless it is set already. */
  #foregroundHeader(plain: OrderCodes, setting: OrderCodes, color: number, count: number, unit: number): void {
    if (color === this.#foreground) {
      this.#header(plain, count, unit);
      return;
    }
    this.#foreground = color;
    this.#header(setting, count, unit);
    this.#color(color);
  }

  /** Writes code and length; short lengths of images are in units of a byte of mask, their one-byte form counts from 1. */
  #header({ code, lengthBits, megaMega }: OrderCodes, count: number, unit = 1): void {
    const inHeader = 1 << lengthBits;
    const extendedFrom = unit === 1 ? inHeader : 1;
    if (count / unit < inHeader) this.#writer.u8((code << lengthBits) | (count / unit));
    else if (count - extendedFrom <= 0xff) this.#writer.u8(code << lengthBits).u8(count - extendedFrom);
    else this.#writer.u8(megaMega).u16(count);
  }

  #color(color: number): void {
    for (let byte = 0; byte < this.#pixelBytes; byte++) this.#writer.u8((color >> (8 * byte)) & 0xff);
  }

  #flushImage(end: number): void {
    const count = end - this.#imageStart;
    if (count === 0) return;
    this.#header(COLOR_IMAGE, count);
    for (let at = this.#imageStart; at < end; at++) this.#color(this.#pixel(at));
  }
}
