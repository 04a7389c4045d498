import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand15, expand16 } from '../../../recorder/decoders/pixel-formats.js';
import { decodeRawBitmap } from '../../../recorder/decoders/raw-bitmap.js';
import {
  BITMAP_DECODERS,
  bitmapCodec,
  SURFACE_DECODERS,
  surfaceCodecIds,
} from '../../../recorder/decoders/registry.js';
import { BITMAP_CODECS, SURFACE_CODECS } from '../../../src/contract/capability-table.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { decodeWhole, encoded } from './support.js';

const BYTES = new Map([
  [8, 1],
  [15, 2],
  [16, 2],
  [24, 3],
  [32, 4],
]);

/** The pixel at `index` of a row, by arithmetic that shares nothing with the decoder. */
function reference(data: Uint8Array, at: number, depth: number): number {
  const byte = (offset: number): number => data[at + offset] ?? Number.NaN;
  if (depth === 8) return byte(0) * 0x01_0101;
  if (depth >= 24) return byte(2) * 65_536 + byte(1) * 256 + byte(0);
  const pixel = byte(1) * 256 + byte(0);
  const greenBits = depth === 15 ? 5 : 6;
  const channel = (value: number, bits: number): number => (value << (8 - bits)) | (value >> (2 * bits - 8));
  const blue = channel(pixel & 31, 5);
  const green = channel((pixel >> 5) & ((1 << greenBits) - 1), greenBits);
  const red = channel((pixel >> (5 + greenBits)) & 31, 5);
  return red * 65_536 + green * 256 + blue;
}

describe('raw bitmaps', () => {
  it('decodes every depth, size, row order and padding', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(8, 15, 16, 24, 32),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.boolean(),
        fc.uint8Array({ minLength: 400, maxLength: 400 }),
        (bitsPerPixel, width, height, bottomUp, padded, random) => {
          const pixelBytes = BYTES.get(bitsPerPixel) ?? 0;
          const rowBytes = padded ? Math.ceil((width * pixelBytes) / 4) * 4 : width * pixelBytes;
          const data = random.subarray(1, 1 + rowBytes * height);
          const pixels = decodeWhole(decodeRawBitmap, encoded(data, { width, height, bitsPerPixel, bottomUp }));
          const words = new Uint32Array(pixels.buffer);
          for (let y = 0; y < height; y += 1) {
            for (let x = 0; x < width; x += 1) {
              const row = bottomUp ? height - 1 - y : y;
              const color = reference(data, row * rowBytes + x * pixelBytes, bitsPerPixel);
              expect(words[y * width + x]).toBe(0xff00_0000 + color);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps the fourth byte when alpha is asked for', () => {
    const bitmap = encoded(Uint8Array.of(1, 2, 3, 4), { width: 1, height: 1, bitsPerPixel: 32, keepAlpha: true });
    expect([...decodeWhole(decodeRawBitmap, bitmap)]).toEqual([1, 2, 3, 4]);
  });

  it('refuses every truncation and every depth that RDP does not have', () => {
    for (const [bitsPerPixel, pixelBytes] of BYTES) {
      for (let length = 0; length < 5 * 3 * pixelBytes; length += 1) {
        const bitmap = encoded(new Uint8Array(length), { width: 5, height: 3, bitsPerPixel });
        expect(() => decodeWhole(decodeRawBitmap, bitmap)).toThrow(DecodeError);
      }
    }
    expect(() => decodeWhole(decodeRawBitmap, encoded(new Uint8Array(99), { bitsPerPixel: 4 }))).toThrow(/unsupported/);
  });

  it('widens full and zero intensity to full and zero', () => {
    expect(expand16(0xffff)).toBe(0xff_ffff);
    expect(expand15(0x7fff)).toBe(0xff_ffff);
    expect(expand16(0)).toBe(0);
    expect(expand16(0x07e0)).toBe(0x00_ff00);
  });
});

describe('decoder registry', () => {
  it('has a decoder for everything that the gateway offers, and nothing else', () => {
    expect(Object.keys(BITMAP_DECODERS).toSorted()).toEqual([...BITMAP_CODECS].toSorted());
    expect(Object.keys(SURFACE_DECODERS).toSorted()).toEqual([...SURFACE_CODECS].toSorted());
  });

  it('names the codec as the specification does', () => {
    expect(bitmapCodec(false, 32)).toBe('raw');
    expect(bitmapCodec(true, 32)).toBe('planar');
    expect(bitmapCodec(true, 16)).toBe('interleaved-rle');
  });

  it('takes the ids of surface codecs from the activation, and leaves out what it cannot decode', () => {
    expect([...surfaceCodecIds({})]).toEqual([[0, 'none']]);
    const surfaceCodecs = [
      { id: 3, codec: 'remotefx' },
      { id: 1, codec: 'nscodec' },
      { id: 5, codec: 'toString' },
      { id: 0, codec: 'nscodec' },
    ];
    expect(surfaceCodecIds({ surfaceCodecs })).toEqual(
      new Map([
        [3, 'remotefx'],
        [1, 'nscodec'],
        [0, 'none'],
      ]),
    );
  });
});
