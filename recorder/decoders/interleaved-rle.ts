/**
 * Interleaved run-length encoding of 8, 15, 16 and 24 bpp bitmaps: RLE_BITMAP_STREAM, [MS-RDPBCGR]
 * 2.2.9.1.1.3.1.2.4, decoded as 3.1.9 does it.
 *
 * Pixels are decoded as 0x00RRGGBB (8 bpp: as palette indices) into contiguous scratch memory, where runs may cross rows
 * and the pixel above is `width` words back; they are copied to the target when all went well.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import {
  pixelCount,
  visibleHeight,
  visibleWidth,
  type DecodeScratch,
  type EncodedBitmap,
  type PixelTarget,
  type Placement,
} from './encoded-bitmap.js';
import { bytesPerPixel } from './pixel-formats.js';
import { BASE_LENGTH, LENGTH_BYTES, ORDER_KIND, OrderKind, SPECIAL_MASK } from './rle-orders.js';
import { copyAbove, fillPairs, fillRun, pixelAt, readPixels, writeMask, writeMasks, xorAbove } from './rle-runs.js';

const STRUCTURE = 'interleavedRle';
const OPAQUE = 0xff00_0000;

/** Decodes a compressed 8, 15, 16 or 24 bpp bitmap. */
export function decodeInterleavedRle(
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): void {
  const total = pixelCount(bitmap, STRUCTURE);
  const pixelBytes = bytesPerPixel(bitmap.bitsPerPixel);
  if (pixelBytes === 0 || pixelBytes === 4) {
    throw new DecodeError('unsupported', STRUCTURE, 0, `${bitmap.bitsPerPixel} bpp`);
  }
  const words = scratch.words(total);
  new OrderDecoder(bitmap, pixelBytes, words, total).run();
  copyRows(bitmap, words, target, placement);
}

class OrderDecoder {
  readonly #data: Uint8Array;
  readonly #out: Uint32Array;
  readonly #width: number;
  readonly #total: number;
  readonly #depth: number;
  readonly #pixelBytes: number;
  readonly #white: number;
  #at = 0;
  #to = 0;
  #foreground: number;
  /** The order before this one was a background run: the next one begins with a pixel of the foreground colour. */
  #afterBackground = false;
  /** Distance to the pixel above; 0 for orders that begin on the first line, also where they reach into the second. */
  #above = 0;

  constructor(bitmap: EncodedBitmap, pixelBytes: number, out: Uint32Array, total: number) {
    this.#data = bitmap.data;
    this.#out = out;
    this.#width = bitmap.width;
    this.#total = total;
    this.#depth = bitmap.bitsPerPixel;
    this.#pixelBytes = pixelBytes;
    this.#white = bitmap.bitsPerPixel === 8 ? 0xff : 0xff_ffff;
    this.#foreground = this.#white;
  }

  run(): void {
    while (this.#at < this.#data.length) {
      if (this.#above === 0 && this.#to >= this.#width) {
        this.#above = this.#width;
        this.#afterBackground = false;
      }
      this.#order();
    }
    if (this.#to !== this.#total) throw this.#error('truncated', `${this.#total - this.#to} pixels missing`);
  }

  #error(code: 'truncated' | 'invalid', detail: string): DecodeError {
    return new DecodeError(code, STRUCTURE, this.#at, detail);
  }

  /** Takes `count` bytes of the stream and returns where they begin. */
  #take(count: number): number {
    const at = this.#at;
    if (count > this.#data.length - at) throw this.#error('truncated', `${count} bytes needed`);
    this.#at = at + count;
    return at;
  }

  /** Takes `count` pixels of the image and returns where they begin. */
  #draw(count: number): number {
    const to = this.#to;
    if (count > this.#total - to) throw this.#error('invalid', 'run beyond the last pixel');
    this.#to = to + count;
    return to;
  }

  #color(): number {
    return pixelAt(this.#data, this.#take(this.#pixelBytes), this.#depth);
  }

  // The header is at an offset that `run` has compared, and the tables have an entry for every byte: hence `as number`.
  #runLength(header: number): number {
    const base = BASE_LENGTH[header] as number;
    const lengthBytes = LENGTH_BYTES[header] as number;
    if (lengthBytes === 0) return base;
    const at = this.#take(lengthBytes);
    const low = this.#data[at] as number;
    return lengthBytes === 1 ? base + low : low | ((this.#data[at + 1] as number) << 8);
  }

  #order(): void {
    const header = this.#data[this.#take(1)] as number;
    const run = this.#runLength(header);
    const kind = ORDER_KIND[header] as number;
    if (kind === OrderKind.background) {
      this.#background(run);
      return;
    }
    this.#afterBackground = false;
    switch (kind) {
      case OrderKind.setForegroundRun:
        this.#foreground = this.#color();
        xorAbove(this.#out, this.#draw(run), run, this.#foreground, this.#above);
        return;
      case OrderKind.foregroundRun:
        xorAbove(this.#out, this.#draw(run), run, this.#foreground, this.#above);
        return;
      case OrderKind.setForegroundImage:
        this.#foreground = this.#color();
        this.#foregroundImage(run);
        return;
      case OrderKind.foregroundImage:
        this.#foregroundImage(run);
        return;
      case OrderKind.colorRun:
        fillRun(this.#out, this.#draw(run), run, this.#color());
        return;
      case OrderKind.colorImage:
        readPixels(this.#data, this.#take(run * this.#pixelBytes), this.#out, this.#draw(run), run, this.#depth);
        return;
      default:
        this.#rareOrder(kind, header, run);
    }
  }

  #background(run: number): void {
    let to = this.#draw(run);
    let count = run;
    if (this.#afterBackground && run > 0) {
      xorAbove(this.#out, to, 1, this.#foreground, this.#above);
      to += 1;
      count -= 1;
    }
    copyAbove(this.#out, to, count, this.#above);
    this.#afterBackground = true;
  }

  #foregroundImage(run: number): void {
    const masks = this.#take((run + 7) >> 3);
    writeMasks(this.#data, masks, this.#out, this.#draw(run), run, this.#foreground, this.#above);
  }

  #rareOrder(kind: number, header: number, run: number): void {
    switch (kind) {
      case OrderKind.ditheredRun: {
        const first = this.#color();
        fillPairs(this.#out, this.#draw(2 * run), run, first, this.#color());
        return;
      }
      case OrderKind.specialImage:
        writeMask(this.#out, this.#draw(8), 8, SPECIAL_MASK[header] as number, this.#foreground, this.#above);
        return;
      case OrderKind.white:
        this.#out[this.#draw(1)] = this.#white;
        return;
      case OrderKind.black:
        this.#out[this.#draw(1)] = 0;
        return;
      default:
        throw this.#error('invalid', 'order code');
    }
  }
}

function copyRows(bitmap: EncodedBitmap, from: Uint32Array, target: PixelTarget, placement: Placement): void {
  const { width, height, palette } = bitmap;
  const words = target.words;
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  for (let row = 0; row < rows; row += 1) {
    const start = (bitmap.bottomUp ? height - 1 - row : row) * width;
    const to = (placement.y + row) * target.width + placement.x;
    if (bitmap.bitsPerPixel === 8) {
      for (let i = 0; i < columns; i += 1) {
        words[to + i] = (palette[from[start + i] as number] as number) | OPAQUE;
      }
    } else {
      for (let i = 0; i < columns; i += 1) words[to + i] = (from[start + i] as number) | OPAQUE;
    }
  }
}
