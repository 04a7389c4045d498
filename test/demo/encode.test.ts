/** What the demo desktop encodes is decoded by the recorder's decoders, which are tested against another library. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeScratch } from '../../recorder/decoders/encoded-bitmap.js';
import { BITMAP_DECODERS, bitmapCodec } from '../../recorder/decoders/registry.js';
import { PALETTE, toDepth, type ColorDepth } from '../../src/drawing/pixel-depth.js';
import { encodeTile, tilesOf, type EncodedTile } from '../../src/drawing/tiles.js';
import { DesktopPainter } from '../../src/demo/painter/desktop-painter.js';
import { Raster } from '../../src/drawing/raster.js';

const DEPTHS: readonly ColorDepth[] = [8, 15, 16, 24, 32];

const PALETTE_WORDS = Uint32Array.from({ length: 256 }, (_unused, index) => {
  const [red = 0, green = 0, blue = 0] = PALETTE.subarray(index * 3);
  return (red << 16) | (green << 8) | blue;
});

function decodeInto(words: Uint32Array, size: Raster, tile: EncodedTile): void {
  const decode = BITMAP_DECODERS[bitmapCodec(tile.isCompressed, tile.colorDepth)];
  const { width, height, colorDepth, data } = tile;
  decode(
    { data, width, height, bitsPerPixel: colorDepth, bottomUp: true, palette: PALETTE_WORDS, keepAlpha: false },
    { words, width: size.width, height: size.height },
    tile,
    new DecodeScratch(),
  );
}

/** The picture that arrives, in the numbers of the depth. */
function sent(raster: Raster, depth: ColorDepth): { pixels: number[]; sizeBytes: number } {
  const words = new Uint32Array(raster.pixels.length);
  let sizeBytes = 0;
  for (const area of tilesOf(raster.area, raster.area)) {
    const tile = encodeTile(raster, area, depth);
    sizeBytes += tile.data.length;
    decodeInto(words, raster, tile);
  }
  return { pixels: Array.from(words, (word) => toDepth(word, depth)), sizeBytes };
}

describe.each(DEPTHS)('bitmaps of %d bpp', (depth) => {
  const inDepth = (raster: Raster): number[] => Array.from(raster.pixels, (color) => toDepth(color, depth));

  it('carry the demo desktop unchanged and much smaller', () => {
    const painter = new DesktopPainter(640, 480);
    painter.type('x');
    painter.paint(1_764_000_000_000);
    const { pixels, sizeBytes } = sent(painter.raster, depth);
    expect(pixels).toEqual(inDepth(painter.raster));
    expect(sizeBytes).toBeLessThan(640 * 480 * 0.4);
  });

  it('carry pictures of few colours, of many, and of runs of every length', () => {
    const color = fc.oneof(fc.constantFrom(0, 0xff_ffff, 0x10_161c, 0x9f_e0a8), fc.integer({ min: 0, max: 0xff_ffff }));
    const run = fc.tuple(color, fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 700 })));
    const picture = fc.record({
      width: fc.integer({ min: 1, max: 24 }).map((quarter) => quarter * 4),
      height: fc.integer({ min: 1, max: 70 }),
      runs: fc.array(run, { minLength: 1, maxLength: 60 }),
      period: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(picture, ({ width, height, runs, period }) => {
        const raster = new Raster(width, height);
        let at = 0;
        for (let round = 0; at < raster.pixels.length; round++) {
          const [value, length] = runs[(round * period) % runs.length] ?? [0, 1];
          raster.pixels.fill(value, at, at + length);
          at += length;
        }
        expect(sent(raster, depth).pixels).toEqual(inDepth(raster));
      }),
      { numRuns: 300 },
    );
  });

  it('are sent as they are when compression would make them larger', () => {
    // Three planes with a byte of control for 15 of data are smaller than 4 bytes a pixel, but for the smallest bitmap.
    const raster = depth === 32 ? new Raster(4, 1) : new Raster(64, 64);
    let seed = 1;
    for (let at = 0; at < raster.pixels.length; at++) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      raster.pixels[at] = seed & 0xff_ffff;
    }
    const tile = encodeTile(raster, raster.area, depth);
    expect(tile.isCompressed).toBe(false);
    expect(sent(raster, depth).pixels).toEqual(inDepth(raster));
  });
});

describe('tiles', () => {
  it('cover an area once, with widths that are multiples of four', () => {
    const area = fc.record({
      x: fc.integer({ min: 0, max: 199 }),
      y: fc.integer({ min: 0, max: 149 }),
      width: fc.integer({ min: 1, max: 220 }),
      height: fc.integer({ min: 1, max: 160 }),
    });
    fc.assert(
      fc.property(area, (rectangle) => {
        const cover = new Raster(200, 150);
        for (const tile of tilesOf(rectangle, cover.area)) {
          expect([tile.width % 4, tile.x % 4]).toEqual([0, 0]);
          expect(tile.width * tile.height * 4).toBeLessThan(65_536);
          for (let y = tile.y; y < tile.y + tile.height; y++) {
            for (let x = tile.x; x < tile.x + tile.width; x++) cover.pixels[y * 200 + x] = cover.pixel(x, y) + 1;
          }
        }
        expect(Math.max(...cover.pixels)).toBe(1);
        const right = Math.min(200, rectangle.x + rectangle.width);
        const bottom = Math.min(150, rectangle.y + rectangle.height);
        expect([cover.pixel(rectangle.x, rectangle.y), cover.pixel(right - 1, bottom - 1)]).toEqual([1, 1]);
      }),
    );
  });
});
