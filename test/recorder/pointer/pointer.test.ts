import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POINTER } from '../../../recorder/pointer/default-pointer.js';
import { PointerCache } from '../../../recorder/pointer/pointer-cache.js';
import { PointerOverlay } from '../../../recorder/pointer/pointer-overlay.js';
import {
  decodePointer,
  INVERT,
  type PointerSource,
  type PointerImage,
} from '../../../recorder/pointer/pointer-image.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { fixture, pngPixels } from './support.js';

const PALETTE = Uint32Array.from({ length: 256 }, (_, index) => index * 0x01_0101);

function updateBody(name: string, kind: 'color' | 'new' | 'large'): PointerSource {
  const reader = new Reader(fixture(name), 'pointerUpdate');
  const xorBpp = kind === 'color' ? 24 : reader.u16();
  reader.skip(2);
  const [hotSpotX, hotSpotY, width, height] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
  const andBytes = kind === 'large' ? reader.u32() : reader.u16();
  const xorBytes = kind === 'large' ? reader.u32() : reader.u16();
  const xorMaskData = reader.bytes(xorBytes);
  return { xorBpp, hotSpotX, hotSpotY, width, height, xorMaskData, andMaskData: reader.bytes(andBytes) };
}

/** The reference images hold `c * c >> 8` for each colour channel `c`. */
function squared(pixel: number): number {
  const channel = (shift: number): number => ((((pixel >>> shift) & 0xff) ** 2) >> 8) << shift;
  return ((pixel & 0xff00_0000) | channel(16) | channel(8) | channel(0)) >>> 0;
}

function image(xorBpp: number, width: number, height: number, xorMask: number[], andMask: number[]): PointerSource {
  const masks = { xorMaskData: Uint8Array.from(xorMask), andMaskData: Uint8Array.from(andMask) };
  return { xorBpp, width, height, hotSpotX: 0, hotSpotY: 0, ...masks };
}

