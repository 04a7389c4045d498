import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chromaPsnr } from './chroma-psnr.js';
import { lumaPsnr } from './luma-psnr.js';
import { encodePng } from './png.js';
import {
  changedRectangle,
  countColours,
  countDifferences,
  createRaster,
  cropRaster,
  pixelAt,
  type Colour,
} from './raster.js';
import { reduceDepth, reduceDepthAsXfreerdp } from './reduce-depth.js';
import { decodeXwd } from './xwd.js';

const grey = (value: number) => createRaster(10, 10, () => [value, value, value]);

describe('comparing rasters', () => {
  const before = createRaster(20, 10, (x, y) => [x, y, 7]);
  const after = createRaster(20, 10, (x, y) => [x, y, x >= 3 && x < 9 && y === 4 ? 8 : 7]);

  it('finds the rectangle of a change and its pixels', () => {
    expect(changedRectangle(before, after)).toEqual({ left: 3, top: 4, right: 9, bottom: 5 });
    expect(countDifferences(before, after)).toBe(6);
  });

  it('leaves the mask out', () => {
    const mask = { left: 0, top: 0, right: 5, bottom: 10 };
    expect(changedRectangle(before, after, mask)).toEqual({ left: 5, top: 4, right: 9, bottom: 5 });
    expect(changedRectangle(before, after, { left: 3, top: 4, right: 9, bottom: 5 })).toBeUndefined();
  });

  it('does not count the byte without meaning as a difference', () => {
    const filled = { ...before, data: before.data.map((value, at) => (at % 4 === 3 ? 255 : value)) };
    expect(countDifferences(before, filled)).toBe(0);
  });

  it('refuses rasters of different sizes', () => {
    expect(() => countDifferences(before, grey(0))).toThrow('20x10 and 10x10');
    expect(() => lumaPsnr(before, grey(0))).toThrow('20x10 and 10x10');
  });

  it('counts colours and crops', () => {
    expect(countColours(grey(9))).toBe(1);
    expect(countColours(before)).toBe(200);
    expect(pixelAt(cropRaster(before, { left: 4, top: 2, right: 6, bottom: 5 }), 1, 2)).toEqual([5, 4, 7]);
    expect(() => pixelAt(before, 20, 0)).toThrow('no pixel');
  });
});

describe('luma PSNR', () => {
  it('is infinite for equal pictures and 0 dB for black against white', () => {
    expect(lumaPsnr(grey(80), grey(80))).toBe(Infinity);
    expect(lumaPsnr(grey(0), grey(255))).toBeCloseTo(0, 9);
  });

  it('is 48.13 dB for a difference of one everywhere', () => {
    expect(lumaPsnr(grey(80), grey(81))).toBeCloseTo(20 * Math.log10(255), 9);
  });

  it('weighs green most and blue least', () => {
    const against = (colour: Colour) =>
      lumaPsnr(
        grey(0),
        createRaster(10, 10, () => colour),
      );
    expect(against([0, 10, 0])).toBeCloseTo(20 * Math.log10(255 / 7.152), 9);
    expect(against([10, 0, 0])).toBeCloseTo(20 * Math.log10(255 / 2.126), 9);
    expect(against([0, 0, 10])).toBeCloseTo(20 * Math.log10(255 / 0.722), 9);
  });

  it('leaves the mask out, and does not call nothing a perfect match', () => {
    const pointer = createRaster(10, 10, (x, y) => (x < 3 && y < 3 ? [255, 255, 255] : [80, 80, 80]));
    expect(lumaPsnr(grey(80), pointer)).toBeLessThan(20);
    expect(lumaPsnr(grey(80), pointer, { left: 0, top: 0, right: 3, bottom: 3 })).toBe(Infinity);
    expect(() => lumaPsnr(grey(80), pointer, { left: 0, top: 0, right: 10, bottom: 10 })).toThrow('whole picture');
  });
});

describe('chroma PSNR', () => {
  const of = (colour: Colour, size = 10) => createRaster(size, size, () => colour);

  it('is infinite for equal pictures, and almost for greys, which differ in brightness alone', () => {
    expect(chromaPsnr(grey(20), grey(200))).toBeGreaterThan(200);
    expect(chromaPsnr(of([50, 60, 70]), of([50, 60, 70]))).toBe(Infinity);
  });

  it('is low for channels that have changed places, which hardly show in luma', () => {
    const [swapped, colour] = [of([40, 80, 60]), of([60, 80, 40])];
    expect(lumaPsnr(swapped, colour)).toBeGreaterThan(35);
    expect(chromaPsnr(swapped, colour)).toBeLessThan(30);
  });

  it('weighs blue and red as Cb and Cr do', () => {
    const chroma = (blue: number, red: number) => 20 * Math.log10(255 / Math.hypot(blue, red)) + 10 * Math.log10(2);
    expect(chromaPsnr(grey(0), of([0, 0, 100]))).toBeCloseTo(chroma(50, 7.22 / 1.5748), 9);
    expect(chromaPsnr(grey(0), of([100, 0, 0]))).toBeCloseTo(chroma(21.26 / 1.8556, 50), 9);
  });

  it('compares two by two pixels, as much as video keeps', () => {
    const thin = createRaster(10, 10, (x) => (x % 2 === 0 ? [100, 20, 20] : [20, 20, 100]));
    expect(chromaPsnr(thin, of([60, 20, 60]))).toBe(Infinity);
  });

  it('leaves the mask out, and does not call nothing a perfect match', () => {
    const mark = createRaster(10, 10, (x, y) => (x < 3 && y < 3 ? [255, 0, 0] : [80, 80, 80]));
    expect(chromaPsnr(grey(80), mark)).toBeLessThan(30);
    expect(chromaPsnr(grey(80), mark, { left: 0, top: 0, right: 3, bottom: 3 })).toBe(Infinity);
    expect(() => chromaPsnr(grey(80), mark, { left: 0, top: 0, right: 10, bottom: 10 })).toThrow('whole picture');
  });
});

