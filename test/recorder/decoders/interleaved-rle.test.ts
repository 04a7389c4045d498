import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeScratch } from '../../../recorder/decoders/encoded-bitmap.js';
import { decodeInterleavedRle } from '../../../recorder/decoders/interleaved-rle.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import {
  decodeWhole,
  encoded,
  firstDifference,
  fixture,
  mutated,
  sha256,
  vectorPalette,
  vectors,
  widen,
} from './support.js';

const scratch = new DecodeScratch();

function bitmapOf(vector: ReturnType<typeof vectors>[number]) {
  return encoded(fixture(`libfreerdp/${vector.compressed}`), {
    width: vector.width,
    height: vector.height,
    bitsPerPixel: vector.bpp ?? 0,
    palette: vectorPalette(),
  });
}

describe('interleaved RLE', () => {
  it.each(vectors('rle'))('decodes $compressed ($bpp bpp, $width x $height) as libfreerdp does', (vector) => {
    const pixels = decodeWhole(decodeInterleavedRle, bitmapOf(vector), scratch);
    if (vector.expectedNative === undefined) expect(sha256(pixels)).toBe(vector.expectedSha256);
    else expect(firstDifference(pixels, widen(fixture(`libfreerdp/${vector.expectedNative}`), 16))).toBe('equal');
  });

  it.each([
    ['27019fd9f222cebce9dfebcddb12bfa0', 64],
    ['284f668a9366a95e45f15b6bf634a633', 64],
    ['28c08e75c82ab598c5ab85d1bfc00253', 64],
    ['2de3f3262a5eeecc3152552c178b782a', 64],
    ['3fc8124af9be2fe88b445db60c36eddc', 64],
    ['4d75aa6a18c435c6230ba739b802a861', 56],
    ['8b8ccc77526730d0cd8989901cc031ec', 64],
    ['94bb5b131eb3bc110905dfcb0f60da79', 64],
    ['9b06660a1da806d2d48ce3f46b45d571', 56],
    ['a412fbe2b435ac627ce39048aa3d3fb3', 64],
    ['aa326e7a536cc8a0420c44bdf4ef8d97', 64],
    ['fbcefc9af4db651aefd91bcabc8ea9fc', 56],
  ])('decodes tile %s of a Windows server, 64 x %i', (tile, height) => {
    const data = fixture(`ironrdp/rle-16bpp-${tile}-compressed.bin`);
    const pixels = decodeWhole(decodeInterleavedRle, encoded(data, { height, bottomUp: false }), scratch);
    const rows = fixture(`ironrdp/rle-16bpp-${tile}-decompressed.bin`).subarray(0, 64 * height * 2);
    expect(firstDifference(pixels, widen(rows, 16))).toBe('equal');
  });

  it('refuses every truncation of a stream', () => {
    const vector = vectors('rle').find((candidate) => candidate.compressed === 'rle_031.cmp');
    if (vector === undefined) throw new Error('fixture is missing');
    const whole = bitmapOf(vector);
    for (let length = 0; length < whole.data.length; length += 1) {
      const bitmap = { ...whole, data: whole.data.subarray(0, length) };
      expect(() => decodeWhole(decodeInterleavedRle, bitmap, scratch)).toThrow(DecodeError);
    }
  });

  it('refuses a run beyond the last pixel instead of dropping it', () => {
    // MEGA_MEGA colour run of 17 pixels for a picture of 16.
    const bitmap = encoded(Uint8Array.of(0xf3, 17, 0, 1, 2), { width: 4, height: 4 });
    expect(() => decodeWhole(decodeInterleavedRle, bitmap)).toThrow(/invalid.*run beyond the last pixel/);
  });

  it('refuses order codes that the specification does not name', () => {
    for (const header of [0xa0, 0xbf, 0xf5, 0xfb, 0xfc, 0xff]) {
      const bitmap = encoded(Uint8Array.of(header, 0, 0, 0, 0, 0), { width: 4, height: 4 });
      expect(() => decodeWhole(decodeInterleavedRle, bitmap)).toThrow(/invalid.*order code/);
    }
  });

  it('refuses 32 bpp, empty bitmaps and sizes above the limits before it takes memory', () => {
    const data = Uint8Array.of(0x61, 0, 0);
    const decode = (fields: Parameters<typeof encoded>[1]) => () =>
      decodeInterleavedRle(
        encoded(data, fields),
        { words: new Uint32Array(1), width: 1, height: 1 },
        { x: 0, y: 0, width: 1, height: 1 },
        scratch,
      );
    expect(decode({ bitsPerPixel: 32 })).toThrow(/unsupported/);
    expect(decode({ width: 0 })).toThrow(/invalid/);
    expect(decode({ width: 65_535, height: 65_535 })).toThrow(/limit/);
  });

  it('leaves everything outside the placement alone, and everything when it fails', () => {
    const data = fixture('libfreerdp/rle_004.cmp');
    const whole = new Uint32Array(decodeWhole(decodeInterleavedRle, encoded(data, {})).buffer);
    const words = new Uint32Array(50 * 40).fill(7);
    const target = { words, width: 50, height: 40 };
    decodeInterleavedRle(encoded(data, {}), target, { x: 10, y: 5, width: 20, height: 60 }, scratch);
    for (let y = 0; y < 40; y += 1) {
      for (let x = 0; x < 50; x += 1) {
        const inside = x >= 10 && x < 30 && y >= 5;
        expect(words[y * 50 + x]).toBe(inside ? whole[(y - 5) * 64 + x - 10] : 7);
      }
    }
    const before = words.slice();
    const broken = encoded(data.subarray(0, data.length - 2), {});
    expect(() => decodeInterleavedRle(broken, target, { x: 0, y: 0, width: 64, height: 64 }, scratch)).toThrow(
      DecodeError,
    );
    expect(words).toEqual(before);
  });

  it('meets damaged streams with pixels or a DecodeError', () => {
    const streams = vectors('rle').map(bitmapOf);
    fc.assert(
      fc.property(
        fc.nat(streams.length - 1),
        fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 8 }),
        fc.nat(20_000),
        (index, edits, length) => {
          const whole = streams[index];
          if (whole === undefined) throw new Error('index');
          try {
            decodeWhole(decodeInterleavedRle, { ...whole, data: mutated(whole.data, edits, length) }, scratch);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
