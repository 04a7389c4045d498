import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rectangle } from '../../../recorder/picture/picture.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { activation } from '../picture/records.js';
import {
  bitmap,
  BLACK,
  BLUE,
  END,
  fill,
  GREEN,
  map,
  pixel,
  pixelsOf,
  rect,
  RED,
  row,
  say,
  solid,
  START,
  started,
  surface,
} from './support.js';

function holds(area: Rectangle, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
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
          picture.render(({ pixels }, dirty) => {
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
