import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Picture, type Rectangle } from '../../../recorder/picture/picture.js';
import type { PixelTarget } from '../../../recorder/decoders/encoded-bitmap.js';
import type { GfxBitmap, GfxDecoder, GfxDrawn } from '../../../recorder/gfx/gfx-decoder.js';
import { encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { GfxVersion } from '../../../src/rdp/gfx/gfx-capability-set.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { GfxCodecId } from '../../../src/rdp/gfx/gfx-types.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { TraceRecordKind } from '../../../src/contract/trace.js';
import { gfxPdu } from '../../rdp/gfx/arbitraries.js';
import { largestDifference, surfaceFixture, surfaceVectors } from '../decoders/surface-codecs.js';
import { activation, record } from '../picture/records.js';
import {
  apply,
  bitmap,
  BLACK,
  BLUE,
  channelRecord,
  CHANNEL,
  CONFIRM,
  CREATE,
  END,
  fill,
  GREEN,
  map,
  message,
  pixel,
  pixelsOf,
  rawMessage,
  rect,
  RED,
  say,
  solid,
  START,
  started,
  surface,
} from './support.js';

/** Colours of some pixels of a row. */
function row(picture: Picture, y: number, from: number, to: number): number[] {
  const pixels = pixelsOf(picture);
  return Array.from(pixels.subarray(y * picture.width + from, y * picture.width + to));
}

/** Pixels whose fourth byte is the same. */
function opaque(bgrx: Uint8Array): Uint8Array {
  return bgrx.map((byte, at) => (at % 4 === 3 ? 0xff : byte));
}

describe('frames', () => {
  it('are shown at their end and not before', () => {
    const picture = started();
    const drawing = say(picture, START, fill(1, RED, rect(0, 0, 10, 10)));
    expect(drawing).toMatchObject({ changed: false, drops: [] });
    expect(pixel(picture, 5, 5)).toBe(BLACK);
    expect(say(picture, END)).toMatchObject({ changed: true, drops: [] });
    expect(pixel(picture, 5, 5)).toBe(RED);
    expect(pixel(picture, 10, 5)).toBe(BLACK);
  });

  it('that change nothing that is mapped are no change', () => {
    const picture = started();
    expect(say(picture, START, surface(2, 8, 8), fill(2, RED, rect(0, 0, 8, 8)), END).changed).toBe(false);
    expect(say(picture, START, END).changed).toBe(false);
  });

  it('are not needed: commands outside of them are shown with their message', () => {
    const picture = started();
    expect(say(picture, fill(1, RED, rect(0, 0, 10, 10))).changed).toBe(true);
    expect(pixel(picture, 5, 5)).toBe(RED);
  });

  it('tell what they have changed, and no more than that', () => {
    const picture = started();
    say(picture, START, fill(1, RED, rect(20, 10, 30, 15)), END);
    let dirty: readonly Rectangle[] = [];
    picture.render((_, areas) => {
      dirty = areas;
    });
    expect(dirty).toEqual([{ x: 20, y: 10, width: 10, height: 5 }]);
  });
});

describe('surfaces', () => {
  it('are shown where they are mapped, as far as they are on the desktop', () => {
    const picture = started();
    say(picture, surface(2, 50, 50), fill(2, BLUE, rect(0, 0, 50, 50)), map(2, 90, 70));
    expect(row(picture, 75, 88, 92)).toEqual([BLACK, BLACK, BLUE, BLUE]);
    expect(say(picture, map(2, 0xffff_ffff, 0xffff_ffff)).drops).toEqual([]);
  });

  it('are filled where the rectangles are within them', () => {
    const picture = started();
    const wrong = rect(9, 9, 3, 3);
    expect(say(picture, fill(1, 0x0012_3456, rect(98, 78, 200, 200), wrong)).drops).toEqual([]);
    expect(pixel(picture, 99, 79)).toBe(0xff12_3456);
    expect(pixel(picture, 97, 79)).toBe(BLACK);
    expect(pixel(picture, 5, 5)).toBe(BLACK);
  });

  it('are copied from one to the other and onto themselves', () => {
    const picture = started();
    say(picture, surface(2, 4, 1), fill(2, RED, rect(0, 0, 2, 1)), fill(2, BLUE, rect(2, 0, 4, 1)));
    const copy = (surfaceIdSrc: number, rectSrc: ReturnType<typeof rect>, ...destPts: { x: number; y: number }[]) =>
      say(picture, { kind: 'surfaceToSurface', surfaceIdSrc, surfaceIdDest: 1, rectSrc, destPts });
    copy(2, rect(1, 0, 3, 1), { x: 0, y: 0 }, { x: 5, y: 0 });
    expect(row(picture, 0, 0, 7)).toEqual([RED, BLUE, BLACK, BLACK, BLACK, RED, BLUE]);
    // It overlaps itself by one pixel.
    copy(1, rect(0, 0, 2, 1), { x: 1, y: 0 });
    expect(row(picture, 0, 0, 4)).toEqual([RED, RED, BLUE, BLACK]);
    // All copies are of what was there before.
    copy(1, rect(0, 0, 3, 1), { x: 1, y: 0 }, { x: 10, y: 0 }, { x: -1, y: 1 });
    expect(row(picture, 0, 0, 4)).toEqual([RED, RED, RED, BLUE]);
    expect(row(picture, 0, 10, 13)).toEqual([RED, RED, BLUE]);
    expect(row(picture, 1, 0, 3)).toEqual([RED, BLUE, BLACK]);
  });

  it('are stretched over the area that they are mapped to', () => {
    const picture = started();
    const checks = Uint32Array.of(RED, BLUE, GREEN, RED);
    say(picture, surface(2, 2, 2), bitmap(2, rect(0, 0, 2, 2), new Uint8Array(checks.buffer)), {
      kind: 'mapSurfaceToScaledOutput',
      surfaceId: 2,
      outputOriginX: 10,
      outputOriginY: 20,
      targetWidth: 6,
      targetHeight: 4,
    });
    expect(row(picture, 20, 9, 17)).toEqual([BLACK, RED, RED, RED, BLUE, BLUE, BLUE, BLACK]);
    expect(row(picture, 23, 9, 17)).toEqual([BLACK, GREEN, GREEN, GREEN, RED, RED, RED, BLACK]);
    // A change of one pixel is a change of all that it is stretched over.
    say(picture, fill(2, GREEN, rect(1, 0, 2, 1)));
    expect(row(picture, 21, 9, 17)).toEqual([BLACK, RED, RED, RED, GREEN, GREEN, GREEN, BLACK]);
    expect(row(picture, 24, 9, 17)).toEqual(Array.from({ length: 8 }, () => BLACK));
  });

  it('are reported when they do not exist', () => {
    const picture = started();
    const missing = [
      fill(7, RED, rect(0, 0, 1, 1)),
      map(7),
      solid(7, rect(0, 0, 1, 1), RED),
      { kind: 'surfaceToCache', surfaceId: 7, cacheKey: 1n, cacheSlot: 1, rectSrc: rect(0, 0, 1, 1) },
    ] as const;
    for (const pdu of missing) {
      const { drops, pdus } = say(picture, pdu);
      expect(drops).toMatchObject([{ area: null, reason: 'invalid: surface', pdus: 1 }]);
      expect(pdus).toBe(1);
    }
    expect(say(picture, { kind: 'deleteSurface', surfaceId: 7 }).drops).toEqual([]);
  });

  it('stay on the desktop when they are deleted, and are gone for what follows', () => {
    const picture = started();
    say(picture, fill(1, RED, rect(0, 0, 10, 10)), { kind: 'deleteSurface', surfaceId: 1 });
    expect(pixel(picture, 0, 0)).toBe(BLACK);
    expect(say(picture, fill(1, RED, rect(0, 0, 1, 1))).drops).toHaveLength(1);
    const other = started();
    say(other, fill(1, RED, rect(0, 0, 10, 10)));
    say(other, { kind: 'deleteSurface', surfaceId: 1 });
    expect(pixel(other, 0, 0)).toBe(RED);
  });

  it('of windows are not shown, and reported', () => {
    const picture = started();
    const window = { kind: 'mapSurfaceToWindow', surfaceId: 1, windowId: 1n, mappedWidth: 9, mappedHeight: 9 } as const;
    expect(say(picture, window).drops).toMatchObject([{ reason: 'unsupported: mapSurfaceToWindow' }]);
    expect(say(picture, fill(1, RED, rect(0, 0, 1, 1))).changed).toBe(false);
  });
});

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
      { codec: 'graphics codec 119', area: { x: 35, y: 45, width: 10, height: 10 }, pdus: 1, untilReset: false },
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
      expect(say(picture, part(0)).drops).toMatchObject([{ codec: 'progressive', untilReset: true, area: whole }]);
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
          untilReset: false,
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
});

