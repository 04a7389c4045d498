import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../../src/rdp/wire/errors.js';
import { MAX_REMOTEFX_RECTANGLES } from '../../../../src/rdp/wire/limits.js';
import { flat } from '../remotefx-messages.js';
import { mutated } from '../support.js';
import { largestDifference } from '../surface-codecs.js';
import { TileBudget } from '../../../../recorder/decoders/progressive/tile-budget.js';
import * as messages from './messages.js';
import { SurfaceEncoder, testPicture } from './pictures.js';
import { index, opaque, progressiveFixture, Screen, splitMessages, type Passes, type SinglePass } from './support.js';

const QUANT = [8, 8, 9, 7, 7, 8, 6, 6, 7, 6];
const CHUNKS = [
  [5, 5, 6, 4, 4, 5, 3, 3, 4, 2],
  [2, 2, 3, 1, 1, 2, 1, 1, 1, 0],
];
const WHOLE: messages.TestRect = [0, 0, 64, 64];

/** A tile of one grey, `value` away from the middle, for a region with the Original transform. */
function grey(x: number, y: number, value: number, fields: Partial<messages.TileFields> = {}): Uint8Array {
  return messages.tile({ x, y, ...fields }, [flat(value), flat(0), flat(0)]);
}

const ORIGINAL = { flags: 0 };

function greyMessage(rects: readonly messages.TestRect[], ...tiles: Uint8Array[]): Uint8Array {
  return messages.message(messages.region(rects, tiles, ORIGINAL));
}

function wordOf(value: number): number {
  return ((128 + value) * 0x01_0101 + 0xff00_0000) >>> 0;
}

