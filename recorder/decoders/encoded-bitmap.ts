/** What bitmap decoders are given and where they draw. */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_DESKTOP_DIMENSION, MAX_DESKTOP_PIXELS } from '../../src/rdp/wire/limits.js';
import { PlanarKernel } from './planar-kernel.js';
import { RemoteFxStream } from './remotefx/stream.js';

/** One encoded bitmap. */
export interface EncodedBitmap {
  readonly data: Uint8Array;
  /** Size of the encoded image in pixels. Servers widen it beyond the area that it is drawn to. */
  readonly width: number;
  readonly height: number;
  /** Colour depth of the encoded pixels: 8, 15, 16, 24 or 32. */
  readonly bitsPerPixel: number;
  /** True when the first encoded row is the lowest. */
  readonly bottomUp: boolean;
  /** 256 colours as 0x00RRGGBB, for 8 bpp. */
  readonly palette: Uint32Array;
  /** True to write the encoded alpha instead of 0xFF into the fourth byte. */
  readonly keepAlpha: boolean;
}

/** A picture of BGRX pixels, top-down and without padding: one little-endian word (0xXXRRGGBB) a pixel. */
export interface PixelTarget {
  readonly words: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** The part of a target that a bitmap may touch; its top left pixel lands at (x, y). */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a whole bitmap into a target. Draws nothing outside the placement or the target, and nothing at all when it
 * throws. Returns the areas of the target that it drew, where they are not the whole bitmap.
 * @throws DecodeError when the data does not hold exactly the pixels that the bitmap's size promises, or more.
 */
export type BitmapDecoder = (
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
) => readonly Placement[] | void;

/**
 * Memory that decoders reuse: it grows to the largest bitmap of a session. Its contents mean nothing between calls, but
 * for `remoteFx`, the one stream of a connection that goes on from bitmap to bitmap.
 */
export class DecodeScratch {
  #remoteFx: RemoteFxStream | null = null;
  #planarKernel: PlanarKernel | null | undefined;
  #words = new Uint32Array(64 * 64);
  #bytes = new Uint8Array(this.#words.buffer);
  #planes = new Uint8Array(4 * 64 * 64);
  #planesView = new DataView(this.#planes.buffer);

  /** @param planarKernel Null to do without, which tests compare. */
  constructor(planarKernel?: null) {
    this.#planarKernel = planarKernel;
  }

  #grow(count: number): void {
    if (this.#words.length >= count) return;
    this.#words = new Uint32Array(count);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  /** The connection's RemoteFX stream, made when it is first asked for. */
  get remoteFx(): RemoteFxStream {
    this.#remoteFx ??= new RemoteFxStream();
    return this.#remoteFx;
  }

  /** Made when it is first asked for; null where it does not run. */
  get planarKernel(): PlanarKernel | null {
    if (this.#planarKernel === undefined) this.#planarKernel = PlanarKernel.create();
    return this.#planarKernel;
  }

  /** At least `count` words. */
  words(count: number): Uint32Array {
    this.#grow(count);
    return this.#words;
  }

  /** The memory of `words(count)` as bytes. */
  wordBytes(count: number): Uint8Array {
    this.#grow(count);
    return this.#bytes;
  }

  /** At least `count` bytes with a view of them, apart from those of `words`. */
  planes(count: number): { readonly bytes: Uint8Array; readonly view: DataView } {
    if (this.#planes.length < count) {
      this.#planes = new Uint8Array(count);
      this.#planesView = new DataView(this.#planes.buffer);
    }
    return { bytes: this.#planes, view: this.#planesView };
  }
}

/**
 * Pixels of a bitmap, after comparing its size with the limits.
 * @throws DecodeError for an empty bitmap or one above the limits.
 */
export function pixelCount(bitmap: EncodedBitmap, structure: string): number {
  const { width, height } = bitmap;
  if (width === 0 || height === 0) throw new DecodeError('invalid', structure, 0, 'empty bitmap');
  if (width > MAX_DESKTOP_DIMENSION || height > MAX_DESKTOP_DIMENSION || width * height > MAX_DESKTOP_PIXELS) {
    throw new DecodeError('limit', structure, 0, 'bitmap size');
  }
  return width * height;
}

/** Columns of the bitmap that are visible at a placement. */
export function visibleWidth(bitmap: EncodedBitmap, target: PixelTarget, placement: Placement): number {
  return Math.max(0, Math.min(bitmap.width, placement.width, target.width - placement.x));
}

/** Rows of the bitmap that are visible at a placement. */
export function visibleHeight(bitmap: EncodedBitmap, target: PixelTarget, placement: Placement): number {
  return Math.max(0, Math.min(bitmap.height, placement.height, target.height - placement.y));
}
