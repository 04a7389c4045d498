import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Picture } from '../../../recorder/picture/picture.js';
import type { PixelTarget } from '../../../recorder/decoders/encoded-bitmap.js';
import type { GfxBitmap, GfxDecoder, GfxDrawn } from '../../../recorder/gfx/gfx-decoder.js';
import { encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { GfxCodecId } from '../../../src/rdp/gfx/gfx-types.js';
import { createProgressiveDecoder } from '../../../recorder/gfx/progressive-codec.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { largestDifference, surfaceFixture, surfaceVectors } from '../decoders/surface-codecs.js';
import {
  apply,
  bitmap,
  BLACK,
  BLUE,
  CHANNEL,
  channelRecord,
  CREATE,
  END,
  fill,
  GREEN,
  map,
  message,
  pixel,
  pixelsOf,
  rect,
  RED,
  row,
  say,
  START,
  started,
  surface,
} from './support.js';

/** Pixels whose fourth byte is the same. */
function opaque(bgrx: Uint8Array): Uint8Array {
  return bgrx.map((byte, at) => (at % 4 === 3 ? 0xff : byte));
}

function progressiveFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/progressive/${name}`, import.meta.url)));
}

describe('bitmaps', () => {
  it('of pixels as they are land in their rectangle, top-down', () => {
    const picture = started();
    const words = Uint32Array.of(RED, GREEN, BLUE, 0x0001_0203);
    say(picture, bitmap(1, rect(10, 10, 12, 12), new Uint8Array(words.buffer)));
    expect(row(picture, 10, 9, 13)).toEqual([BLACK, RED, GREEN, BLACK]);
    expect(row(picture, 11, 9, 13)).toEqual([BLACK, BLUE, 0xff01_0203, BLACK]);
  });

  it('of the planar codec are top-down', () => {
    const picture = started();
    // Raw planes of red, green and blue without alpha, 1 x 2 pixels.
    const planar = Uint8Array.of(0x20, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff);
    expect(say(picture, bitmap(1, rect(4, 4, 5, 6), planar, GfxCodecId.planar)).drops).toEqual([]);
    expect(pixel(picture, 4, 4)).toBe(RED);
    expect(pixel(picture, 4, 5)).toBe(BLUE);
  });

  it('of RemoteFX are those that another library decodes, at their place', () => {
    const vector = surfaceVectors('rfx').find(({ width, height }) => width === 100 && height === 70);
    if (vector?.expected === undefined) throw new Error('no vector of 100 x 70');
    const expected = surfaceFixture(`libfreerdp/${vector.expected}`);
    const picture = started();
    const encoded = surfaceFixture(`libfreerdp/${vector.compressed}`);
    expect(say(picture, bitmap(1, rect(0, 8, 100, 78), encoded, GfxCodecId.cavideo)).drops).toEqual([]);
    const pixels = new Uint8Array(pixelsOf(picture).buffer);
    const drawn = pixels.slice(8 * 100 * 4, 78 * 100 * 4);
    expect(largestDifference(opaque(drawn), opaque(expected))).toBeLessThanOrEqual(1);
    expect(row(picture, 7, 0, 1)).toEqual([BLACK]);
  });

  it('of opacity change no colour, and are read for their errors', () => {
    const picture = started();
    say(picture, fill(1, RED, rect(0, 0, 4, 4)));
    const alpha = (data: number[]) =>
      say(picture, bitmap(1, rect(0, 0, 2, 2), Uint8Array.from(data), GfxCodecId.alpha)).drops;
    expect(alpha([0x4c, 0x41, 0, 0, 1, 2, 3, 4])).toEqual([]);
    expect(alpha([0x4c, 0x41, 1, 0, 0x80, 3, 0x40, 1])).toEqual([]);
    expect(alpha([0x4c, 0x41, 1, 0, 0x80, 0xff, 4, 0])).toEqual([]);
    expect(alpha([0x4c, 0x41, 1, 0, 0x80, 0xff, 0xff, 0xff, 4, 0, 0, 0])).toEqual([]);
    expect(pixel(picture, 1, 1)).toBe(RED);
    expect(alpha([0x4c, 0x41, 1, 0, 0x80, 5])).toMatchObject([{ codec: 'alpha', reason: 'invalid: alphaCodec' }]);
    expect(alpha([0x4c, 0x41, 1, 0, 0x80, 0])).toMatchObject([{ reason: 'truncated: alphaCodec' }]);
    expect(alpha([0x4c, 0x41, 0, 0, 1, 2, 3])).toMatchObject([{ reason: 'truncated: alphaCodec' }]);
    expect(alpha([0x4d, 0x41, 0, 0, 1, 2, 3, 4])).toMatchObject([{ reason: 'invalid: alphaCodec' }]);
  });

  it('that cannot be decoded are hatched and told of with their place on the desktop', () => {
    const picture = started();
    say(picture, surface(2, 20, 20), map(2, 30, 40));
    const records = message(START, bitmap(2, rect(5, 5, 15, 15), new Uint8Array(9), 0x77), END);
    const applied = apply(picture, records);
    const bytes = 8 + 17 + 9;
    expect(applied.drops).toMatchObject([
      { codec: 'graphics codec 119', area: { x: 35, y: 45, width: 10, height: 10 }, pdus: 1, context: null },
    ]);
    expect(applied.drops[0]?.reason).toBe('unsupported: graphics codec 119');
    expect(applied.drops[0]?.bytes).toBeGreaterThanOrEqual(bytes);
    expect(applied.changed).toBe(true);
    expect(pixel(picture, 36, 46)).not.toBe(BLACK);
    expect(pixel(picture, 34, 46)).toBe(BLACK);
  });

  it('beyond their surface are refused', () => {
    const picture = started();
    for (const place of [rect(99, 0, 101, 1), rect(5, 5, 5, 9), rect(9, 9, 3, 3)]) {
      const { drops } = say(picture, bitmap(1, place, new Uint8Array(64)));
      expect(drops).toMatchObject([{ codec: 'uncompressed', reason: 'invalid: destRect', area: null }]);
    }
  });

  describe('of a codec with a state of its own', () => {
    /** Draws four pixels, loses a part when its data begin with 2, and all when they begin with 0. */
    class Codec implements GfxDecoder {
      readonly heard: string[] = [];
      poisoned = false;

      decode({ codec, surfaceId, codecContextId, frameId, data, area }: GfxBitmap, target: PixelTarget): GfxDrawn {
        this.poisoned = data[0] === 0;
        if (this.poisoned) throw new DecodeError('invalid', 'test', 0);
        this.heard.push(`${codec} ${surfaceId} ${codecContextId} ${frameId} ${area.width}x${area.height}`);
        target.words.fill(BLUE, 0, 4);
        const areas = [{ x: 0, y: 0, width: 4, height: 1 }];
        if (data[0] !== 2) return { areas };
        const error = new DecodeError('truncated', 'part', 0);
        return { areas, lost: [10, 20].map((x) => ({ area: { x, y: 20, width: 5, height: 5 }, error })) };
      }

      poison = () => this.heard.push('poison');
      close = () => this.heard.push('close');
      deleteContext = (surfaceId: number, context: number) => this.heard.push(`context ${surfaceId} ${context}`);
      deleteSurface = (surfaceId: number) => this.heard.push(`surface ${surfaceId}`);
    }

    const part = (byte: number): GfxPdu => ({
      kind: 'wireToSurface2',
      surfaceId: 1,
      codecId: GfxCodecId.caprogressive,
      codecContextId: 9,
      pixelFormat: 0x20,
      bitmapData: Uint8Array.of(byte),
    });
    const whole = { x: 0, y: 0, width: 100, height: 80 };

    function withCodec(): { picture: Picture; codec: Codec } {
      const codec = new Codec();
      const factory = () => codec;
      return { picture: started({ progressive: factory, avc420: factory }), codec };
    }

    it('are drawn, and lost for as long as the codec says', () => {
      const { picture } = withCodec();
      expect(say(picture, part(1)).drops).toEqual([]);
      expect(row(picture, 0, 2, 6)).toEqual([BLUE, BLUE, BLACK, BLACK]);
      expect(say(picture, part(0)).drops).toMatchObject([
        { codec: 'progressive', context: 'progressive', area: whole },
      ]);
    });

    it('are hatched where a part of them is lost, and counted once', () => {
      const { picture } = withCodec();
      const records = message(part(2));
      const { drops, pdus } = apply(picture, records);
      expect(drops).toEqual([
        {
          codec: 'progressive',
          area: { x: 10, y: 20, width: 15, height: 5 },
          reason: 'truncated: part',
          bytes: records[0]?.payload.length,
          pdus: 1,
          context: null,
        },
      ]);
      expect(pdus).toBe(1);
      expect(pixel(picture, 12, 22)).not.toBe(BLACK);
      expect(pixel(picture, 16, 22)).toBe(BLACK);
      expect(pixel(picture, 0, 0)).toBe(BLUE);
    });

    it('tell it of frames, contexts, surfaces, losses and the end; codecs of one factory are one', () => {
      const { picture, codec } = withCodec();
      say(picture, START, part(1), END, START, bitmap(1, rect(0, 0, 0, 0), Uint8Array.of(1), GfxCodecId.avc420), END);
      say(picture, { kind: 'deleteEncodingContext', surfaceId: 1, codecContextId: 9 });
      const closed = { kind: 'data', cbId: 0, sp: 0, compressed: false, channelId: CHANNEL } as const;
      picture.apply(channelRecord(encodeDvcPdu({ ...closed, data: Uint8Array.of(0xe5) })));
      say(picture, { kind: 'deleteSurface', surfaceId: 1 });
      picture.apply(CREATE);
      expect(codec.heard).toEqual([
        'progressive 1 9 1 100x80',
        'avc420 1 null 2 100x80',
        'context 1 9',
        'poison',
        'surface 1',
        'close',
      ]);
    });
  });

  describe('of progressive RemoteFX', () => {
    const stream = gunzipSync(progressiveFixture('passes/simple-tiles.bin.gz'));
    const first = new Uint8Array(stream.subarray(4, 4 + stream.readUInt32LE(0)));
    const part = (bitmapData: Uint8Array): GfxPdu => ({
      kind: 'wireToSurface2',
      surfaceId: 2,
      codecId: GfxCodecId.caprogressive,
      codecContextId: 1,
      pixelFormat: 0x20,
      bitmapData,
    });

    it('are drawn as another library draws them, and a damaged one says that more is lost', () => {
      const picture = started({ progressive: createProgressiveDecoder });
      expect(say(picture, surface(2, 70, 66), map(2), START, part(first), END).drops).toEqual([]);
      const expected = gunzipSync(progressiveFixture('passes/simple-tiles.bgrx.gz')).subarray(0, 4 * 70 * 66);
      const pixels = new Uint8Array(pixelsOf(picture).buffer);
      const rows = Array.from({ length: 66 }, (_, y) => pixels.slice(400 * y, 400 * y + 280));
      expect(largestDifference(opaque(new Uint8Array(Buffer.concat(rows))), opaque(expected))).toBeLessThanOrEqual(1);
      const damaged = say(picture, START, part(first.subarray(0, first.length - 9)), END);
      expect(damaged.drops).toMatchObject([{ codec: 'progressive', context: 'progressive' }]);
      expect(say(picture, START, part(first), END).drops).toEqual([]);
    });
  });
});