describe('the bitmap cache', () => {
  const put = (cacheSlot: number, rectSrc = rect(0, 0, 2, 2)): GfxPdu => ({
    kind: 'surfaceToCache',
    surfaceId: 1,
    cacheKey: 1n,
    cacheSlot,
    rectSrc,
  });
  const get = (cacheSlot: number, ...destPts: { x: number; y: number }[]): GfxPdu => ({
    kind: 'cacheToSurface',
    surfaceId: 1,
    cacheSlot,
    destPts,
  });

  it('keeps what was on a surface, and draws it wherever it is asked to', () => {
    const picture = started();
    say(picture, fill(1, RED, rect(0, 0, 2, 2)), put(1), fill(1, BLUE, rect(0, 0, 2, 2)));
    expect(say(picture, get(1, { x: 10, y: 0 }, { x: 99, y: 79 }, { x: -1, y: 5 })).drops).toEqual([]);
    expect(row(picture, 0, 9, 13)).toEqual([BLACK, RED, RED, BLACK]);
    expect(pixel(picture, 99, 79)).toBe(RED);
    expect(row(picture, 5, 0, 2)).toEqual([RED, BLACK]);
    expect(pixel(picture, 0, 0)).toBe(BLUE);
  });

  it('has empty slots, and slots that have been emptied', () => {
    const picture = started();
    const empty = [{ codec: 'graphics pipeline: cacheToSurface', reason: 'invalid: bitmapCache', area: null }];
    expect(say(picture, get(2, { x: 0, y: 0 })).drops).toMatchObject(empty);
    say(picture, put(2), { kind: 'evictCacheEntry', cacheSlot: 2 });
    expect(say(picture, get(2, { x: 0, y: 0 })).drops).toMatchObject(empty);
  });

  it('has the slots and the size that the confirmed version gives it', () => {
    const picture = started();
    const last = (slot: number) => say(picture, put(slot)).drops.map(({ reason }) => reason);
    expect(last(25_600)).toEqual([]);
    expect(last(25_601)).toEqual(['limit: bitmapCache']);
    expect(last(0)).toEqual(['limit: bitmapCache']);
    const small: GfxPdu = { kind: 'capsConfirm', capsSet: { kind: 'flags', version: GfxVersion['10.3'], flags: 0x20 } };
    // 16 MB are two of 2000 x 1000, and there is not room for a third.
    const desktop: GfxPdu = { kind: 'resetGraphics', width: 2000, height: 1000, monitors: [] };
    expect(say(picture, small, desktop, surface(1, 2000, 1000)).drops).toEqual([]);
    expect(last(4097)).toEqual(['limit: bitmapCache']);
    const whole = rect(0, 0, 2000, 1000);
    for (const [slot, drops] of [
      [1, 0],
      [2, 0],
      [3, 1],
      [2, 0],
    ] as const) {
      expect(say(picture, put(slot, whole)).drops).toHaveLength(drops);
    }
  });

  it('takes nothing from beyond a surface', () => {
    const picture = started();
    expect(say(picture, put(1, rect(99, 79, 101, 81))).drops).toMatchObject([{ reason: 'invalid: bitmapCache' }]);
    expect(say(picture, put(1, rect(9, 9, 3, 3))).drops).toMatchObject([{ reason: 'invalid: bitmapCache' }]);
  });

  it('has nothing of earlier sessions', () => {
    const picture = started();
    expect(say(picture, { kind: 'cacheImportReply', cacheSlots: [] }).drops).toEqual([]);
    expect(say(picture, { kind: 'cacheImportReply', cacheSlots: [1] }).drops).toMatchObject([
      { reason: 'unsupported: cacheImportReply' },
    ]);
  });
});

