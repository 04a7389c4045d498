import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyRows } from '../../../recorder/encoders/copy-rows.js';
import {
  alignToChroma,
  paddedSize,
  type Desktop,
  type DesktopMemory,
  type I420Planes,
  type Rectangle,
} from '../../../recorder/encoders/i420.js';
import { scalarMemory } from '../../../recorder/encoders/i420-scalar.js';
import { createKernelMemory } from '../../../recorder/encoders/i420-wasm.js';

/** What planes hold before anything is converted. */
const UNTOUCHED = 0xaa;

function kernelMemory(): DesktopMemory {
  const memory = createKernelMemory();
  if (memory === null) throw new Error('the kernel is not built');
  return memory;
}

/** A desktop of noise with untouched planes. */
function desktopOf(memory: DesktopMemory, width: number, height: number, seed: number): Desktop {
  const desktop = memory.begin(width, height);
  desktop.pixels.set(noise(width * height * 4, seed));
  for (const plane of planesOf(desktop)) plane.fill(UNTOUCHED);
  return desktop;
}

const planesOf = ({ planes }: { readonly planes: I420Planes }): Uint8Array[] => [planes.y, planes.u, planes.v];

function expectSamePlanes(a: Desktop, b: Desktop): void {
  const others = planesOf(b);
  expect(planesOf(a).map((plane, index) => Buffer.compare(plane, others[index] ?? plane))).toEqual([0, 0, 0]);
}

const wholeOf = (width: number, height: number): Rectangle => ({
  x: 0,
  y: 0,
  width: paddedSize(width),
  height: paddedSize(height),
});

