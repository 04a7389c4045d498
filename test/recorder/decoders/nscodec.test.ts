import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeScratch } from '../../../recorder/decoders/encoded-bitmap.js';
import { decodeNscodecPlane } from '../../../recorder/decoders/nscodec-rle.js';
import { decodeNscodec } from '../../../recorder/decoders/nscodec.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { decodeWhole, encoded, firstDifference, mutated, sha256 } from './support.js';
import { surfaceFixture, surfaceVectors, type SurfaceVector } from './surface-codecs.js';

const scratch = new DecodeScratch();
const HEADER_BYTES = 20;

function bitmapOf(vector: SurfaceVector) {
  const { width, height } = vector;
  return encoded(surfaceFixture(`libfreerdp/${vector.compressed}`), { width, height, bitsPerPixel: 32 });
}

function header(counts: readonly number[], colorLossLevel = 1, chromaSubsamplingLevel = 0): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  counts.forEach((count, index) => bytes.writeUInt32LE(count, 4 * index));
  bytes.writeUInt8(colorLossLevel, 16);
  bytes.writeUInt8(chromaSubsamplingLevel, 17);
  return bytes;
}

function decodePlane(text: string, size: number): string {
  const out = new Uint8Array(size);
  const data = Buffer.from(text, 'latin1');
  decodeNscodecPlane(data, 0, data.length, out, 0, size);
  return Buffer.from(out).toString('latin1');
}

/** NSCodec's run-length encoding as 3.1.8.1.1 words it. */
function encodePlane(plane: Uint8Array): Uint8Array {
  const out: number[] = [];
  const end = plane.length - 4;
  for (let at = 0; at < end;) {
    const value = plane[at] ?? 0;
    let run = 1;
    while (at + run < end && plane[at + run] === value) run += 1;
    out.push(value);
    if (run > 1) out.push(value, ...(run < 257 ? [run - 2] : [255, ...Buffer.from(Uint32Array.of(run).buffer)]));
    at += run;
  }
  return Uint8Array.from([...out, ...plane.subarray(Math.max(0, end))]);
}

