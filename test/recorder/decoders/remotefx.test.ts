import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeScratch, type EncodedBitmap } from '../../../recorder/decoders/encoded-bitmap.js';
import { decodeRemoteFx } from '../../../recorder/decoders/remotefx/remotefx.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { MAX_REMOTEFX_RECTANGLES } from '../../../src/rdp/wire/limits.js';
import * as message from './remotefx-messages.js';
import { decodeWhole, encoded, firstDifference, mutated } from './support.js';
import {
  differences,
  largestDifference,
  surfaceFixture,
  surfaceVectors,
  type SurfaceVector,
} from './surface-codecs.js';

const DC = 4032;

function bitmapOf(vector: SurfaceVector): EncodedBitmap {
  const { width, height } = vector;
  return encoded(surfaceFixture(`libfreerdp/${vector.compressed}`), { width, height, bitsPerPixel: 32 });
}

function bitmap(width: number, height: number, ...blocks: Uint8Array[]): EncodedBitmap {
  return encoded(Buffer.concat(blocks), { width, height, bitsPerPixel: 32 });
}

/** A tile of one grey: a Y of `32 * value` is `value` away from the middle. */
function grey(x: number, y: number, value: number, quant: readonly [number, number, number] = [0, 0, 0]): Uint8Array {
  return message.tile({ x, y, quant, luma: message.flat(value), cb: message.flat(0), cr: message.flat(0) });
}

const RLGR1 = { entropy: 1 };

function frame(rects: readonly message.TestRect[], tiles: readonly Uint8Array[], fields = {}): Uint8Array {
  const tileSet = message.tileSet(tiles, { ...RLGR1, ...fields });
  return Buffer.concat([message.frameBegin(), message.region(rects), tileSet, message.frameEnd()]);
}

/** The grey of every pixel; 0 where nothing was drawn. */
function greys(pixels: Uint8Array): number[] {
  return Array.from(new Uint32Array(pixels.buffer), (word) => word & 0xff);
}