describe('the desktop', () => {
  const reset = (width: number, height: number): GfxPdu => ({ kind: 'resetGraphics', width, height, monitors: [] });

  it('gets another size, and mapped surfaces are shown on it again', () => {
    const picture = started();
    say(picture, fill(1, RED, rect(0, 0, 100, 80)));
    const { generation } = picture;
    expect(say(picture, reset(120, 90))).toMatchObject({ changed: true, drops: [] });
    expect([picture.width, picture.height, picture.generation]).toEqual([120, 90, generation + 1]);
    expect(pixel(picture, 99, 79)).toBe(RED);
    expect(pixel(picture, 100, 79)).toBe(BLACK);
    expect(say(picture, reset(120, 90)).drops).toEqual([]);
    expect(picture.generation).toBe(generation + 1);
  });

  it('keeps its size when another one is above the limits', () => {
    const picture = started();
    for (const [width, height] of [
      [8193, 10],
      [0, 10],
      [0xffff_ffff, 0xffff_ffff],
      [8192, 8192],
    ] as const) {
      expect(say(picture, reset(width, height)).drops).toMatchObject([{ reason: 'limit: resetGraphics' }]);
    }
    expect([picture.width, picture.height]).toEqual([100, 80]);
  });

  it('shows mapped surfaces again after another activation', () => {
    const picture = started();
    say(picture, fill(1, RED, rect(0, 0, 100, 80)));
    picture.apply(activation(50, 40));
    expect(pixel(picture, 0, 0)).toBe(BLACK);
    say(picture, START, END);
    expect(pixel(picture, 49, 39)).toBe(RED);
  });
});

