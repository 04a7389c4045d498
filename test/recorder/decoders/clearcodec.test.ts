import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClearCodecDecoder } from '../../../recorder/decoders/clearcodec/clearcodec.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { surfaceFixture, surfaceVectors } from './surface-codecs.js';

const SURFACE_WIDTH = 100;
const SURFACE_HEIGHT = 40;
const UNTOUCHED = 0xff12_3456;
const WHITE = 0xffff_ffff;
const BLACK = 0xff00_0000;
const RED = 0xffff_0000;
const GREEN = 0xff00_ff00;
const BLUE = 0xff00_00ff;

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/** Three bytes of a colour as they are on the wire. */
const bgr = (color: number) => Uint8Array.of(color & 0xff, (color >> 8) & 0xff, (color >> 16) & 0xff);

const ANY = { codec: 'clearcodec', surfaceId: 1, codecContextId: null, frameId: 1, pixelFormat: 0x20 };

/** A decoder and a surface; bitmaps are drawn at (2, 3). */
class Bench {
  readonly decoder = new ClearCodecDecoder();
  readonly surface = {
    width: SURFACE_WIDTH,
    height: SURFACE_HEIGHT,
    words: new Uint32Array(SURFACE_WIDTH * SURFACE_HEIGHT).fill(UNTOUCHED),
  };

  /** The bitmap's pixels after drawing; all others have to be what they were. */
  draw(data: Uint8Array, width: number, height: number): Uint32Array {
    const before = this.surface.words.slice();
    const area = { x: 2, y: 3, width, height };
    const bitmap = { ...ANY, data, area };
    try {
      expect(this.decoder.decode(bitmap, this.surface)).toEqual({ areas: [area] });
    } finally {
      const outside = this.surface.words.findIndex((word, at) => {
        const x = (at % SURFACE_WIDTH) - 2;
        const y = Math.floor(at / SURFACE_WIDTH) - 3;
        return word !== before[at] && (x < 0 || y < 0 || x >= width || y >= height);
      });
      expect(outside).toBe(-1);
    }
    return this.pixels(width, height);
  }

  pixels(width: number, height: number): Uint32Array {
    const out = new Uint32Array(width * height);
    for (let y = 0; y < height; y++) {
      const from = (3 + y) * SURFACE_WIDTH + 2;
      out.set(this.surface.words.subarray(from, from + width), y * width);
    }
    return out;
  }

  codeOf(data: Uint8Array, width: number, height: number): string {
    try {
      this.draw(data, width, height);
    } catch (error) {
      if (error instanceof DecodeError) return error.code;
      throw error;
    }
    return 'nothing';
  }
}

interface Layers {
  readonly residual?: Uint8Array;
  readonly bands?: Uint8Array;
  readonly subcodecs?: Uint8Array;
}

const NONE = new Uint8Array(0);

function stream(seqNumber: number, { residual = NONE, bands = NONE, subcodecs = NONE }: Layers, flags = 0, glyph = 0) {
  const writer = new Writer().u8(flags).u8(seqNumber);
  if ((flags & 1) !== 0) writer.u16(glyph);
  writer.u32(residual.length).u32(bands.length).u32(subcodecs.length);
  return writer.bytes(residual).bytes(bands).bytes(subcodecs).finish();
}

function band(xStart: number, xEnd: number, yStart: number, yEnd: number, background: number, bars: Uint8Array[]) {
  const writer = new Writer().u16(xStart).u16(xEnd).u16(yStart).u16(yEnd).bytes(bgr(background));
  for (const bar of bars) writer.bytes(bar);
  return writer.finish();
}

const vBarHit = (index: number) => new Writer().u16(0x8000 | index).finish();
const shortHit = (index: number, yOn: number) =>
  new Writer()
    .u16(0x4000 | index)
    .u8(yOn)
    .finish();
const shortMiss = (yOn: number, colors: number[]) => {
  const writer = new Writer().u16(yOn | ((yOn + colors.length) << 8));
  for (const color of colors) writer.bytes(bgr(color));
  return writer.finish();
};

function subcodec(x: number, y: number, width: number, height: number, id: number, data: Uint8Array): Uint8Array {
  return new Writer().u16(x).u16(y).u16(width).u16(height).u32(data.length).u8(id).bytes(data).finish();
}