function noise(bytes: number, seed: number): Uint8Array {
  let state = seed >>> 0 || 1;
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const pictures = fc.record({
  width: fc.integer({ min: 1, max: 75 }),
  height: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer(),
  area: fc.record({
    x: fc.integer({ min: 0, max: 80 }),
    y: fc.integer({ min: 0, max: 45 }),
    width: fc.integer({ min: 0, max: 80 }),
    height: fc.integer({ min: 0, max: 45 }),
  }),
});

describe('BGRX to I420', () => {
  it('has a kernel on this machine', () => {
    expect(createKernelMemory()?.name).toBe('wasm-simd');
  });

  it('the kernel and the scalar version give the same planes for any rectangle of any size, and touch nothing else', () => {
    const kernel = kernelMemory();
    fc.assert(
      fc.property(pictures, ({ width, height, seed, area }) => {
        const aligned = alignToChroma(area, width, height);
        if (aligned === null) return;
        const a = desktopOf(scalarMemory, width, height, seed);
        const b = desktopOf(kernel, width, height, seed);
        a.convert(aligned);
        b.convert(aligned);
        expectSamePlanes(a, b);
        expect(Buffer.compare(a.pixels, b.pixels)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('both ends of every sum are the same in both', () => {
    const ends = [0, 1, 2, 127, 128, 129, 253, 254, 255];
    const colours = ends.flatMap((b) => ends.flatMap((g) => ends.flatMap((r) => ends.map((x) => [b, g, r, x]))));
    const [a, b] = [scalarMemory, kernelMemory()].map((memory) => {
      const desktop = memory.begin(2 * colours.length, 2);
      for (const [index, colour] of colours.entries()) {
        for (let corner = 0; corner < 4; corner += 1) {
          // Three alike and one beside it: means that are rounded up, and down.
          const shown = corner < 3 ? colour : (colours[(index + 1) % colours.length] ?? colour);
          desktop.pixels.set(shown, 4 * ((corner >> 1) * 2 * colours.length + 2 * index + (corner & 1)));
        }
      }
      for (const plane of planesOf(desktop)) plane.fill(UNTOUCHED);
      desktop.convert(wholeOf(2 * colours.length, 2));
      return desktop;
    }) as [Desktop, Desktop];
    expectSamePlanes(a, b);
  });

  it('a picture that is converted piece by piece, in any order, is that which is converted whole', () => {
    const kernel = kernelMemory();
    const cuts = fc.record({ columns: fc.uniqueArray(fc.nat(100)), rows: fc.uniqueArray(fc.nat(60)), seed: fc.nat() });
    fc.assert(
      fc.property(pictures, cuts, ({ width, height, seed }, { columns, rows, seed: order }) => {
        const pieces = gridOf(columns, rows, width, height).map((piece, index) => ({ piece, index }));
        pieces.sort((a, b) => ((a.index * 31 + order) % 17) - ((b.index * 31 + order) % 17));
        const whole = desktopOf(scalarMemory, width, height, seed);
        whole.convert(wholeOf(width, height));
        const piecewise = desktopOf(kernel, width, height, seed);
        for (const { piece } of pieces) piecewise.convert(piece);
        // What pads a plane's rows is nobody's: neither touches it.
        expectSamePlanes(whole, piecewise);
      }),
      { numRuns: 200 },
    );
  });

  it('one memory holds desktops of any size one after another', () => {
    const kernel = kernelMemory();
    const sizes = [
      [3, 2],
      [1921, 301],
      [640, 480],
      [2561, 1441],
      [1, 1],
    ] as const;
    for (const [width, height] of sizes) {
      const a = desktopOf(scalarMemory, width, height, width);
      const b = desktopOf(kernel, width, height, width);
      a.convert(wholeOf(width, height));
      b.convert(wholeOf(width, height));
      expectSamePlanes(a, b);
    }
  });

  it('a desktop that no memory can hold is refused', () => {
    expect(() => kernelMemory().begin(32_768, 32_767)).toThrow(RangeError);
  });

  it.each([
    ['black', [0, 0, 0], [16, 128, 128]],
    ['white', [255, 255, 255], [235, 128, 128]],
    ['red', [0, 0, 255], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [255, 0, 0], [32, 240, 118]],
  ])('%s has the value that BT.709 in limited range gives it, within one level', (_name, bgr, yuv) => {
    const desktop = scalarMemory.begin(2, 2);
    const { pixels, planes } = desktop;
    pixels.set([...bgr, 0, ...bgr, 0, ...bgr, 0, ...bgr, 0]);
    desktop.convert(wholeOf(2, 2));
    const got = [planes.y[0] ?? 0, planes.u[0] ?? 0, planes.v[0] ?? 0];
    for (const [index, value] of yuv.entries()) expect(Math.abs((got[index] ?? 0) - value)).toBeLessThanOrEqual(1);
  });

  it.each([scalarMemory, kernelMemory()])('$name: nothing outside of the rectangle is touched', (memory) => {
    const desktop = desktopOf(memory, 40, 8, 3);
    desktop.convert({ x: 2, y: 2, width: 22, height: 4 });
    const { y, u, v, yStride, uvStride } = desktop.planes;
    expect(touched(y, yStride)).toEqual({ left: 2, right: 23, top: 2, bottom: 5 });
    for (const plane of [u, v]) expect(touched(plane, uvStride)).toEqual({ left: 1, right: 11, top: 1, bottom: 2 });
  });

  it('an aligned rectangle covers what it was made from and stays inside the padded picture', () => {
    fc.assert(
      fc.property(pictures, ({ width, height, area }) => {
        const aligned = alignToChroma(area, width, height);
        const visible = area.width > 0 && area.height > 0 && area.x < width && area.y < height;
        if (visible && aligned === null) throw new Error('a visible rectangle was lost');
        if (aligned === null) return;
        expect([aligned.x % 2, aligned.y % 2, aligned.width % 2, aligned.height % 2]).toEqual([0, 0, 0, 0]);
        expect(aligned.x).toBeLessThanOrEqual(area.x);
        expect(aligned.x + aligned.width).toBeLessThanOrEqual(paddedSize(width));
        expect(aligned.x + aligned.width).toBeGreaterThanOrEqual(Math.min(area.x + area.width, width));
        expect(aligned.y + aligned.height).toBeGreaterThanOrEqual(Math.min(area.y + area.height, height));
      }),
    );
  });
});

/** The rows and columns of a plane that hold anything. */
function touched(plane: Uint8Array, stride: number) {
  const places = [...plane.keys()].filter((at) => plane[at] !== UNTOUCHED);
  const [columns, rows] = [places.map((at) => at % stride), places.map((at) => Math.floor(at / stride))];
  return {
    left: Math.min(...columns),
    right: Math.max(...columns),
    top: Math.min(...rows),
    bottom: Math.max(...rows),
  };
}

/** The rectangles that cuts at even places leave of a padded picture. */
function gridOf(columns: readonly number[], rows: readonly number[], width: number, height: number): Rectangle[] {
  const spans = (cuts: readonly number[], size: number): (readonly [number, number])[] => {
    const inside = cuts.map((cut) => cut & ~1).filter((cut) => cut > 0 && cut < size);
    const places = [...new Set([0, ...inside, size])].sort((a, b) => a - b);
    return places.slice(1).map((end, index) => [places[index] ?? 0, end] as const);
  };
  return spans(rows, paddedSize(height)).flatMap(([top, bottom]) =>
    spans(columns, paddedSize(width)).map(([x, right]) => ({ x, y: top, width: right - x, height: bottom - top })),
  );
}

describe('rows of planes', () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 80 }).map((half) => 2 * half),
    height: fc.integer({ min: 1, max: 30 }).map((half) => 2 * half),
  });
  const places = fc.array(fc.tuple(fc.nat(40), fc.nat(12)), { maxLength: 6 });

  it('that areas are in are copied, and no others, whatever the strides are', () => {
    fc.assert(
      fc.property(sizes, places, fc.constantFrom(0, 6), ({ width, height }, spans, slack) => {
        const areas = spans
          .map(([y, rows]) => alignToChroma({ x: 0, y, width: 2, height: rows }, width, height))
          .filter((area) => area !== null);
        const from = planes(width, height, 16, 1);
        const to = planes(width, height, 16 + slack, 2);
        copyRows(areas, from, to, width);
        for (let row = 0; row < height; row += 1) {
          const copied = areas.some(({ y, height: rows }) => row >= y && row < y + rows);
          expect(rowOf(to.y, to.yStride, row, width)).toEqual(Array<number>(width).fill(copied ? 1 : 2));
          const chroma = Array<number>(width / 2).fill(copied ? 1 : 2);
          expect(rowOf(to.u, to.uvStride, row >> 1, width / 2)).toEqual(chroma);
          expect(rowOf(to.v, to.uvStride, row >> 1, width / 2)).toEqual(chroma);
        }
      }),
    );
  });

  const planes = (width: number, height: number, slack: number, value: number): I420Planes => {
    const [yStride, uvStride] = [width + slack, width / 2 + slack];
    const filled = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(value);
    const chroma = (uvStride * height) / 2;
    return { y: filled(yStride * height), u: filled(chroma), v: filled(chroma), yStride, uvStride };
  };
  const rowOf = (plane: Uint8Array, stride: number, row: number, width: number): number[] => [
    ...plane.subarray(row * stride, row * stride + width),
  ];
});