describe('the channel', () => {
  it('begins anew when the client has asked for it: surfaces and caches are gone', () => {
    const picture = started();
    say(picture, START, CONFIRM);
    expect(say(picture, fill(1, RED, rect(0, 0, 1, 1))).drops).toMatchObject([{ reason: 'invalid: surface' }]);
    // The frame that was begun is not one any more.
    expect(say(picture, surface(1, 10, 10), map(1), fill(1, RED, rect(0, 0, 1, 1))).changed).toBe(true);
  });

  it('begins anew when it is opened again', () => {
    const picture = started();
    picture.apply(CREATE);
    expect(say(picture, CONFIRM, fill(1, RED, rect(0, 0, 1, 1))).drops).toMatchObject([{ reason: 'invalid: surface' }]);
  });

  it('tells of versions that are not followed', () => {
    const picture = started();
    const capsSet = { kind: 'unknown', version: 0x000b_0000, capsData: new Uint8Array(4) } as const;
    expect(say(picture, { kind: 'capsConfirm', capsSet }).drops).toMatchObject([
      { reason: 'unsupported: capsConfirm' },
    ]);
  });

  it('accounts for a message in parts with the record that completes it', () => {
    const picture = started();
    const records = message(START, solid(1, rect(0, 0, 100, 80), RED), END);
    expect(records.length).toBeGreaterThan(10);
    const bytes = records.reduce((sum, { payload }) => sum + payload.length, 0);
    for (const one of records.slice(0, -1)) {
      expect(picture.apply(one)).toEqual({ pdus: 0, bytes: 0, changed: false, drops: [] });
    }
    expect(picture.apply(records.at(-1) ?? CREATE)).toEqual({
      pdus: records.length,
      bytes,
      changed: true,
      drops: [],
    });
  });

  it('accounts for a message that never ends: when it is closed, opened again, or the part is over', () => {
    const close = channelRecord(encodeDvcPdu({ kind: 'close', cbId: 0, sp: 0, channelId: CHANNEL }));
    for (const last of [close, CREATE, record(TraceRecordKind.end, Buffer.from('{"reason":"x","pdus":0,"bytes":0}'))]) {
      const picture = started();
      const records = message(solid(1, rect(0, 0, 100, 80), RED)).slice(0, 5);
      const bytes = records.reduce((sum, { payload }) => sum + payload.length, 0);
      apply(picture, records);
      const own = last.kind === TraceRecordKind.end ? 0 : 1;
      expect(picture.apply(last)).toMatchObject({
        pdus: 5 + own,
        bytes: bytes + own * last.payload.length,
        drops: [{ codec: 'graphics channel', reason: 'truncated: message', pdus: 5, bytes, area: null }],
      });
    }
  });

  it('cannot go on after a loss that later messages may refer to', () => {
    const picture = started();
    const broken = channelRecord(
      encodeDvcPdu({ kind: 'data', cbId: 0, sp: 0, compressed: false, channelId: CHANNEL, data: Uint8Array.of(0xe5) }),
    );
    expect(picture.apply(broken).drops).toMatchObject([{ codec: 'zgfx', pdus: 1, untilReset: true }]);
    const stray = channelRecord(Uint8Array.of(0x30, 77, 1));
    expect(picture.apply(stray).drops).toMatchObject([{ codec: 'graphics channel', pdus: 1, untilReset: true }]);
  });
});