function run(color: number, length: number): Uint8Array {
  const writer = new Writer().bytes(bgr(color));
  if (length < 0xff) return writer.u8(length).finish();
  return length < 0xffff ? writer.u8(0xff).u16(length).finish() : writer.u8(0xff).u16(0xffff).u32(length).finish();
}

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** Example 2 of the specification: 78 x 17 pixels of text. */
const EXAMPLE_2 = hex(`
  00 0d 00 00 00 00 00 00 00 00 82 00 00 00 00 00 00 00 4e 00 11 00 75 00 00 00 02 0e ff ff ff 00
  00 00 db ff ff 00 3a 90 ff b6 66 66 b6 ff b6 66 00 90 db ff 00 00 3a db 90 3a 3a 90 db 66 00 00
  ff ff b6 64 64 64 11 04 11 4c 11 4c 11 4c 11 4c 11 4c 00 47 13 00 01 01 04 00 01 00 00 47 16 00
  11 02 00 47 29 00 11 01 00 49 0a 00 01 00 04 00 01 00 00 4a 0a 00 09 00 01 00 00 47 05 00 01 01
  1c 00 01 00 11 4c 11 4c 11 4c 00 47 0d 4d 00 4d`);

/** Example 3: 64 x 24 pixels, residual, and a band of columns that an earlier stream has stored. */
const EXAMPLE_3 = hex(`
  00 df 0e 00 00 00 8b 00 00 00 00 00 00 00 fe fe fe ff 80 05 ff ff ff 40 fe fe fe 40 00 00 3f 00
  03 00 0b 00 fe fe fe c5 d0 c6 d0 c7 d0 68 d4 69 d4 6a d4 6b d4 6c d4 6d d4 1a d4 1a d4 a6 d0 6e
  d4 6f d4 70 d4 71 d4 72 d4 73 d4 74 d4 21 d4 22 d4 23 d4 24 d4 25 d4 d9 d0 da d0 db d0 c5 d0 c5
  d0 dc d0 c2 d0 21 d4 22 d4 23 d4 24 d4 25 d4 c9 d0 ca d0 5a d4 2b d1 28 d1 2c d1 75 d4 27 d4 28
  d4 29 d4 2a d4 1a d4 1a d4 1a d4 b7 d0 b8 d0 b9 d0 ba d0 bb d0 bc d0 bd d0 be d0 bf d0 c0 d0 c1
  d0 c2 d0 c3 d0 c4 d0`);

/** Example 4: 7 x 15 pixels, a glyph whose first column is in the stream. */
const EXAMPLE_4 = hex(`
  01 0b 78 00 00 00 00 00 46 00 00 00 00 00 00 00 00 00 06 00 00 00 0e 00 00 00 00 00 0f ff ff ff
  ff ff ff ff ff ff b6 ff ff ff ff ff ff ff ff ff b6 66 ff ff ff ff ff ff ff b6 66 db 90 3a ff ff
  b6 ff ff ff ff ff ff ff ff ff 46 91 47 91 48 91 49 91 4a 91 1b 91`);