describe('pointer images', () => {
  it.each([
    ['color_pointer_24bpp', 'color', 41, 39, 3, 11],
    ['new_pointer_32bpp', 'new', 41, 39, 3, 3],
    ['large_pointer_32bpp', 'large', 112, 112, 2, 0],
  ] as const)('decodes %s of a Windows server as its reference image shows it', (name, kind, width, height, x, y) => {
    const shape = decodePointer(updateBody(`${name}.bin`, kind), PALETTE);
    expect([shape.width, shape.height, shape.hotSpotX, shape.hotSpotY]).toEqual([width, height, x, y]);
    expect(shape.pixels.map(squared)).toEqual(pngPixels(fixture(`${name}.png`)));
  });

  it('reads 1 bpp top-down and every other depth bottom-up, rows padded to two bytes', () => {
    // Two rows of one pixel: black above white.
    const and = [0x00, 0, 0x00, 0];
    const black = 0xff00_0000;
    const white = 0xffff_ffff;
    const two = (bpp: number, mask: number[]) => [...decodePointer(image(bpp, 1, 2, mask, and), PALETTE).pixels];
    expect(two(1, [0x00, 0, 0x80, 0])).toEqual([black, white]);
    expect(two(4, [0xf0, 0, 0x00, 0])).toEqual([black, 0xff0f_0f0f]);
    expect(two(8, [0xff, 0, 0x00, 0])).toEqual([black, white]);
    expect(two(15, [0xff, 0x7f, 0, 0])).toEqual([black, white]);
    expect(two(16, [0xff, 0xff, 0, 0])).toEqual([black, white]);
    expect(two(24, [1, 2, 3, 0, 0, 0, 0, 0])).toEqual([black, 0xff03_0201]);
    expect(two(32, [1, 2, 3, 4, 0, 0, 0, 255])).toEqual([black, 0x0403_0201]);
  });

  it('takes the second of two pixels in a byte at 4 bpp from its low half', () => {
    const shape = decodePointer(image(4, 3, 1, [0x12, 0x30], [0, 0]), PALETTE);
    expect([...shape.pixels]).toEqual([0xff01_0101, 0xff02_0202, 0xff03_0303]);
  });

  it('reads two bytes for each pixel at 15 bpp', () => {
    const shape = decodePointer(image(15, 3, 1, [0xff, 0x7f, 0, 0, 0xff, 0x7f], [0, 0]), PALETTE);
    expect([...shape.pixels]).toEqual([0xffff_ffff, 0xff00_0000, 0xffff_ffff]);
    expect(() => decodePointer(image(15, 17, 1, Array<number>(32).fill(0), [0, 0, 0, 0]), PALETTE)).toThrow(
      /truncated/,
    );
  });

  it('makes of the AND mask transparent, inverting and painted pixels', () => {
    const shape = decodePointer(image(24, 3, 1, [0, 0, 0, 255, 255, 255, 9, 9, 9, 0], [0xe0, 0]), PALETTE);
    expect([...shape.pixels]).toEqual([0, INVERT, 0xff09_0909]);
  });

  it('goes by the AND mask when 32 bpp come without alpha', () => {
    const shape = decodePointer(image(32, 3, 1, [9, 9, 9, 0, 0, 0, 0, 0, 255, 255, 255, 0], [0x60, 0]), PALETTE);
    expect([...shape.pixels]).toEqual([0xff09_0909, 0, INVERT]);
  });

  it('refuses masks that are too short, sizes above the limit and unknown depths', () => {
    expect(() => decodePointer(image(24, 3, 1, [1, 2, 3], [0, 0]), PALETTE)).toThrow(/truncated/);
    expect(() => decodePointer(image(24, 1, 2, [1, 2, 3, 0, 1, 2, 3, 0], [0, 0]), PALETTE)).toThrow(/truncated/);
    expect(() => decodePointer(image(32, 385, 1, [], []), PALETTE)).toThrow(/limit/);
    expect(() => decodePointer(image(2, 1, 1, [0, 0], [0, 0]), PALETTE)).toThrow(/unsupported/);
  });

  it('meets any masks with an image or a DecodeError', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 4, 8, 15, 16, 24, 32, 7),
        fc.nat(400),
        fc.nat(20),
        fc.uint8Array({ maxLength: 3000 }),
        fc.uint8Array({ maxLength: 200 }),
        (xorBpp, width, height, xorMaskData, andMaskData) => {
          try {
            const shape = decodePointer(
              { xorBpp, width, height, hotSpotX: 0, hotSpotY: 0, xorMaskData, andMaskData },
              PALETTE,
            );
            expect(shape.pixels).toHaveLength(width * height);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        },
      ),
    );
  });
});

describe('pointer cache', () => {
  it('keeps what was announced and refuses other indexes', () => {
    const cache = new PointerCache();
    expect(() => cache.put(0, DEFAULT_POINTER)).toThrow(DecodeError);
    cache.resize(2);
    cache.put(1, DEFAULT_POINTER);
    expect(cache.get(1)).toBe(DEFAULT_POINTER);
    expect(() => cache.get(0)).toThrow(DecodeError);
    expect(() => cache.put(2, DEFAULT_POINTER)).toThrow(DecodeError);
    cache.resize(1);
    expect(() => cache.get(1)).toThrow(DecodeError);
  });

  it('bounds the memory of all pointers together', () => {
    const cache = new PointerCache();
    cache.resize(65_535);
    const pixels = new Uint32Array(384 * 384);
    const image: PointerImage = { width: 384, height: 384, hotSpotX: 0, hotSpotY: 0, pixels };
    for (let index = 0; index < 100; index += 1) cache.put(index, image);
    cache.put(99, image);
    expect(() => cache.put(100, image)).toThrow(/limit/);
    cache.resize(50);
    cache.resize(256);
    cache.put(100, image);
    expect(() => cache.put(256, DEFAULT_POINTER)).toThrow(/invalid/);
  });
});

