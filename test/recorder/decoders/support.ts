import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DecodeScratch, type BitmapDecoder, type EncodedBitmap } from '../../../recorder/decoders/encoded-bitmap.js';
import { expand15, expand16 } from '../../../recorder/decoders/pixel-formats.js';

const FIXTURES = new URL('../../fixtures/bitmap-codecs/', import.meta.url);

export interface Vector {
  readonly codec: 'rle' | 'planar';
  readonly width: number;
  readonly height: number;
  readonly compressed: string;
  readonly expectedSha256: string;
  readonly bpp?: number;
  readonly expectedNative?: string;
  readonly vFlip?: number;
  readonly decodedAs?: string;
}

export function fixture(name: string): Uint8Array {
  return readFileSync(new URL(name, FIXTURES));
}

export function vectors(codec: Vector['codec']): Vector[] {
  const all = JSON.parse(Buffer.from(fixture('libfreerdp/index.json')).toString()) as Vector[];
  return all.filter((vector) => vector.codec === codec);
}

export const GREY_PALETTE = Uint32Array.from({ length: 256 }, (_, index) => index * 0x01_0101);

/** The palette of the 8 bpp vectors. */
export function vectorPalette(): Uint32Array {
  const bytes = fixture('libfreerdp/palette8.bgrx');
  return Uint32Array.from({ length: 256 }, (_, i) => Buffer.from(bytes).readUInt32LE(4 * i) & 0xff_ffff);
}

export function encoded(data: Uint8Array, fields: Partial<EncodedBitmap>): EncodedBitmap {
  return {
    data,
    width: 64,
    height: 64,
    bitsPerPixel: 16,
    bottomUp: true,
    palette: GREY_PALETTE,
    keepAlpha: false,
    ...fields,
  };
}

/** Decodes onto a picture of exactly the bitmap's size. */
export function decodeWhole(decoder: BitmapDecoder, bitmap: EncodedBitmap, scratch = new DecodeScratch()): Uint8Array {
  const { width, height } = bitmap;
  const words = new Uint32Array(width * height);
  decoder(bitmap, { words, width, height }, { x: 0, y: 0, width, height }, scratch);
  return new Uint8Array(words.buffer);
}

/** BGRX pixels of 16-bit ones. */
export function widen(native: Uint8Array, depth: 15 | 16): Uint8Array {
  const pixels = Buffer.from(native);
  const expand = depth === 15 ? expand15 : expand16;
  const words = Uint32Array.from(
    { length: native.length / 2 },
    (_, i) => (expand(pixels.readUInt16LE(2 * i)) | 0xff00_0000) >>> 0,
  );
  return new Uint8Array(words.buffer);
}

/** Rows in reverse order. */
export function flipped(pixels: Uint8Array, rowBytes: number): Uint8Array {
  const rows = pixels.length / rowBytes;
  const out = new Uint8Array(pixels.length);
  for (let row = 0; row < rows; row += 1) {
    out.set(pixels.subarray(row * rowBytes, (row + 1) * rowBytes), (rows - 1 - row) * rowBytes);
  }
  return out;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where two pictures differ first, so that a failure says more than "not equal". */
export function firstDifference(actual: Uint8Array, expected: Uint8Array): string {
  if (actual.length !== expected.length) return `lengths ${actual.length} and ${expected.length}`;
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  return at < 0 ? 'equal' : `byte ${at}: ${actual[at]} instead of ${expected[at]}`;
}

/** `data` with `edits` of (position, byte) applied and cut to `length`. */
export function mutated(data: Uint8Array, edits: readonly (readonly [number, number])[], length: number): Uint8Array {
  const copy = data.slice(0, Math.min(length, data.length));
  for (const [position, byte] of edits) if (copy.length > 0) copy[position % copy.length] = byte;
  return copy;
}
