import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadH264, type H264Engine } from '../../../../recorder/decoders/avc/h264-decoder.js';
import { DecodeError } from '../../../../src/rdp/wire/errors.js';
import { pngPixels } from '../../pointer/support.js';
import { mutated } from '../support.js';
import {
  avc420,
  avc444,
  avcFixture,
  avcIndex,
  bitstream,
  engine,
  psnr,
  Screen,
  splitPayloads,
  testPicture,
} from './support.js';

interface Case {
  readonly case: string;
  readonly width: number;
  readonly height: number;
  readonly frames: readonly { payload: string; codecId: 11 | 14; baseImage: string; psnrDb: number }[];
}

const CODECS = { 11: 'avc420', 14: 'avc444' } as const;
const [WIDTH, HEIGHT] = [150, 100];

let h264: H264Engine;
beforeAll(async () => {
  h264 = await engine();
});

function payloads(codec: string): Uint8Array[] {
  return splitPayloads(avcFixture(`libfreerdp/${codec}.bin`));
}

function windowsCases(): Case[] {
  return avcIndex('microsoft/index.json') as Case[];
}

function libfreerdpHashes(): string[] {
  return (avcIndex('libfreerdp/index.json') as { avc420Sha256: string[] }).avc420Sha256;
}

const basePictures = new Map<string, Uint32Array>();
function basePicture(name: string): Uint32Array {
  const known = basePictures.get(name) ?? pngPixels(Buffer.from(avcFixture(`microsoft/${name}`)));
  basePictures.set(name, known);
  return known;
}