describe('reducing the colour depth', () => {
  const one = (colour: Colour) => createRaster(1, 1, () => colour);

  it.each([
    [15, [255, 255, 255], [255, 255, 255]],
    [15, [8, 12, 7], [8, 8, 0]],
    [15, [132, 132, 132], [132, 132, 132]],
    [16, [8, 12, 7], [8, 12, 0]],
    [16, [127, 127, 127], [123, 125, 123]],
    [16, [0, 3, 251], [0, 0, 255]],
    [24, [1, 2, 3], [1, 2, 3]],
    [32, [1, 2, 3], [1, 2, 3]],
  ] as const)('at %i bits a pixel makes %j into %j', (depth, from, to) => {
    expect(pixelAt(reduceDepth(one(from), depth), 0, 0)).toEqual(to);
  });

  it.each([
    [15, [88, 90, 93], [90, 90, 90]],
    [16, [88, 90, 93], [90, 90, 90]],
    [16, [173, 211, 255], [173, 214, 255]],
    [16, [0, 244, 0], [0, 251, 0]],
    [16, [255, 255, 255], [255, 255, 255]],
    [24, [1, 2, 3], [1, 2, 3]],
  ] as const)('at %i bits a pixel xfreerdp shows %j as %j', (depth, from, to) => {
    expect(pixelAt(reduceDepthAsXfreerdp(one(from), depth), 0, 0)).toEqual(to);
  });
});

describe('PNG', () => {
  it('carries every pixel as RGB after the filter byte of its row', () => {
    const png = Buffer.from(encodePng(createRaster(2, 2, (x, y) => [x + 1, y + 1, 9])));
    expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect(png.toString('latin1', 12, 16)).toBe('IHDR');
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([2, 2, 8, 2]);
    const size = png.readUInt32BE(33);
    const rows = inflateSync(png.subarray(41, 41 + size));
    expect([...rows]).toEqual([0, 1, 1, 9, 2, 1, 9, 0, 1, 2, 9, 2, 2, 9]);
  });

  it('ends with the checksum that every PNG ends with', () => {
    expect(
      Buffer.from(encodePng(grey(1)))
        .subarray(-12)
        .toString('hex'),
    ).toBe('0000000049454e44ae426082');
  });
});

describe('xwd', () => {
  /** A dump of one row: header, one colour table entry, pixels. */
  function dump(bitsPerPixel: number, masks: readonly [number, number, number], pixels: readonly number[]): Buffer {
    const bytesPerLine = pixels.length + 3; // rows may be padded
    const header = Buffer.alloc(104);
    const fields = [104, 7, 2, 24, (pixels.length * 8) / bitsPerPixel, 1, 0, 0, 32, 0, 32, bitsPerPixel, bytesPerLine];
    fields.push(4, ...masks, 8, 256, 1);
    fields.forEach((value, index) => header.writeUInt32BE(value, index * 4));
    return Buffer.concat([header, Buffer.alloc(12, 0xee), Buffer.from(pixels), Buffer.alloc(3)]);
  }

  it('reads 32 bits a pixel', () => {
    const raster = decodeXwd(dump(32, [0xff0000, 0xff00, 0xff], [3, 2, 1, 0, 6, 5, 4, 0]));
    expect([pixelAt(raster, 0, 0), pixelAt(raster, 1, 0)]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('reads 16 bits a pixel and fills the low bits', () => {
    const raster = decodeXwd(dump(16, [0xf800, 0x7e0, 0x1f], [0x00, 0xf8, 0xff, 0xff, 0x20, 0x00]));
    expect([0, 1, 2].map((x) => pixelAt(raster, x, 0))).toEqual([
      [255, 0, 0],
      [255, 255, 255],
      [0, 4, 0],
    ]);
  });

  it('refuses what is cut off or of another kind', () => {
    const whole = dump(32, [0xff0000, 0xff00, 0xff], [3, 2, 1, 0]);
    expect(() => decodeXwd(whole.subarray(0, 99))).toThrow('shorter');
    expect(() => decodeXwd(whole.subarray(0, whole.length - 4))).toThrow('cut off');
    expect(() => decodeXwd(dump(8, [0, 0, 0], [1]))).toThrow('channel of 0 bits');
  });
});