describe('NSCodec', () => {
  it.each(surfaceVectors('nsc'))('decodes $compressed ($width x $height, $params) as libfreerdp does', (vector) => {
    const pixels = decodeWhole(decodeNscodec, { ...bitmapOf(vector), keepAlpha: true }, scratch);
    expect(sha256(pixels)).toBe(vector.expectedSha256);
  });

  it('decodes the example of the specification, 4', () => {
    const bitmap = encoded(surfaceFixture('ms-rdpnsc/bitmap.bin'), { width: 15, height: 10, bitsPerPixel: 32 });
    const pixels = decodeWhole(decodeNscodec, { ...bitmap, bottomUp: false, keepAlpha: true }, scratch);
    expect(firstDifference(pixels, surfaceFixture('ms-rdpnsc/image.bgra'))).toBe('equal');
  });

  it('decodes the run-length examples of the specification, 3.1.8.1', () => {
    expect(decodePlane('AA\u0002BB\u0000CC\u0000CCCD', 12)).toBe('AAAABBCCCCCD');
    expect(decodePlane('ABCDD\u0001TT\u0002GFRR\u0009ABCD', 27)).toBe('ABCDDDTTTTGFRRRRRRRRRRRABCD');
  });

  it('decodes every plane to what was encoded', () => {
    const run = fc
      .tuple(fc.nat(3), fc.integer({ min: 1, max: 600 }))
      .map(([value, count]) => Buffer.alloc(count, value));
    const plane = fc.array(run, { minLength: 1, maxLength: 12 }).map((runs) => Buffer.concat(runs));
    fc.assert(
      fc.property(plane, (bytes) => {
        fc.pre(bytes.length >= 4);
        const data = encodePlane(bytes);
        const out = new Uint8Array(bytes.length);
        decodeNscodecPlane(data, 0, data.length, out, 0, out.length);
        expect(firstDifference(out, bytes)).toBe('equal');
      }),
    );
  });

  it('takes raw planes, and of one that is too long what it needs', () => {
    const planes = Buffer.from([10, 20, 30, 40, 0, 0, 0, 0, 0, 0, 0, 0, 99]);
    const data = Buffer.concat([header([4, 4, 5, 0]), planes]);
    const pixels = decodeWhole(
      decodeNscodec,
      encoded(data, { width: 2, height: 2, bitsPerPixel: 32, bottomUp: false }),
    );
    expect([...new Uint32Array(pixels.buffer)]).toEqual([0xff0a0a0a, 0xff141414, 0xff1e1e1e, 0xff282828]);
  });

  it('refuses every truncation', () => {
    for (const name of ['nsc_129.cmp', 'nsc_133.cmp', 'nsc_143.cmp', 'nsc_144.cmp']) {
      const vector = surfaceVectors('nsc').find(({ compressed }) => compressed === name);
      if (vector === undefined) throw new Error('fixture is missing');
      const whole = bitmapOf(vector);
      for (let length = 0; length < whole.data.length; length += 1) {
        const bitmap = { ...whole, data: whole.data.subarray(0, length) };
        expect(() => decodeWhole(decodeNscodec, bitmap, scratch)).toThrow(DecodeError);
      }
    }
  });

  it('refuses every truncation of a plane, and a run into its last four bytes', () => {
    const plane = encodePlane(Buffer.from('aaaabcdeeeeeeeeeffffghij'));
    const out = new Uint8Array(24);
    for (let length = 0; length < plane.length; length += 1) {
      expect(() => decodeNscodecPlane(plane, 0, length, out, 0, 24)).toThrow(DecodeError);
    }
    expect(() => decodePlane('aa\u0003bcde', 8)).toThrow(/end of its plane/);
    expect(() => decodePlane('aa\u00ff\u00ff\u00ff\u00ff\u00ffbcde', 8)).toThrow(/end of its plane/);
    expect(() => decodePlane('ab', 3)).toThrow(/too small/);
  });

  it.each([
    ['no luma', header([0, 4, 4, 0])],
    ['a colour loss level of 0', header([4, 4, 4, 0], 0)],
    ['a colour loss level of 8', header([4, 4, 4, 0], 8)],
    ['a plane of 4 GB', header([0xffff_ffff, 4, 4, 0])],
  ])('refuses %s', (_, start) => {
    const data = Buffer.concat([start, Buffer.alloc(64)]);
    expect(() => decodeWhole(decodeNscodec, encoded(data, { width: 2, height: 2 }), scratch)).toThrow(DecodeError);
  });

  it('refuses a bitmap above the limits before it takes memory', () => {
    const bitmap = encoded(header([1, 1, 1, 0]), { width: 65_535, height: 65_535 });
    const target = { words: new Uint32Array(4), width: 2, height: 2 };
    expect(() => decodeNscodec(bitmap, target, { x: 0, y: 0, width: 2, height: 2 }, scratch)).toThrow(/limit/);
  });

  it('draws within its placement and the target alone', () => {
    const [vector] = surfaceVectors('nsc').filter(({ compressed }) => compressed === 'nsc_144.cmp');
    if (vector === undefined) throw new Error('fixture is missing');
    const bitmap = bitmapOf(vector);
    const whole = new Uint32Array(decodeWhole(decodeNscodec, bitmap, scratch).buffer);
    const words = new Uint32Array(50 * 30);
    decodeNscodec(bitmap, { words, width: 50, height: 30 }, { x: 3, y: 20, width: 5, height: 90 }, scratch);
    const expected = Array.from(words, (_, at) => {
      const [x, y] = [(at % 50) - 3, Math.floor(at / 50) - 20];
      return x >= 0 && x < 5 && y >= 0 ? whole[y * bitmap.width + x] : 0;
    });
    expect([...words]).toEqual(expected);
  });

  it('meets damaged streams with pixels or a DecodeError', () => {
    const streams = surfaceVectors('nsc').map(bitmapOf);
    fc.assert(
      fc.property(
        fc.nat(streams.length - 1),
        fc.array(fc.tuple(fc.oneof(fc.nat(HEADER_BYTES), fc.nat(20_000)), fc.nat(255)), { maxLength: 8 }),
        fc.nat(20_000),
        (index, edits, length) => {
          const whole = streams[index];
          if (whole === undefined) throw new Error('index');
          try {
            decodeWhole(decodeNscodec, { ...whole, data: mutated(whole.data, edits, length) }, scratch);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