describe('the examples of the specification', () => {
  it('2: runs and suites of a palette', () => {
    const pixels = new Bench().draw(EXAMPLE_2, 78, 17);
    // The first segment is said to be four of white, then white and black; the second 76 of white.
    expect(Array.from(pixels.subarray(0, 6))).toEqual([WHITE, WHITE, WHITE, WHITE, WHITE, BLACK]);
    expect(pixels.subarray(6, 83).every((pixel) => pixel === WHITE)).toBe(true);
    expect(pixels[83]).toBe(BLACK);
    // The last run is 78 pixels of grey, and the suite of one that ends it.
    expect(pixels.subarray(78 * 16).every((pixel) => pixel === 0xff64_6464 || pixel === WHITE)).toBe(true);
    // The text of the suite 7, 8, 9 of the sixteenth segment, in a row of its own.
    const suite = [0xffff_db90, 0xff3a_0000, 0xff3a_90db];
    expect(pixels.findIndex((_, at) => suite.every((pixel, index) => pixels[at + index] === pixel))).toBeGreaterThan(0);
  });

  it('3: runs beneath, and columns over them from line 3 to 11', () => {
    const pixels = new Bench().draw(EXAMPLE_3, 64, 24);
    const line = (y: number) => new Set(pixels.subarray(64 * y, 64 * (y + 1)));
    // The columns were stored by streams that the example does not show: they are what has never been stored.
    expect([2, 3, 11, 12, 21, 22, 23].map((y) => [...line(y)])).toEqual([
      [0xfffe_fefe],
      [BLACK],
      [BLACK],
      [0xfffe_fefe],
      [0xfffe_fefe],
      [WHITE],
      [0xfffe_fefe],
    ]);
  });

  it('4 and 1: a column from the stream, kept as a glyph and drawn again from there', () => {
    const bench = new Bench();
    const pixels = bench.draw(EXAMPLE_4, 7, 15);
    const column = Array.from({ length: 15 }, (_, y) => pixels[7 * y]);
    expect(column[0]).toBe(WHITE);
    expect(column[10]).toBe(0xff3a_90db);
    expect(column[14]).toBe(WHITE);
    bench.surface.words.fill(UNTOUCHED);
    expect(bench.draw(hex('03 0c 78 00'), 7, 15)).toEqual(pixels);
  });

  it('5: a glyph is a stream of pixels that any shape may be made of', () => {
    const bench = new Bench();
    const colors = Array.from({ length: 16 }, (_, index) => BLACK + index * 0x0f);
    const residual = joined(...colors.map((color) => run(color, 1)));
    expect(Array.from(bench.draw(stream(0, { residual }, 1, 4), 2, 8))).toEqual(colors);
    expect(Array.from(bench.draw(hex('03 01 04 00'), 4, 4))).toEqual(colors);
    expect(Array.from(bench.draw(hex('03 02 04 00'), 8, 2))).toEqual(colors);
  });
});

describe('streams of a session', () => {
  interface DrawnStream {
    readonly width: number;
    readonly height: number;
    /** Base64. */
    readonly data: string;
    readonly sha256: string;
  }
  const file = new URL('../../fixtures/clearcodec/libfreerdp.json', import.meta.url);
  const sequences = JSON.parse(readFileSync(file, 'utf8')) as DrawnStream[][];

  it.each(sequences.map((streams, index) => [index, streams] as const))(
    'number %i are drawn as libfreerdp draws them',
    (_, streams) => {
      const decoder = new ClearCodecDecoder();
      const surface = { width: 100, height: 70, words: new Uint32Array(7000).fill(UNTOUCHED) };
      const hashes = streams.map(({ width, height, data }) => {
        const area = { x: 2, y: 3, width, height };
        decoder.decode({ ...ANY, data: new Uint8Array(Buffer.from(data, 'base64')), area }, surface);
        const opaque = surface.words.map((word) => word | BLACK);
        return createHash('sha256').update(new Uint8Array(opaque.buffer)).digest('hex');
      });
      expect(hashes).toEqual(streams.map(({ sha256 }) => sha256));
    },
  );
});

