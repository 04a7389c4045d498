import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeScratch } from '../../../recorder/decoders/encoded-bitmap.js';
import { decodePlane, PLANE_SLACK_BYTES, type Bytes } from '../../../recorder/decoders/planar-rle.js';
import { decodePlanar } from '../../../recorder/decoders/planar.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { decodeWhole, encoded, firstDifference, fixture, mutated, sha256, vectors } from './support.js';

const scratch = new DecodeScratch();

function bitmapOf(vector: ReturnType<typeof vectors>[number]) {
  return encoded(fixture(`libfreerdp/${vector.compressed}`), {
    width: vector.width,
    height: vector.height,
    bitsPerPixel: 32,
    bottomUp: vector.vFlip === 1,
    keepAlpha: vector.decodedAs === 'BGRA',
  });
}

function memory(bytes: Uint8Array): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** A hash of the pixels, or what was thrown. */
function outcome(bitmap: ReturnType<typeof bitmapOf>, memory: DecodeScratch): string {
  try {
    return sha256(decodeWhole(decodePlanar, bitmap, memory));
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

/** Top-down BGRX pixels of an uncompressed 24 bpp BMP whose rows need no padding or have it. */
function bmpPixels(bmp: Uint8Array): { width: number; height: number; pixels: Uint8Array } {
  const view = new DataView(bmp.buffer, bmp.byteOffset, bmp.byteLength);
  const start = view.getUint32(10, true);
  const width = view.getInt32(18, true);
  const height = view.getInt32(22, true);
  const rowBytes = (width * 3 + 3) & ~3;
  const pixels = new Uint8Array(width * height * 4).fill(0xff);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = start + (height - 1 - y) * rowBytes + x * 3;
      pixels.set(bmp.subarray(from, from + 3), (y * width + x) * 4);
    }
  }
  return { width, height, pixels };
}

describe('planar', () => {
  it.each(vectors('planar'))('decodes $compressed ($width x $height) as libfreerdp does', (vector) => {
    const pixels = decodeWhole(decodePlanar, bitmapOf(vector), scratch);
    expect(sha256(pixels)).toBe(vector.expectedSha256);
  });

  it.each([
    '32x64_rgb_raw',
    '64x24_argb_rle',
    '64x35_ycocg_rle_ss',
    '64x64_aycocg_rle',
    '64x64_ycocg_raw_ss',
    '64x64_ycocg_rle_ss',
  ])('decodes %s as its reference image shows it', (name) => {
    const { width, height, pixels } = bmpPixels(fixture(`ironrdp/planar-${name}.bmp`));
    const bitmap = encoded(fixture(`ironrdp/planar-${name}.bin`), { width, height, bitsPerPixel: 32, bottomUp: false });
    expect(firstDifference(decodeWhole(decodePlanar, bitmap, scratch), pixels)).toBe('equal');
  });

  it('is the same in WebAssembly and in TypeScript, damaged streams and what is cut off included', () => {
    expect(scratch.planarKernel).not.toBeNull();
    const scalar = new DecodeScratch(null);
    const streams = vectors('planar').map(bitmapOf);
    const edits = fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 2 });
    fc.assert(
      fc.property(fc.nat(streams.length - 1), edits, fc.nat(9), (index, changes, cut) => {
        const whole = streams[index];
        if (whole === undefined) throw new Error('index');
        const data = mutated(whole.data, changes, whole.data.length - cut);
        const [kernel, typescript] = [scratch, scalar].map((memory) => outcome({ ...whole, data }, memory));
        expect(kernel).toEqual(typescript);
      }),
      { numRuns: 400 },
    );
  });

  it('decodes the plane of the specification, 3.1.9.2.3', () => {
    const data = Uint8Array.from(Buffer.from('13ff20fefd60017df5c29a386001678ba378af', 'hex'));
    const out = memory(new Uint8Array(18 + PLANE_SLACK_BYTES));
    expect(decodePlane(memory(data), 0, out, 0, 6, 3)).toBe(data.length);
    expect([...out.bytes.subarray(0, 18)]).toEqual([
      255, 255, 255, 255, 254, 253, 254, 192, 132, 96, 75, 25, 253, 140, 62, 14, 135, 193,
    ]);
  });

  it('decodes the extra long run of the specification, 3.1.9.2.2', () => {
    const out = memory(new Uint8Array(100 + PLANE_SLACK_BYTES));
    expect(decodePlane(memory(Uint8Array.of(0x1f, 0x41, 0xf2, 0x52)), 0, out, 0, 100, 1)).toBe(4);
    expect(out.bytes.subarray(0, 100).every((byte) => byte === 0x41)).toBe(true);
  });

  it('refuses a segment beyond the end of its row instead of dropping it', () => {
    const out = memory(new Uint8Array(64 + PLANE_SLACK_BYTES));
    expect(() => decodePlane(memory(Uint8Array.of(0x1f, 0x41)), 0, out, 0, 8, 8)).toThrow(/end of its row/);
  });

  it('refuses every truncation', () => {
    for (const name of ['planar_065.cmp', 'planar_104.cmp', 'planar_110.cmp']) {
      const vector = vectors('planar').find((candidate) => candidate.compressed === name);
      if (vector === undefined) throw new Error('fixture is missing');
      const whole = bitmapOf(vector);
      // Raw planes may be followed by a byte of padding, which is all that may be missing.
      const used = vector.compressed === 'planar_104.cmp' ? whole.data.length - 1 : whole.data.length;
      for (let length = 0; length < used; length += 1) {
        const bitmap = { ...whole, data: whole.data.subarray(0, length) };
        expect(() => decodeWhole(decodePlanar, bitmap, scratch)).toThrow(DecodeError);
      }
    }
  });

  it('refuses chroma subsampling of RGB planes', () => {
    const bitmap = encoded(new Uint8Array(100).fill(0x28), { width: 4, height: 4, bitsPerPixel: 32 });
    expect(() => decodeWhole(decodePlanar, bitmap)).toThrow(/invalid/);
  });

  it('makes every pixel opaque unless alpha is asked for', () => {
    const vector = vectors('planar').find((candidate) => candidate.compressed === 'planar_066.cmp');
    if (vector === undefined) throw new Error('fixture is missing');
    const pixels = decodeWhole(decodePlanar, { ...bitmapOf(vector), keepAlpha: false }, scratch);
    expect(pixels.every((byte, index) => index % 4 !== 3 || byte === 0xff)).toBe(true);
  });

  it('meets damaged streams with pixels or a DecodeError', () => {
    const streams = vectors('planar').map(bitmapOf);
    fc.assert(
      fc.property(
        fc.nat(streams.length - 1),
        fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 8 }),
        fc.nat(20_000),
        (index, edits, length) => {
          const whole = streams[index];
          if (whole === undefined) throw new Error('index');
          try {
            decodeWhole(decodePlanar, { ...whole, data: mutated(whole.data, edits, length) }, scratch);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