describe('pointer overlay', () => {
  const picture = (color: number, width = 40, height = 30) => ({
    words: new Uint32Array(width * height).fill(color),
    width,
    height,
  });
  const dot = (pixel: number): PointerImage => ({
    width: 1,
    height: 1,
    hotSpotX: 0,
    hotSpotY: 0,
    pixels: Uint32Array.of(pixel),
  });

  it('is not drawn before it has a position, nor when it is hidden', () => {
    const overlay = new PointerOverlay();
    const target = picture(5);
    expect(overlay.changed).toBe(false);
    overlay.draw(target);
    expect(target.words.every((word) => word === 5)).toBe(true);
    overlay.moveTo(3, 3);
    overlay.setImage(null);
    expect(overlay.changed).toBe(true);
    expect(overlay.changedAreas(target)).toEqual([]);
    overlay.draw(target);
    expect(target.words.every((word) => word === 5)).toBe(true);
  });

  it('puts back what it was drawn over, wherever the pointer is', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(20), fc.nat(20), (x, y, hotSpotX, hotSpotY) => {
        const overlay = new PointerOverlay();
        const target = picture(0);
        target.words.forEach((_, index) => (target.words[index] = index * 7919));
        const before = target.words.slice();
        overlay.setImage({ ...DEFAULT_POINTER, hotSpotX, hotSpotY });
        overlay.moveTo(x, y);
        const areas = overlay.changedAreas(target);
        overlay.draw(target);
        target.words.forEach((word, index) => {
          const inside = areas.some(
            (area) =>
              index % 40 >= area.x &&
              index % 40 < area.x + area.width &&
              Math.floor(index / 40) >= area.y &&
              Math.floor(index / 40) < area.y + area.height,
          );
          if (!inside) expect(word).toBe(before[index]);
        });
        overlay.restore(target);
        expect(target.words).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('names the areas where it was and is', () => {
    const overlay = new PointerOverlay();
    const target = picture(0);
    overlay.setImage(dot(0xff00_0001));
    overlay.moveTo(3, 4);
    expect(overlay.changedAreas(target)).toEqual([{ x: 3, y: 4, width: 1, height: 1 }]);
    overlay.draw(target);
    overlay.restore(target);
    expect(overlay.changed).toBe(false);
    expect(overlay.changedAreas(target)).toEqual([]);
    overlay.moveTo(3, 4);
    expect(overlay.changed).toBe(false);
    overlay.moveTo(20, 10);
    expect(overlay.changedAreas(target)).toEqual([
      { x: 3, y: 4, width: 1, height: 1 },
      { x: 20, y: 10, width: 1, height: 1 },
    ]);
    overlay.draw(target);
    overlay.restore(target);
    overlay.setImage(null);
    expect(overlay.changedAreas(target)).toEqual([{ x: 20, y: 10, width: 1, height: 1 }]);
  });

  it.each([
    ['paints opaque pixels', 0xff12_3456, 0xff00_0000, 0xff12_3456],
    ['leaves transparent ones', 0, 0xff12_3456, 0xff12_3456],
    ['blends half of red over white', 0x80ff_0000, 0xffff_ffff, 0xffff_7f7f],
    ['shows inverting pixels black on white', INVERT, 0xffff_ffff, 0xff00_0000],
    ['shows inverting pixels white on black', INVERT, 0xff00_0000, 0xffff_ffff],
    ['shows inverting pixels on grey, which inverts to itself', INVERT, 0xff80_8080, 0xff00_0000],
  ])('%s', (_, pixel, below, expected) => {
    const overlay = new PointerOverlay();
    const target = picture(below);
    overlay.setImage(dot(pixel));
    overlay.moveTo(0, 0);
    overlay.draw(target);
    expect(target.words[0]).toBe(expected);
  });
});