describe('layers', () => {
  it('lie over each other: runs, then bands, then subcodecs', () => {
    const layers = {
      residual: run(RED, 20),
      bands: band(1, 3, 0, 1, BLUE, [shortMiss(0, []), shortMiss(1, [WHITE]), vBarHit(0)]),
      subcodecs: subcodec(3, 0, 2, 1, 0, joined(bgr(GREEN), bgr(BLACK))),
    };
    const pixels = new Bench().draw(stream(0, layers), 5, 4);
    expect(Array.from(pixels.subarray(0, 10))).toEqual([RED, BLUE, BLUE, GREEN, BLACK, RED, BLUE, WHITE, BLUE, RED]);
    expect(pixels.subarray(10).every((pixel) => pixel === RED)).toBe(true);
  });

  it('may all be missing, and leave what is there', () => {
    expect(Array.from(new Bench().draw(stream(0, {}), 2, 1))).toEqual([UNTOUCHED, UNTOUCHED]);
  });

  it('of runs give back any picture', () => {
    const color = fc.constantFrom(RED, GREEN, BLUE, WHITE);
    fc.assert(
      fc.property(fc.array(fc.tuple(color, fc.constantFrom(1, 2, 254, 255, 300)), { maxLength: 12 }), (runs) => {
        const expected = runs.flatMap(([one, length]) => Array.from({ length }, () => one)).slice(0, 90 * 35);
        const residual = joined(...runs.map(([one, length]) => run(one, length)));
        const pixels = new Bench().draw(stream(0, { residual }), 90, 35);
        expect(Array.from(pixels.subarray(0, expected.length))).toEqual(expected);
        expect(pixels.subarray(expected.length).every((pixel) => pixel === UNTOUCHED)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('of bitmaps in the palette of a subcodec give back any indexes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 127 }),
        fc.array(fc.nat(126), { minLength: 1, maxLength: 60 }),
        (count, raw) => {
          const indexes = raw.map((index) => index % count);
          const palette = Array.from({ length: count }, (_, index) => BLACK + index * 0x01_0203);
          const bits = count <= 2 ? 1 : Math.floor(Math.log2(count - 1)) + 1;
          const writer = new Writer().u8(count);
          for (const color of palette) writer.bytes(bgr(color));
          for (let at = 0; at < indexes.length;) {
            const start = indexes[at] ?? 0;
            let runLength = 0;
            while (indexes[at + runLength + 1] === start) runLength += 1;
            at += runLength;
            let depth = 0;
            while (depth < (1 << (8 - bits)) - 1 && indexes[at + depth + 1] === start + depth + 1) depth += 1;
            writer.u8((start + depth) | (depth << bits)).u8(runLength);
            at += depth + 1;
          }
          const subcodecs = subcodec(0, 0, indexes.length, 1, 2, writer.finish());
          const pixels = new Bench().draw(stream(0, { subcodecs }), indexes.length, 1);
          expect(Array.from(pixels)).toEqual(indexes.map((index) => palette[index]));
        },
      ),
    );
  });

  it('of NSCodec bitmaps are those that another library decodes, top-down and at their place', () => {
    const vector = surfaceVectors('nsc').find(({ width, height }) => width === 61 && height === 37);
    if (vector === undefined) throw new Error('no vector of 61 x 37');
    const data = surfaceFixture(`libfreerdp/${vector.compressed}`);
    const subcodecs = subcodec(5, 0, 61, 37, 1, data);
    const pixels = new Bench().draw(stream(0, { subcodecs }), 90, 37);
    // The other library turned it upside down, as surface commands have it.
    const rows = Array.from({ length: 37 }, (_, y) => pixels.slice(90 * (36 - y) + 5, 90 * (36 - y) + 66));
    const bytes = Buffer.concat(rows.map((one) => new Uint8Array(one.buffer)));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(vector.expectedSha256);
    expect(pixels[4]).toBe(UNTOUCHED);
    expect(pixels[66]).toBe(UNTOUCHED);
  });
});

describe('columns', () => {
  it('are stored in turn, short ones and whole ones, and drawn from there', () => {
    const bench = new Bench();
    const stored = band(0, 1, 0, 2, BLACK, [shortMiss(1, [RED]), shortMiss(0, [GREEN, BLUE])]);
    const first = bench.draw(stream(0, { bands: stored }), 2, 3);
    expect(Array.from(first)).toEqual([BLACK, GREEN, RED, BLUE, BLACK, BLACK]);
    // The short ones with another background and place, then the whole ones as they were; 2 is the first made of these.
    const drawn = band(0, 3, 0, 2, WHITE, [shortHit(0, 2), shortHit(1, 1), vBarHit(0), vBarHit(2)]);
    const second = bench.draw(stream(1, { bands: drawn }), 4, 3);
    expect(Array.from(second.subarray(0, 4))).toEqual([WHITE, WHITE, BLACK, WHITE]);
    expect(Array.from(second.subarray(4, 8))).toEqual([WHITE, GREEN, RED, WHITE]);
    expect(Array.from(second.subarray(8))).toEqual([RED, BLUE, BLACK, RED]);
  });

  it('begin at the first place again when they are reset, and keep the others', () => {
    const bench = new Bench();
    bench.draw(stream(0, { bands: band(0, 1, 0, 0, BLACK, [shortMiss(0, [RED]), shortMiss(0, [GREEN])]) }), 2, 1);
    bench.draw(stream(1, { bands: band(0, 0, 0, 0, BLACK, [shortMiss(0, [BLUE])]) }, 4), 2, 1);
    const bands = band(0, 1, 0, 0, BLACK, [vBarHit(0), vBarHit(1)]);
    expect(Array.from(bench.draw(stream(2, { bands }), 2, 1))).toEqual([BLUE, GREEN]);
  });

  it('beyond the bitmap are stored and not drawn', () => {
    const bench = new Bench();
    const bands = band(1, 2, 1, 3, BLACK, [shortMiss(0, [RED, GREEN, BLUE]), shortMiss(0, [BLUE, BLUE, BLUE])]);
    expect(Array.from(bench.draw(stream(0, { bands }), 2, 2))).toEqual([UNTOUCHED, UNTOUCHED, UNTOUCHED, RED]);
    const again = band(0, 0, 0, 2, BLACK, [vBarHit(0)]);
    expect(Array.from(bench.draw(stream(1, { bands: again }), 1, 3))).toEqual([RED, GREEN, BLUE]);
  });

  it('have one height', () => {
    const bench = new Bench();
    bench.draw(stream(0, { bands: band(0, 0, 0, 2, BLACK, [shortMiss(0, [RED])]) }), 1, 3);
    const wrong = band(0, 0, 0, 1, BLACK, [vBarHit(0)]);
    expect(bench.codeOf(stream(1, { bands: wrong }), 1, 3)).toBe('invalid');
  });
});

describe('a loss', () => {
  const fill = (seqNumber: number, color: number, flags = 0) =>
    stream(seqNumber, { bands: band(0, 0, 0, 0, BLACK, [shortMiss(0, [color])]) }, flags);
  const hit = (seqNumber: number, index: number) =>
    stream(seqNumber, { bands: band(0, 0, 0, 0, BLACK, [vBarHit(index)]) });

  it('of a stream shows in the numbers, and lasts until the columns are reset', () => {
    const bench = new Bench();
    bench.draw(fill(0, RED), 1, 1);
    expect(bench.codeOf(hit(2, 0), 1, 1)).toBe('invalid');
    expect(bench.decoder.poisoned).toBe(true);
    // Without columns there is nothing to be wrong with.
    expect(Array.from(bench.draw(stream(3, { residual: run(GREEN, 1) }), 1, 1))).toEqual([GREEN]);
    expect(bench.codeOf(fill(4, BLUE), 1, 1)).toBe('invalid');
    expect(Array.from(bench.draw(fill(5, BLUE, 4), 1, 1))).toEqual([BLUE]);
    expect(bench.decoder.poisoned).toBe(false);
    expect(Array.from(bench.draw(hit(6, 0), 1, 1))).toEqual([BLUE]);
  });

  it('leaves no column from before it, even after a reset', () => {
    const bench = new Bench();
    bench.draw(fill(0, RED), 1, 1);
    bench.draw(fill(1, GREEN), 1, 1);
    expect(bench.codeOf(hex('00 02 ff'), 1, 1)).toBe('truncated');
    bench.draw(fill(3, BLUE, 4), 1, 1);
    expect(bench.codeOf(hit(4, 1), 1, 1)).toBe('invalid');
  });

  it('takes the glyph with it that would have been stored, and all when nobody knows which', () => {
    const glyph = (seqNumber: number, index: number, residual = run(RED, 1)) =>
      stream(seqNumber, { residual }, 1, index);
    const bench = new Bench();
    bench.draw(glyph(0, 7), 1, 1);
    bench.draw(glyph(1, 8), 1, 1);
    expect(bench.codeOf(glyph(2, 7, run(RED, 2)), 1, 1)).toBe('invalid');
    expect(bench.codeOf(hex('03 03 07 00'), 1, 1)).toBe('invalid');
    expect(Array.from(bench.draw(hex('03 04 08 00'), 1, 1))).toEqual([RED]);
    expect(bench.codeOf(hex('03 09 08 00'), 1, 1)).toBe('invalid');
  });

  it('of a glyph that is only drawn is no loss for what follows', () => {
    const bench = new Bench();
    bench.draw(fill(0, RED), 1, 1);
    expect(bench.codeOf(hex('03 01 08 00'), 1, 1)).toBe('invalid');
    expect(bench.decoder.poisoned).toBe(false);
    expect(Array.from(bench.draw(hit(2, 0), 1, 1))).toEqual([RED]);
  });

  it('is not seen where the numbers begin again after 255', () => {
    const bench = new Bench();
    for (let index = 0; index < 600; index++) bench.draw(stream(index & 0xff, {}), 1, 1);
    expect(bench.decoder.poisoned).toBe(false);
  });
});

describe('hostile streams', () => {
  it('are refused', () => {
    const refused: [what: string, data: Uint8Array, code: string][] = [
      ['more pixels than there are', stream(0, { residual: run(RED, 5) }), 'invalid'],
      ['a run of four billion', stream(0, { residual: run(RED, 0xffff_ffff) }), 'invalid'],
      ['a column of 53', stream(0, { bands: band(0, 0, 0, 52, RED, []) }), 'invalid'],
      ['a band from right to left', stream(0, { bands: band(2, 1, 0, 1, RED, []) }), 'invalid'],
      ['a band from below to above', stream(0, { bands: band(0, 0, 2, 0, RED, []) }), 'invalid'],
      ['a column that ends before it begins', stream(0, { bands: band(0, 0, 0, 0, RED, [hex('05 02')]) }), 'invalid'],
      ['a subcodec beyond the bitmap', stream(0, { subcodecs: subcodec(1, 0, 2, 2, 0, NONE) }), 'invalid'],
      ['an unknown subcodec', stream(0, { subcodecs: subcodec(0, 0, 1, 1, 3, NONE) }), 'unsupported'],
      ['too few raw pixels', stream(0, { subcodecs: subcodec(0, 0, 2, 2, 0, hex('00 00 00')) }), 'truncated'],
      ['no palette', stream(0, { subcodecs: subcodec(0, 0, 1, 1, 2, hex('00')) }), 'invalid'],
      [
        'an index beyond the palette',
        stream(0, { subcodecs: subcodec(0, 0, 1, 1, 2, hex('03 000000 000000 000000 03 00')) }),
        'invalid',
      ],
      [
        'a suite from before the palette',
        stream(0, { subcodecs: subcodec(0, 0, 2, 2, 2, hex('01 000000 02 00')) }),
        'invalid',
      ],
      ['too few indexes', stream(0, { subcodecs: subcodec(0, 0, 2, 2, 2, hex('01 000000 00 01')) }), 'truncated'],
      ['a glyph out of range', stream(0, {}, 1, 4000), 'invalid'],
      ['a hit without an index', hex('02 00'), 'invalid'],
      ['a layer that is longer than the stream', hex('00 00 ffffffff 00000000 00000000'), 'truncated'],
    ];
    for (const [what, data, code] of refused) expect(new Bench().codeOf(data, 2, 2), what).toBe(code);
    expect(new Bench().codeOf(stream(0, {}, 1, 0), 33, 32)).toBe('invalid');
  });

  it('may not draw a bitmap again and again', () => {
    const whole = subcodec(0, 0, 4, 4, 2, hex('01 000000 00 0f'));
    expect(new Bench().codeOf(stream(0, { subcodecs: joined(whole, whole, whole, whole) }), 4, 4)).toBe('nothing');
    const five = joined(whole, whole, whole, whole, whole);
    expect(new Bench().codeOf(stream(0, { subcodecs: five }), 4, 4)).toBe('limit');
  });

  it('fail on every truncation', () => {
    const layers = {
      residual: run(RED, 300),
      bands: band(0, 1, 0, 2, BLUE, [shortMiss(0, [RED]), shortHit(0, 1)]),
      subcodecs: subcodec(0, 0, 1, 1, 0, bgr(RED)),
    };
    const data = stream(0, layers, 1, 3);
    expect(new Bench().codeOf(data, 30, 20)).toBe('nothing');
    for (let length = 0; length < data.length; length++) {
      expect(new Bench().codeOf(data.slice(0, length), 30, 20)).toBe('truncated');
    }
  });

  it('end in pixels or a DecodeError, and never draw beyond their area', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const layers = fc.record({ residual: bytes, bands: bytes, subcodecs: bytes });
    const flags = fc.integer({ min: 0, max: 7 });
    const data = fc.oneof(
      bytes,
      fc.tuple(layers, flags, fc.nat(3)).map(([value, flag, glyph]) => stream(0, value, flag, glyph)),
      fc.constantFrom(EXAMPLE_2, EXAMPLE_3, EXAMPLE_4),
    );
    fc.assert(
      fc.property(
        fc.array(data, { maxLength: 5 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 30 }),
        (streams, width, height) => {
          const bench = new Bench();
          for (const one of streams) bench.codeOf(one, width, height);
        },
      ),
      { numRuns: 60 },
    );
  });
});