describe('progressive RemoteFX', () => {
  it.each(index<SinglePass>('libfreerdp/index.json'))('decodes $compressed as libfreerdp does', (vector) => {
    const screen = new Screen(vector.width, vector.height);
    const { lost } = screen.decode(progressiveFixture(`libfreerdp/${vector.compressed}`));
    expect(lost).toEqual([]);
    expect(
      largestDifference(screen.pixels, opaque(progressiveFixture(`libfreerdp/${vector.expected}`))),
    ).toBeLessThanOrEqual(1);
  });

  it.each(index<Passes>('passes/index.json'))('decodes every pass of $name as libfreerdp does', (passes) => {
    const screen = new Screen(passes.width, passes.height);
    const expected = progressiveFixture(`passes/${passes.name}.bgrx.gz`);
    const size = 4 * passes.width * passes.height;
    const stream = splitMessages(progressiveFixture(`passes/${passes.name}.bin.gz`));
    expect(expected).toHaveLength(size * stream.length);
    for (const [frame, message] of stream.entries()) {
      expect(screen.decode(message, frame).lost).toEqual([]);
      const picture = opaque(expected.subarray(frame * size, (frame + 1) * size));
      expect(largestDifference(screen.pixels, picture), `after message ${frame}`).toBeLessThanOrEqual(1);
    }
  });

  it.each([true, false])('comes closer to the picture with each pass (Reduce-Extrapolate: %s)', (reduced) => {
    const encoder = new SurfaceEncoder(70, 66, QUANT, CHUNKS, reduced);
    const screen = new Screen(70, 66);
    const errors = [encoder.first(testPicture(0), 0), encoder.upgrade(1), encoder.upgrade(255)].map((message) => {
      expect(screen.decode(message).lost).toEqual([]);
      return meanError(screen, 0);
    });
    expect(errors[1]).toBeLessThan((errors[0] ?? 0) / 2);
    expect(errors[2]).toBeLessThan((errors[1] ?? 0) / 2);
    screen.decode(encoder.first(testPicture(7), 0, true));
    screen.decode(encoder.upgrade(255));
    expect(meanError(screen, 7)).toBeLessThan(4);
  });

  it('loses nothing in a difference: a picture that comes again in passes is the one of before', () => {
    const screens = [new Screen(70, 66), new Screen(70, 66)] as const;
    const direct = new SurfaceEncoder(70, 66, QUANT, CHUNKS);
    screens[0].decode(direct.simple(testPicture(3)));
    const roundabout = new SurfaceEncoder(70, 66, QUANT, CHUNKS);
    screens[1].decode(roundabout.first(testPicture(8), 0));
    screens[1].decode(roundabout.upgrade(1));
    screens[1].decode(roundabout.first(testPicture(3), 1, true));
    screens[1].decode(roundabout.upgrade(255));
    expect(screens[1].pixels).toEqual(screens[0].pixels);
  });

  it('keeps surfaces apart that one decoder serves', () => {
    const first = new Screen(64, 64);
    first.decode(greyMessage([WHOLE], grey(0, 0, 10)));
    const second = new Screen(64, 64);
    const { lost } = second.decode(greyMessage([WHOLE], grey(0, 0, 10, { difference: true })));
    expect(lost.map(({ error }) => error.code)).toEqual(['invalid']);
    expect(first.at(5, 5)).toBe(wordOf(10));
    expect(second.at(5, 5)).toBe(0);
  });

  it('draws the rectangles of a region alone, cut to the surface', () => {
    const screen = new Screen(100, 70);
    const rects: messages.TestRect[] = [
      [10, 20, 5, 6],
      [90, 60, 50, 50],
    ];
    const { areas } = screen.decode(greyMessage(rects, grey(0, 0, 10), grey(1, 0, 20)));
    expect(areas).toEqual([
      { x: 10, y: 20, width: 5, height: 6 },
      { x: 90, y: 60, width: 10, height: 10 },
    ]);
    expect(screen.words.filter((word) => word === wordOf(10))).toHaveLength(30);
    expect(screen.words.filter((word) => word === wordOf(20))).toHaveLength(40);
    expect(screen.words.filter((word) => word !== 0)).toHaveLength(70);
  });

  it('shares the tiles of a frame among its regions, and not those of another frame', () => {
    const screen = new Screen(64, 64);
    screen.decode(greyMessage([[0, 0, 10, 10]], grey(0, 0, 10)), 1);
    screen.decode(greyMessage([[20, 20, 10, 10]]), 1);
    expect(screen.at(25, 25)).toBe(wordOf(10));
    screen.decode(greyMessage([[40, 40, 10, 10]]), 2);
    expect(screen.at(45, 45)).toBe(0);
  });

  it('ignores a region outside of a frame, and synchronisation wherever it stands', () => {
    const screen = new Screen(64, 64);
    const region = messages.region([WHOLE], [grey(0, 0, 10)], ORIGINAL);
    const { areas } = screen.decode(Buffer.concat([region, messages.frameBegin(), messages.frameEnd(), region]));
    expect(areas).toEqual([]);
    expect(screen.at(5, 5)).toBe(0);
    screen.decode(Buffer.concat([messages.frameBegin(), messages.sync(0, 7), region, messages.context()]));
    expect(screen.at(5, 5)).toBe(wordOf(10));
  });

  it('ignores the tail that servers of RDP 8.0 append to a tile', () => {
    const screen = new Screen(64, 64);
    const tail = Uint8Array.of(0x4c, 0x41, 0x01, 0x00, 0xff, 0xff, 0x00, 0x10);
    screen.decode(greyMessage([WHOLE], messages.tile({ x: 0, y: 0 }, [flat(10), flat(0), flat(0)], tail)));
    expect(screen.at(5, 5)).toBe(wordOf(10));
  });

  it('loses one tile alone when its bits end early, and draws it again with an original tile', () => {
    const encoder = new SurfaceEncoder(128, 64, QUANT, CHUNKS);
    const screen = new Screen(128, 64);
    screen.decode(encoder.first(testPicture(0), 0));
    const before = screen.pixels;
    const none = new Uint8Array(0);
    const cut = messages.upgrade({ x: 1, y: 0, quality: 0 }, [none, none, none, none, none, none]);
    const fields = {
      quants: [messages.componentQuant(QUANT)],
      progressiveQuants: [messages.progressiveQuant(CHUNKS[1] ?? [])],
    };
    const { lost } = screen.decode(messages.message(messages.region([[0, 0, 128, 64]], [cut], fields)), 5);
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ area: { x: 64, y: 0, width: 64, height: 64 }, error: { code: 'truncated' } });
    expect(screen.pixels).toEqual(before);
    // Its neighbour goes on; the tile itself does not until it comes whole.
    const next = screen.decode(encoder.upgrade(1), 6);
    expect(next.lost.map(({ area }) => area.x)).toEqual([64]);
    expect(screen.decode(encoder.simple(testPicture(2)), 7).lost).toEqual([]);
    expect(meanError(screen, 2)).toBeLessThan(4);
  });

  it('does not go on from tiles after messages were lost', () => {
    const screen = new Screen(64, 64);
    screen.decode(greyMessage([WHOLE], grey(0, 0, 10)));
    screen.surface.poison();
    expect(screen.decode(greyMessage([WHOLE], grey(0, 0, 10, { difference: true }))).lost).toHaveLength(1);
    expect(screen.at(5, 5)).toBe(wordOf(10));
  });
});