describe('RemoteFX', () => {
  it.each(surfaceVectors('rfx'))('decodes $compressed ($width x $height, $params) as libfreerdp does', (vector) => {
    const pixels = decodeWhole(decodeRemoteFx, bitmapOf(vector));
    expect(largestDifference(pixels, surfaceFixture(`libfreerdp/${vector.expected}`))).toBeLessThanOrEqual(1);
  });

  it('decodes the tile of the specification, 4.2.4, to its image', () => {
    const blocks = [message.headers(64, 64), message.frameBegin(), message.region([[0, 0, 64, 64]])];
    const pixels = decodeWhole(decodeRemoteFx, bitmap(64, 64, ...blocks, surfaceFixture('ms-rdprfx/tile-set.bin')));
    const expected = surfaceFixture('ms-rdprfx/image.bgrx.gz').map((byte, index) => (index % 4 === 3 ? 0xff : byte));
    const counts = differences(pixels, expected);
    // Its fixed-point arithmetic rounds a few intermediate values otherwise.
    expect(counts.slice(2).every((count) => count === 0)).toBe(true);
    expect((counts[1] ?? 0) / pixels.length).toBeLessThan(0.06);
  });

  it('decodes the messages of the specification, 4.2.2 and 4.2.3', () => {
    const blocks = [surfaceFixture('ms-rdprfx/encode-headers.bin'), surfaceFixture('ms-rdprfx/frame.bin')];
    const pixels = decodeWhole(decodeRemoteFx, bitmap(64, 64, ...blocks));
    // Stripes of red, green and blue, as far as the losses let them be.
    const stripes = Uint32Array.from({ length: 64 * 64 }, (_, at) => {
      const x = at % 64;
      return x < 21 ? 0xffff0000 : x < 44 ? 0xff00ff00 : 0xff0000ff;
    });
    expect(largestDifference(pixels, new Uint8Array(stripes.buffer))).toBeLessThanOrEqual(5);
  });

  it('goes on without headers in video mode, and not before they came', () => {
    const scratch = new DecodeScratch();
    const picture = frame([[0, 0, 64, 64]], [grey(0, 0, 20)]);
    expect(() => decodeWhole(decodeRemoteFx, bitmap(64, 64, picture), scratch)).toThrow(/before the headers/);
    const partly = [message.sync(), message.codecVersions(), message.context()];
    expect(() => decodeWhole(decodeRemoteFx, bitmap(64, 64, ...partly, picture), scratch)).toThrow(
      /before the headers/,
    );
    decodeWhole(decodeRemoteFx, bitmap(64, 64, message.headers(64, 64)), scratch);
    const pixels = decodeWhole(decodeRemoteFx, bitmap(64, 64, picture), scratch);
    expect(new Set(greys(pixels))).toEqual(new Set([148]));
  });

  it('takes the frame for the region when it has no rectangles', () => {
    const blocks = [message.headers(40, 30), frame([], [grey(0, 0, 20)])];
    const drawn = greys(decodeWhole(decodeRemoteFx, bitmap(64, 64, ...blocks)));
    expect(drawn).toEqual(drawn.map((_, at) => (at % 64 < 40 && at < 30 * 64 ? 148 : 0)));
  });

  it('draws tiles where the region is, and says where that was', () => {
    const rects = [
      [10, 5, 100, 20],
      [60, 60, 10, 10],
    ] as const;
    const tiles = [grey(0, 0, 1), grey(1, 0, 2), grey(0, 1, 3), grey(1, 1, 4), grey(7, 7, 5)];
    const words = new Uint32Array(200 * 150);
    const whole = bitmap(128, 128, message.headers(128, 128), frame(rects, tiles));
    const place = { x: 30, y: 40, width: 128, height: 128 };
    const areas = decodeRemoteFx(whole, { words, width: 200, height: 150 }, place, new DecodeScratch());
    expect(areas).toEqual([
      { x: 40, y: 45, width: 100, height: 20 },
      { x: 90, y: 100, width: 10, height: 10 },
    ]);
    const expected = Array.from(words, (_, at) => {
      const [x, y] = [(at % 200) - 30, Math.floor(at / 200) - 40];
      const inside = rects.some(([left, top, w, h]) => x >= left && x < left + w && y >= top && y < top + h);
      return inside ? 129 + (x >= 64 ? 1 : 0) + (y >= 64 ? 2 : 0) : 0;
    });
    expect(greys(new Uint8Array(words.buffer))).toEqual(expected);
  });

  it('reports one rectangle around a region of many', () => {
    const rects = Array.from({ length: 40 }, (_, i) => [i, 2 * i, 3, 1] as const);
    const whole = bitmap(128, 128, message.headers(128, 128), frame(rects, [grey(0, 0, 1), grey(0, 1, 1)]));
    const target = { words: new Uint32Array(128 * 128), width: 128, height: 128 };
    const areas = decodeRemoteFx(whole, target, { x: 0, y: 0, width: 128, height: 128 }, new DecodeScratch());
    expect(areas).toEqual([{ x: 0, y: 0, width: 42, height: 79 }]);
  });

  it('draws nothing outside its placement and the target', () => {
    const whole = bitmap(
      128,
      128,
      message.headers(128, 128),
      frame([[0, 0, 128, 128]], [grey(0, 0, 1), grey(1, 1, 2)]),
    );
    const words = new Uint32Array(100 * 80);
    const place = { x: 20, y: 10, width: 70, height: 300 };
    decodeRemoteFx(whole, { words, width: 100, height: 80 }, place, new DecodeScratch());
    const expected = Array.from(words, (_, at) => {
      const [x, y] = [(at % 100) - 20, Math.floor(at / 100) - 10];
      if (x < 0 || y < 0 || x >= 70) return 0;
      return x < 64 && y < 64 ? 129 : x >= 64 && y >= 64 ? 130 : 0;
    });
    expect(greys(new Uint8Array(words.buffer))).toEqual(expected);
  });

  it('dequantises each component by its own table', () => {
    const steep = Uint8Array.of(0x68, 0x66, 0x66, 0x66, 0x66);
    const tiles = [grey(0, 0, 10), grey(1, 0, 10, [1, 0, 0])];
    const tileSet = { quants: [message.PLAIN_QUANT, steep] };
    const whole = bitmap(128, 64, message.headers(128, 64), frame([[0, 0, 128, 64]], tiles, tileSet));
    const drawn = greys(decodeWhole(decodeRemoteFx, whole));
    expect(drawn[0]).toBe(138);
    expect(drawn[64]).toBe(128 + 40);
  });

  it('converts colours as the matrix of the specification does', () => {
    const flats = (luma: number, cb: number, cr: number): Uint8Array =>
      message.tile({ x: 0, y: 0, luma: message.flat(luma), cb: message.flat(cb), cr: message.flat(cr) });
    for (const [luma, cb, cr] of [
      [0, 0, 0],
      [-128, 0, 0],
      [127, 0, 0],
      [-52, -43, 127],
      [10, 100, -120],
      [127, 127, 127],
    ] as const) {
      const whole = bitmap(64, 64, message.headers(64, 64), frame([[0, 0, 64, 64]], [flats(luma, cb, cr)]));
      const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
      const red = clamp(luma + 128 + 1.402525 * cr);
      const green = clamp(luma + 128 - 0.34373 * cb - 0.714401 * cr);
      const blue = clamp(luma + 128 + 1.769905 * cb);
      expect([...decodeWhole(decodeRemoteFx, whole).subarray(0, 4)]).toEqual([blue, green, red, 0xff]);
    }
  });

  it('draws several frames of one message, the last on top', () => {
    const rects = [[0, 0, 64, 64]] as const;
    const frames = [frame(rects, [grey(0, 0, 1)]), frame([[0, 0, 8, 8]], [grey(0, 0, 9)])];
    const drawn = greys(decodeWhole(decodeRemoteFx, bitmap(64, 64, message.headers(64, 64), ...frames)));
    expect([drawn[0], drawn[7 * 64 + 7], drawn[8 * 64 + 8]]).toEqual([137, 137, 129]);
  });

  it('needs no zeros at the end of a component', () => {
    const whole = message.encodeRlgr(
      1,
      Array.from({ length: DC + 1 }, (_, index) => (index === DC ? 20 : 0)),
    );
    const none = new Uint8Array(0);
    const tile = message.tile({ x: 0, y: 0, luma: whole, cb: none, cr: none });
    const pixels = decodeWhole(
      decodeRemoteFx,
      bitmap(64, 64, message.headers(64, 64), frame([[0, 0, 64, 64]], [tile])),
    );
    expect(new Set(greys(pixels))).toEqual(new Set([148]));
  });
});