describe('hostile messages', () => {
  it('may not draw more than some desktops', () => {
    const picture = started();
    const everything = rect(0, 0, 100, 80);
    const many = Array.from({ length: 4000 }, () => everything);
    // Neither was all of it drawn, nor is there anything left to show it with.
    const { drops } = say(picture, fill(1, RED, ...many));
    expect(drops.map(({ reason }) => reason)).toEqual(['limit: graphicsMessage', 'limit: graphicsMessage']);
    // The next one may draw again, and what was left is shown.
    expect(say(picture, fill(1, BLUE, everything)).drops).toEqual([]);
    expect(pixel(picture, 0, 0)).toBe(BLUE);
  });

  it('may not run through empty rectangles, points, frames or surfaces without end', () => {
    const picture = started();
    const nothing = Array.from({ length: 60_000 }, () => rect(0, 0, 0, 0));
    expect(say(picture, fill(1, RED, ...nothing)).drops).toMatchObject([{ reason: 'limit: graphicsMessage' }]);
    const surfaces = Array.from({ length: 2000 }, () => surface(5, 1000, 1000));
    expect(say(picture, ...surfaces).drops).toMatchObject([{ reason: 'limit: graphicsMessage' }]);
    say(picture, CONFIRM, surface(1, 100, 80), map(1));
    const frames = Array.from({ length: 3000 }, () => [fill(1, RED, rect(0, 0, 100, 80)), START, END]).flat();
    expect(say(picture, ...frames).drops.map(({ reason }) => reason)).toContain('limit: graphicsMessage');
  });

  it('may not take more memory than all surfaces together may have', () => {
    const picture = started();
    const reasons = Array.from({ length: 300 }, (_, index) => say(picture, surface(10 + index, 8, 8)).drops[0]?.reason);
    expect(reasons.indexOf('limit: surface')).toBe(255);
    const large = started();
    say(large, { kind: 'resetGraphics', width: 8192, height: 4320, monitors: [] });
    expect(say(large, surface(2, 8193, 1)).drops).toMatchObject([{ reason: 'limit: surface' }]);
    expect(say(large, surface(2, 0, 1)).drops).toMatchObject([{ reason: 'invalid: surface' }]);
    expect(say(large, surface(2, 8192, 8192)).drops).toEqual([]);
    expect(say(large, surface(3, 8192, 8192)).drops).toMatchObject([{ reason: 'limit: surface' }]);
  });

  it('whatever they are, are counted to the last PDU and byte and throw nothing', () => {
    const pdu = fc.oneof(
      gfxPdu,
      fc.constantFrom(START, END, map(1), surface(2, 30, 30), fill(1, RED, rect(0, 0, 50, 50)), CONFIRM),
    );
    fc.assert(
      fc.property(fc.array(fc.array(pdu, { maxLength: 6 }), { maxLength: 6 }), (messages) => {
        const picture = started();
        for (const pdus of messages) {
          const records = message(...pdus);
          const applied = apply(picture, records);
          expect(applied.pdus).toBe(records.length);
          expect(applied.bytes).toBe(records.reduce((sum, { payload }) => sum + payload.length, 0));
          expect(applied.drops.reduce((sum, drop) => sum + drop.pdus, 0)).toBeLessThanOrEqual(applied.pdus);
          expect(applied.drops.reduce((sum, drop) => sum + drop.bytes, 0)).toBeLessThanOrEqual(applied.bytes);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('of any bytes throw nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.boolean(), (chunks, wrapped) => {
        const picture = started();
        for (const bytes of chunks) {
          for (const one of wrapped ? rawMessage(bytes) : [channelRecord(bytes)]) picture.apply(one);
        }
      }),
    );
  });
});

describe('what is shown', () => {
  it('differs from what was shown before only where it is said to', () => {
    const place = fc
      .tuple(fc.nat(110), fc.nat(90), fc.nat(40), fc.nat(40))
      .map(([x, y, width, height]) => rect(x, y, x + width, y + height));
    const point = fc.record({ x: fc.integer({ min: -20, max: 110 }), y: fc.integer({ min: -20, max: 90 }) });
    const id = fc.constantFrom(1, 2);
    const color = fc.constantFrom(RED, GREEN, BLUE);
    const pdu: fc.Arbitrary<GfxPdu> = fc.oneof(
      fc.tuple(id, color, place).map(([surfaceId, pixelColor, area]) => fill(surfaceId, pixelColor, area)),
      fc
        .tuple(id, id, place, fc.array(point, { maxLength: 3 }))
        .map(([surfaceIdSrc, surfaceIdDest, rectSrc, destPts]) => ({
          kind: 'surfaceToSurface' as const,
          surfaceIdSrc,
          surfaceIdDest,
          rectSrc,
          destPts,
        })),
      fc.tuple(id, fc.nat(120), fc.nat(90)).map(([surfaceId, x, y]) => map(surfaceId, x, y)),
      fc
        .tuple(id, fc.nat(90), fc.nat(70), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }))
        .map(([surfaceId, outputOriginX, outputOriginY, targetWidth, targetHeight]) => ({
          kind: 'mapSurfaceToScaledOutput' as const,
          surfaceId,
          outputOriginX,
          outputOriginY,
          targetWidth,
          targetHeight,
        })),
      fc.constantFrom(START, END),
    );
    fc.assert(
      fc.property(fc.array(fc.array(pdu, { maxLength: 5 }), { maxLength: 8 }), (messages) => {
        const picture = started();
        say(picture, surface(2, 40, 30));
        let before = pixelsOf(picture);
        for (const pdus of messages) {
          const { changed } = say(picture, ...pdus);
          picture.render((pixels, dirty) => {
            const after = new Uint32Array(pixels.slice().buffer);
            const differing = after.findIndex(
              (value, at) => value !== before[at] && !dirty.some((area) => holds(area, at % 100, Math.floor(at / 100))),
            );
            expect(differing).toBe(-1);
            if (!changed) expect(Buffer.compare(Buffer.from(after.buffer), Buffer.from(before.buffer))).toBe(0);
            before = after;
          });
        }
      }),
      { numRuns: 150 },
    );
  });
});

function holds(area: Rectangle, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}