describe('H.264 of the graphics pipeline', () => {
  it.each(windowsCases())('decodes $case of Windows', ({ width, height, frames }) => {
    const screen = new Screen(h264, width, height);
    for (const { payload, codecId, baseImage, psnrDb } of frames) {
      const areas = screen.decode(CODECS[codecId], avcFixture(`microsoft/${payload}`));
      expect(areas).toEqual([{ x: 0, y: 0, width, height }]);
      expect(psnr(screen.words, basePicture(baseImage)), payload).toBeGreaterThan(psnrDb - 0.5);
    }
    screen.avc.close();
  });

  it('brings the chroma of every pixel with the second view: closer to the picture than the first alone', () => {
    const cases = windowsCases();
    const { width, height, frames } = cases.find((entry) => entry.case.includes('Separated')) ?? cases[0]!; // four cases
    const screen = new Screen(h264, width, height);
    const decibels = frames.slice(0, 4).map(({ payload, baseImage }) => {
      screen.decode('avc444', avcFixture(`microsoft/${payload}`));
      return psnr(screen.words, basePicture(baseImage));
    });
    expect(decibels.map((db) => Math.round(db * 10) / 10)).toEqual([38.4, 40.4, 38.4, 40.4]);
  });

  it('decodes AVC420 to the pixels of libfreerdp, bit for bit', () => {
    const screen = new Screen(h264, WIDTH, HEIGHT);
    const hashes = payloads('avc420').map((payload) => {
      screen.decode('avc420', payload);
      return screen.sha256;
    });
    expect(hashes).toEqual(libfreerdpHashes());
  });

  it.each(['avc444', 'avc444v2'] as const)('combines the views of %s where the width is no multiple of 16', (codec) => {
    const screen = new Screen(h264, WIDTH, HEIGHT);
    const subsampled = new Screen(h264, WIDTH, HEIGHT);
    for (const [frame, payload] of payloads(codec).entries()) {
      screen.decode(codec, payload);
      subsampled.decode('avc420', payloads('avc420')[frame] ?? new Uint8Array(0));
      const picture = testPicture(WIDTH, HEIGHT, frame);
      const gain = psnr(screen.words, picture) - psnr(subsampled.words, picture);
      expect(gain, `frame ${frame}`).toBeGreaterThan(1);
      expect(psnr(screen.words, picture), `frame ${frame}`).toBeGreaterThan(27);
    }
  });

  it('draws the rectangles alone, cut to the surface, whatever their edges', () => {
    const [first = new Uint8Array(0)] = payloads('avc420');
    const whole = new Screen(h264, WIDTH, HEIGHT);
    whole.decode('avc420', first);
    const part = new Screen(h264, WIDTH, HEIGHT);
    const areas = part.decode(
      'avc420',
      avc420(
        [
          [7, 3, 20, 9],
          [101, 51, 102, 52],
          [9, 9, 9, 80],
        ],
        bitstream(first),
      ),
    );
    expect(areas).toEqual([
      { x: 7, y: 3, width: 13, height: 6 },
      { x: 101, y: 51, width: 1, height: 1 },
    ]);
    const inside = (x: number, y: number): boolean => (x >= 7 && x < 20 && y >= 3 && y < 9) || (x === 101 && y === 51);
    expect(part.words).toEqual(whole.words.map((word, i) => (inside(i % WIDTH, Math.floor(i / WIDTH)) ? word : 0)));
  });

  it.each([1, 2] as const)(
    'draws any rectangle of a combined picture as it draws the whole (version %i)',
    (version) => {
      const codec = version === 1 ? 'avc444' : 'avc444v2';
      const [payload = new Uint8Array(0)] = payloads(codec);
      const size = Buffer.from(payload).readUInt32LE(0) & 0x3fff_ffff;
      const views = [payload.slice(4 + 14, 4 + size), payload.slice(4 + size + 14)] as const;
      const whole = new Screen(h264, WIDTH, HEIGHT);
      whole.decode(codec, payload);
      const edges = fc.tuple(fc.nat(WIDTH - 1), fc.nat(HEIGHT - 1), fc.nat(WIDTH), fc.nat(HEIGHT));
      fc.assert(
        fc.property(edges, ([left, top, width, height]) => {
          const rect = [left, top, Math.min(left + width, WIDTH), Math.min(top + height, HEIGHT)] as const;
          const part = new Screen(h264, WIDTH, HEIGHT);
          part.decode(codec, avc444(0, avc420([rect], views[0]), avc420([rect], views[1])));
          part.avc.close();
          const inside = (x: number, y: number): boolean => x >= left && x < rect[2] && y >= top && y < rect[3];
          const expected = whole.words.map((word, i) => (inside(i % WIDTH, Math.floor(i / WIDTH)) ? word : 0));
          expect(part.words).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe('an H.264 stream with a loss', () => {
  it('decodes nothing before an IDR picture: not at first, not after a failure, not after a message was lost', () => {
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = payloads('avc420');
    const screen = new Screen(h264, WIDTH, HEIGHT);
    expect(() => screen.decode('avc420', second)).toThrow(DecodeError);
    screen.decode('avc420', first);
    const decoded = screen.words.slice();
    const broken = avc420([[0, 0, WIDTH, HEIGHT]], bitstream(second).slice(0, 40));
    expect(() => screen.decode('avc420', broken)).toThrow(DecodeError);
    expect(() => screen.decode('avc420', second)).toThrow(/no IDR picture/);
    expect(screen.words).toEqual(decoded);
    screen.decode('avc420', first);
    screen.decode('avc420', second);
    expect(screen.sha256).toBe(libfreerdpHashes()[1]);
    screen.avc.poison();
    expect(() => screen.decode('avc420', second)).toThrow(/no IDR picture/);
  });

  it('combines no auxiliary view with a main view of before', () => {
    const [payload = new Uint8Array(0)] = payloads('avc444');
    const size = Buffer.from(payload).readUInt32LE(0) & 0x3fff_ffff;
    const main = payload.slice(4, 4 + size);
    const screen = new Screen(h264, WIDTH, HEIGHT);
    // A picture that is an IDR picture, but of the auxiliary view: there is no main view.
    expect(() => screen.decode('avc444', avc444(2, main))).toThrow(/auxiliary view/);
    expect(screen.words.every((word) => word === 0)).toBe(true);
  });

  it('refuses pictures that are larger than the surface calls for, and those that do not fill their rectangles', () => {
    const [first = new Uint8Array(0)] = payloads('avc420');
    const small = new Screen(h264, 16, 16);
    expect(() => small.decode('avc420', first)).toThrow(DecodeError);
    const large = new Screen(h264, 400, 400);
    const wide = avc420([[0, 0, WIDTH + 1, HEIGHT]], bitstream(first));
    expect(() => large.decode('avc420', wide)).toThrow(/regionRects/);
  });

  it('goes wrong where an access unit has two pictures: every later one would be late', () => {
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = payloads('avc420');
    const screen = new Screen(h264, WIDTH, HEIGHT);
    const both = Buffer.concat([bitstream(first), bitstream(second)]);
    expect(() => screen.decode('avc420', avc420([[0, 0, WIDTH, HEIGHT]], both))).toThrow(DecodeError);
    screen.decode('avc420', first);
    expect(screen.sha256).toBe(libfreerdpHashes()[0]);
  });

  it('is said not to be decodable where node-av is missing', async () => {
    vi.doMock('node-av/lib', () => {
      throw new Error('Cannot find module');
    });
    try {
      expect(await loadH264()).toBeNull();
    } finally {
      vi.doUnmock('node-av/lib');
    }
  });
});

describe('hostile H.264 messages', () => {
  it.each(['avc420', 'avc444', 'avc444v2'] as const)(
    'are refused at every truncation of their headers: %s',
    (codec) => {
      const [payload = new Uint8Array(0)] = payloads(codec);
      for (let length = 0; length < 40; length += 1) {
        const screen = new Screen(h264, WIDTH, HEIGHT);
        expect(() => screen.decode(codec, payload.subarray(0, length)), `${length} bytes`).toThrow(DecodeError);
        screen.avc.close();
      }
    },
  );

  it.each<[string, 'avc420' | 'avc444', Uint8Array]>([
    ['more rectangles than bytes', 'avc420', avc420([], new Uint8Array(9), 0xffff_ffff)],
    ['a rectangle inside out', 'avc420', avc420([[9, 0, 8, 4]], new Uint8Array(9))],
    [
      'more pixels than servers draw',
      'avc420',
      avc420(
        Array.from({ length: 5 }, () => [0, 0, 150, 100]),
        new Uint8Array(9),
      ),
    ],
    ['no picture at all', 'avc420', avc420([[0, 0, 150, 100]], new Uint8Array(0))],
    ['an LC of 3', 'avc444', avc444(3, avc420([], new Uint8Array(9)))],
    [
      'a first view beyond the message',
      'avc444',
      avc444(0, avc420([], new Uint8Array(9)), new Uint8Array(9), 0x3fff_ffff),
    ],
  ])('are refused: %s', (_, codec, data) => {
    expect(() => new Screen(h264, WIDTH, HEIGHT).decode(codec, data)).toThrow(DecodeError);
  });

  it('throw nothing but DecodeError when mutated', () => {
    const streams = ['avc420', 'avc444', 'avc444v2'] as const;
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    let decoded = 0;
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.nat(2), edits, fc.nat(400), (codec, which, edits, cut) => {
        const screen = new Screen(h264, WIDTH, HEIGHT);
        for (const [i, payload] of payloads(codec).entries()) {
          try {
            screen.decode(
              codec,
              i === which ? mutated(payload, edits, payload.length - (cut > 300 ? cut : 0)) : payload,
            );
            decoded += 1;
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
          }
        }
        screen.avc.close();
      }),
      { numRuns: 100 },
    );
    expect(decoded).toBeGreaterThan(50);
  });
});