describe('RemoteFX of a hostile server', () => {
  const headers = message.headers(64, 64);
  const rects = [[0, 0, 64, 64]] as const;
  const tile = grey(0, 0, 1);

  it('refuses every truncation, and draws nothing of it', () => {
    for (const name of ['rfx_149.cmp', 'rfx_153.cmp', 'rfx_145.cmp']) {
      const vector = surfaceVectors('rfx').find(({ compressed }) => compressed === name);
      if (vector === undefined) throw new Error('fixture is missing');
      const whole = bitmapOf(vector);
      const ends = blockEnds(whole.data);
      const { width, height } = whole;
      const words = new Uint32Array(width * height);
      const scratch = new DecodeScratch();
      for (let length = 1; length < whole.data.length; length += 1) {
        if (ends.has(length)) continue;
        const cut = { ...whole, data: whole.data.subarray(0, length) };
        expect(() => decodeRemoteFx(cut, { words, width, height }, { x: 0, y: 0, width, height }, scratch)).toThrow(
          DecodeError,
        );
      }
      expect(words.every((word) => word === 0)).toBe(true);
    }
  });

  const begin = message.frameBegin();
  const someRegion = message.region(rects);
  it.each([
    ['another magic', [message.sync(1)]],
    ['another version', [message.sync(undefined, 0x200)]],
    ['two codecs', [message.codecVersions(2)]],
    ['no channel', [message.channels(64, 64, 0)]],
    ['a channel without pixels', [message.channels(0, 64)]],
    ['tiles of another size', [message.context(32)]],
    ['an unknown block', [headers, message.block(0xcccc, new Uint8Array(4))]],
    ['a block shorter than its header', [message.block(0xccc0, new Uint8Array(6), 5)]],
    ['a block of 4 GB', [message.block(0xccc0, new Uint8Array(6), 0xffff_ffff)]],
    ['a tile set without a region', [headers, begin, message.tileSet([tile], RLGR1)]],
    ['a region of another type', [headers, begin, message.region(rects, 0xcac2)]],
    ['a region of too many rectangles', [headers, begin, message.region(rects, 0xcac1, MAX_REMOTEFX_RECTANGLES + 1)]],
    ['a region that promises rectangles', [headers, begin, message.region(rects, 0xcac1, 2)]],
    ['another kind of tile set', [headers, begin, someRegion, message.tileSet([tile], { subtype: 0xcac1 })]],
    ['an unknown entropy coder', [headers, begin, someRegion, message.tileSet([tile], { entropy: 2 })]],
    ['tables that are not there', [headers, begin, someRegion, message.tileSet([tile], { ...RLGR1, numQuant: 255 })]],
    ['an index beyond the tables', [headers, frame(rects, [grey(0, 0, 1, [0, 1, 0])])]],
    ['65,535 tiles in a few bytes', [headers, frame(rects, [tile], { numTiles: 65_535 })]],
    ['tiles of 4 GB', [headers, frame(rects, [tile], { tilesDataSize: 0xffff_ffff })]],
    ['a block that is no tile', [headers, frame(rects, [message.block(0xcac0, new Uint8Array(40))])]],
    ['a tile shorter than its parts', [headers, frame(rects, [message.block(0xcac3, tile.subarray(6), 12)])]],
  ])('refuses %s', (_, blocks) => {
    expect(() => decodeWhole(decodeRemoteFx, bitmap(64, 64, ...blocks))).toThrow(DecodeError);
  });

  it('refuses more pixels than a few desktops, be it by tiles or by rectangles', () => {
    const tiles = Array.from({ length: 400 }, () => tile);
    const many = Array.from({ length: 400 }, (_, index) => [0, 0, 63, 63 - (index % 2)] as const);
    for (const blocks of [frame(rects, tiles), frame(many, [tile])]) {
      const words = new Uint32Array(64 * 64);
      const whole = bitmap(64, 64, headers, blocks);
      const place = { x: 0, y: 0, width: 64, height: 64 };
      expect(() => decodeRemoteFx(whole, { words, width: 64, height: 64 }, place, new DecodeScratch())).toThrow(
        /limit/,
      );
      expect(words.every((word) => word === 0)).toBe(true);
    }
  });

  it('does not decode what lies outside', () => {
    const outside = Array.from({ length: 5000 }, (_, index) => grey(1 + index, index, 1));
    expect(greys(decodeWhole(decodeRemoteFx, bitmap(64, 64, headers, frame(rects, outside))))).not.toContain(129);
  });

  it('meets damaged streams with pixels or a DecodeError, and decodes the next one', () => {
    const streams = surfaceVectors('rfx').map(bitmapOf);
    const pixels = streams.map((stream) => decodeWhole(decodeRemoteFx, stream));
    const scratch = new DecodeScratch();
    fc.assert(
      fc.property(
        fc.nat(streams.length - 1),
        fc.array(fc.tuple(fc.oneof(fc.nat(150), fc.nat(20_000)), fc.nat(255)), { maxLength: 8 }),
        fc.oneof(fc.constant(20_000), fc.nat(20_000)),
        (index, edits, length) => {
          const whole = streams[index];
          if (whole === undefined) throw new Error('index');
          try {
            decodeWhole(decodeRemoteFx, { ...whole, data: mutated(whole.data, edits, length) }, scratch);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
          const next = decodeWhole(decodeRemoteFx, whole, scratch);
          expect(firstDifference(next, pixels[index] ?? new Uint8Array(0))).toBe('equal');
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Where a message may end: between blocks. */
function blockEnds(data: Uint8Array): Set<number> {
  const ends = new Set<number>();
  for (let at = 0; at < data.length;) {
    at += Buffer.from(data).readUInt32LE(at + 2);
    ends.add(at);
  }
  return ends;
}
