import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyRectangles, MAX_DIRTY_RECTANGLES } from '../../../recorder/picture/dirty-rectangles.js';
import { Framebuffer } from '../../../recorder/picture/framebuffer.js';
import type { Rectangle } from '../../../recorder/picture/rectangle.js';

const WIDTH = 48;
const HEIGHT = 32;

const rectangle = fc.record({
  x: fc.integer({ min: -10, max: 60 }),
  y: fc.integer({ min: -10, max: 45 }),
  width: fc.integer({ min: 0, max: 40 }),
  height: fc.integer({ min: 0, max: 40 }),
});

function has(area: Rectangle, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}

/** One number for each pixel of a picture of the test's size. */
function map(value: (x: number, y: number) => number): Uint32Array {
  return Uint32Array.from({ length: WIDTH * HEIGHT }, (_, i) => value(i % WIDTH, Math.floor(i / WIDTH)));
}

describe('dirty rectangles', () => {
  it('never lose a pixel, stay within the picture and within their bound', () => {
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 120 }), (areas) => {
        const dirty = new DirtyRectangles(WIDTH, HEIGHT);
        for (const area of areas) dirty.add(area);
        const list = dirty.list;
        expect(list.length).toBeLessThanOrEqual(MAX_DIRTY_RECTANGLES);
        for (const { x, y, width, height } of list) {
          expect(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= WIDTH && y + height <= HEIGHT).toBe(true);
        }
        const added = map((x, y) => Number(areas.some((area) => has(area, x, y))));
        const covered = map((x, y) => Number(list.some((area) => has(area, x, y))));
        expect(added.every((value, index) => value <= (covered[index] ?? 0))).toBe(true);
        expect(dirty.empty).toBe(added.every((value) => value === 0));
      }),
      { numRuns: 300 },
    );
  });

  it('keep distant changes apart and join neighbours', () => {
    const dirty = new DirtyRectangles(1920, 1080);
    for (let tile = 0; tile < 30; tile += 1) dirty.add({ x: tile * 64, y: 0, width: 64, height: 64 });
    dirty.add({ x: 1900, y: 1060, width: 20, height: 20 });
    expect(dirty.list).toEqual([
      { x: 0, y: 0, width: 1920, height: 64 },
      { x: 1900, y: 1060, width: 20, height: 20 },
    ]);
  });

  it('do not change a list that was handed out', () => {
    const dirty = new DirtyRectangles(WIDTH, HEIGHT);
    dirty.add({ x: 0, y: 0, width: 1, height: 1 });
    const list = dirty.list;
    dirty.add({ x: 1, y: 0, width: 1, height: 1 });
    dirty.clear();
    expect(list).toEqual([{ x: 0, y: 0, width: 1, height: 1 }]);
    expect(dirty.list).toEqual([]);
  });
});

describe('framebuffer', () => {
  it('is black and opaque at first, one BGRX word a pixel', () => {
    const framebuffer = new Framebuffer(3, 2);
    expect([...framebuffer.pixels.subarray(0, 8)]).toEqual([0, 0, 0, 255, 0, 0, 0, 255]);
    expect(framebuffer.pixels).toHaveLength(framebuffer.stride * 2);
    const second = { x: 1, y: 0, width: 1, height: 1 };
    framebuffer.paint(second, 0xff11_2233);
    expect([...framebuffer.pixels.subarray(4, 8)]).toEqual([0x33, 0x22, 0x11, 0xff]);
  });

  it('paints exactly the part of an area that is in the picture', () => {
    fc.assert(
      fc.property(rectangle, (area) => {
        const framebuffer = new Framebuffer(WIDTH, HEIGHT);
        framebuffer.paint(area, 7);
        expect(framebuffer.words).toEqual(map((x, y) => (has(area, x, y) ? 7 : 0xff00_0000)));
      }),
    );
  });

  it('copies areas over each other as if all were read first', () => {
    fc.assert(
      fc.property(rectangle, fc.integer({ min: -10, max: 60 }), fc.integer({ min: -10, max: 45 }), (area, x, y) => {
        const framebuffer = new Framebuffer(WIDTH, HEIGHT);
        framebuffer.words.set(map((column, row) => row * 100 + column));
        framebuffer.copy(area, x, y);
        const expected = map((column, row) => {
          const from = { x: column - x + area.x, y: row - y + area.y };
          const inside = from.x >= 0 && from.y >= 0 && from.x < WIDTH && from.y < HEIGHT && has(area, from.x, from.y);
          return inside ? from.y * 100 + from.x : row * 100 + column;
        });
        expect(framebuffer.words).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('hatches with two colours, nowhere else', () => {
    const framebuffer = new Framebuffer(WIDTH, HEIGHT);
    const area = { x: 5, y: 3, width: 30, height: 20 };
    framebuffer.hatch(area);
    const inside = new Set<number>();
    const outside = new Set<number>();
    framebuffer.words.forEach((word, i) => (has(area, i % WIDTH, Math.floor(i / WIDTH)) ? inside : outside).add(word));
    expect(inside.size).toBe(2);
    expect([...outside]).toEqual([0xff00_0000]);
  });
});