function meanError(screen: Screen, shift: number): number {
  const { width, height } = screen.surface;
  const picture = testPicture(shift);
  let sum = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const word = screen.at(x, y);
      const [red, green, blue] = picture(x, y);
      sum +=
        Math.abs(((word >> 16) & 0xff) - red) + Math.abs(((word >> 8) & 0xff) - green) + Math.abs((word & 0xff) - blue);
    }
  }
  return sum / (3 * width * height);
}

describe('hostile progressive RemoteFX', () => {
  const firstPass = new SurfaceEncoder(70, 66, QUANT, CHUNKS).first(testPicture(0), 0);

  it('is refused at every truncation that is not the end of a block, and draws nothing', () => {
    const blockEnds = new Set<number>();
    for (let at = 0; at < firstPass.length; at += Buffer.from(firstPass).readUInt32LE(at + 2)) blockEnds.add(at);
    let refused = 0;
    for (let length = 1; length < firstPass.length; length += 1) {
      if (blockEnds.has(length)) continue;
      const screen = new Screen(70, 66);
      expect(() => screen.decode(firstPass.subarray(0, length))).toThrow(DecodeError);
      expect(screen.words.every((word) => word === 0)).toBe(true);
      refused += 1;
    }
    expect(refused).toBe(firstPass.length - blockEnds.size);
  });

  it('forgets all tiles of the surface at a malformed message: any of them may have been in it', () => {
    const screen = new Screen(64, 64);
    screen.decode(greyMessage([WHOLE], grey(0, 0, 10)));
    expect(() => screen.decode(greyMessage([WHOLE], grey(0, 0, 1, { quant: [1, 0, 0] })))).toThrow(DecodeError);
    expect(screen.decode(greyMessage([WHOLE], grey(0, 0, 1, { difference: true }))).lost).toHaveLength(1);
  });

  const tile = grey(0, 0, 10);
  it.each<[string, Uint8Array]>([
    ['another tile size in the context', Buffer.concat([messages.context(32), messages.frameBegin()])],
    ['another tile size in the region', messages.message(messages.region([WHOLE], [tile], { tileSize: 32 }))],
    ['no rectangles', messages.message(messages.region([], [tile]))],
    ['too many tables', messages.message(messages.region([WHOLE], [tile], { numQuant: 8 }))],
    ['more tiles than there are', messages.message(messages.region([WHOLE], [tile], { numTiles: 2 }))],
    ['fewer tiles than there are', messages.message(messages.region([WHOLE], [tile], { numTiles: 0 }))],
    ['tile data beyond the region', messages.message(messages.region([WHOLE], [tile], { tileDataSize: 0xffff_ffff }))],
    ['rectangles beyond the region', messages.message(messages.region([WHOLE], [tile], { numRects: 0xffff }))],
    ['a tile outside of the surface', greyMessage([WHOLE], grey(1, 0, 10))],
    ['a tile far below the surface', greyMessage([WHOLE], grey(0, 0xffff, 10))],
    ['a table that is not there', greyMessage([WHOLE], grey(0, 0, 10, { quant: [0, 0, 1] }))],
    ['a quality that is not there', greyMessage([WHOLE], grey(0, 0, 10, { quality: 0 }))],
    ['a block of another kind', messages.message(messages.block(0xccc8, new Uint8Array(4)))],
    ['a tile of another kind', greyMessage([WHOLE], messages.block(0xccc2, new Uint8Array(40)))],
    ['a block shorter than its header', messages.block(0xccc2, new Uint8Array(0), 5)],
  ])('is refused: %s', (_, data) => {
    const screen = new Screen(64, 64);
    expect(() => screen.decode(data)).toThrow(DecodeError);
    expect(screen.words.every((word) => word === 0)).toBe(true);
  });

  it('is refused when it asks for more pixels than servers draw', () => {
    const limit = expect.objectContaining({ code: 'limit' }) as Error;
    const many = Array.from({ length: 5 }, () => WHOLE);
    expect(() => new Screen(64, 64).decode(greyMessage(many, tile))).toThrow(limit);
    expect(() => new Screen(64, 64).decode(greyMessage([WHOLE], tile, tile, tile, tile, tile))).toThrow(limit);
    const specks = Array.from({ length: MAX_REMOTEFX_RECTANGLES + 1 }, (): messages.TestRect => [0, 0, 0, 0]);
    expect(() => new Screen(64, 64).decode(greyMessage(specks, tile))).toThrow(limit);
  });

  it('loses a tile whose upgrade was not announced, goes up again, or has factors above the limit', () => {
    const none = new Uint8Array(0);
    const parts = [none, none, none, none, none, none];
    const progressiveQuants = [messages.progressiveQuant(CHUNKS[0] ?? []), messages.progressiveQuant(CHUNKS[1] ?? [])];
    const send = (screen: Screen, part: Uint8Array, quants = progressiveQuants): number =>
      screen.decode(messages.message(messages.region([WHOLE], [part], { progressiveQuants: quants }))).lost.length;
    expect(send(new Screen(64, 64), messages.upgrade({ x: 0, y: 0 }, parts))).toBe(1);
    const screen = new Screen(64, 64);
    expect(send(screen, messages.tile({ x: 0, y: 0, quality: 1 }, [none, none, none]))).toBe(0);
    expect(send(screen, messages.upgrade({ x: 0, y: 0, quality: 0 }, parts))).toBe(1);
    const high = [messages.progressiveQuant(Array.from({ length: 10 }, () => 9))];
    expect(send(screen, messages.tile({ x: 0, y: 0, quality: 0 }, [none, none, none]), high)).toBe(1);
    // A tile that has all of its bits takes an upgrade that brings none.
    expect(send(screen, messages.tile({ x: 0, y: 0 }, [none, none, none]))).toBe(0);
    expect(send(screen, messages.upgrade({ x: 0, y: 0, quality: 255 }, parts))).toBe(0);
  });

  it('throws nothing but DecodeError for mutated passes', () => {
    const encoder = new SurfaceEncoder(70, 66, QUANT, CHUNKS);
    const passes = [encoder.first(testPicture(0), 0), encoder.upgrade(1), encoder.first(testPicture(4), 1, true)];
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    let decoded = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), edits, (which, edits) => {
        const screen = new Screen(70, 66);
        for (const [pass, message] of passes.entries()) {
          const bytes = pass === which ? mutated(message, edits, message.length) : message;
          try {
            const { areas, lost } = screen.decode(bytes, pass);
            for (const { error } of lost) expect(error).toBeInstanceOf(DecodeError);
            for (const { x, y, width, height } of areas) {
              expect(Math.max(x + width - 70, y + height - 66)).toBeLessThanOrEqual(0);
            }
            decoded += 1;
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(decoded).toBeGreaterThan(150);
  });

  it('keeps so many tiles of all surfaces and no more; those of a surface that is over make room', () => {
    const budget = new TileBudget(3);
    const open = () => new Screen(128, 64, undefined, budget);
    const both = greyMessage([[0, 0, 128, 64]], grey(0, 0, 10), grey(1, 0, 20));
    const [one, other] = [open(), open()];
    expect(one.decode(both).lost).toEqual([]);
    const { lost } = other.decode(both);
    expect(lost).toMatchObject([{ area: { x: 64, y: 0, width: 64, height: 64 }, error: { code: 'limit' } }]);
    expect([other.at(0, 0), other.at(64, 0)]).toEqual([wordOf(10), 0]);
    // What is kept already is drawn again without another one's room.
    expect(one.decode(both, 1).lost).toEqual([]);
    one.surface.poison();
    expect(other.decode(both, 1).lost).toEqual([]);
    expect(other.at(64, 0)).toBe(wordOf(20));
  });
});
