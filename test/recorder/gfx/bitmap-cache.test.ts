import { describe, expect, it } from 'vitest';
import { GfxVersion } from '../../../src/rdp/gfx/gfx-capability-set.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { BLACK, BLUE, fill, pixel, rect, RED, row, say, started, surface } from './support.js';

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
