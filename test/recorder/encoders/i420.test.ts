import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignToChroma, paddedSize, type I420Planes } from '../../../recorder/encoders/i420.js';
import { scalarConverter } from '../../../recorder/encoders/i420-scalar.js';
import { createWasmConverter } from '../../../recorder/encoders/i420-wasm.js';

function planesFor(width: number, height: number, slack = 0): I420Planes {
  const yStride = paddedSize(width) + slack;
  const uvStride = paddedSize(width) / 2 + slack;
  const filled = (bytes: number) => new Uint8Array(bytes).fill(0xaa);
  const rows = paddedSize(height);
  return {
    y: filled(yStride * rows),
    u: filled((uvStride * rows) / 2),
    v: filled((uvStride * rows) / 2),
    yStride,
    uvStride,
  };
}

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
  slack: fc.integer({ min: 0, max: 40 }),
  area: fc.record({
    x: fc.integer({ min: 0, max: 80 }),
    y: fc.integer({ min: 0, max: 45 }),
    width: fc.integer({ min: 0, max: 80 }),
    height: fc.integer({ min: 0, max: 45 }),
  }),
});

describe('BGRX to I420', () => {
  it('has a kernel on this machine', () => {
    expect(createWasmConverter()?.name).toBe('wasm-simd');
  });

  it('the kernel and the scalar version give the same planes for any rectangle of any size', () => {
    const wasm = createWasmConverter();
    if (wasm === null) throw new Error('the kernel is not built');
    fc.assert(
      fc.property(pictures, ({ width, height, seed, slack, area }) => {
        const picture = { pixels: noise(width * height * 4, seed), width, height };
        const aligned = alignToChroma(area, width, height);
        if (aligned === null) return;
        const a = planesFor(width, height, slack);
        const b = planesFor(width, height, slack);
        scalarConverter.convert(picture, aligned, a);
        wasm.convert(picture, aligned, b);
        expect(Buffer.compare(a.y, b.y)).toBe(0);
        expect(Buffer.compare(a.u, b.u)).toBe(0);
        expect(Buffer.compare(a.v, b.v)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('a large picture goes through in strips', () => {
    const wasm = createWasmConverter();
    if (wasm === null) throw new Error('the kernel is not built');
    const picture = { pixels: noise(1921 * 301 * 4, 7), width: 1921, height: 301 };
    const whole = { x: 0, y: 0, width: 1922, height: 302 };
    const a = planesFor(1921, 301);
    const b = planesFor(1921, 301);
    scalarConverter.convert(picture, whole, a);
    wasm.convert(picture, whole, b);
    expect(Buffer.compare(a.y, b.y) || Buffer.compare(a.u, b.u) || Buffer.compare(a.v, b.v)).toBe(0);
  });

  it.each([
    ['black', [0, 0, 0], [16, 128, 128]],
    ['white', [255, 255, 255], [235, 128, 128]],
    ['red', [0, 0, 255], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [255, 0, 0], [32, 240, 118]],
  ])('%s has the value that BT.709 in limited range gives it, within one level', (_name, bgr, yuv) => {
    const picture = { pixels: Uint8Array.from([...bgr, 0, ...bgr, 0, ...bgr, 0, ...bgr, 0]), width: 2, height: 2 };
    const planes = planesFor(2, 2);
    scalarConverter.convert(picture, { x: 0, y: 0, width: 2, height: 2 }, planes);
    const got = [planes.y[0] ?? 0, planes.u[0] ?? 0, planes.v[0] ?? 0];
    for (const [index, value] of yuv.entries()) expect(Math.abs((got[index] ?? 0) - value)).toBeLessThanOrEqual(1);
  });

  it('pixels outside of the rectangle are not touched', () => {
    const planes = planesFor(8, 8);
    scalarConverter.convert(
      { pixels: noise(256, 3), width: 8, height: 8 },
      { x: 2, y: 2, width: 4, height: 4 },
      planes,
    );
    const touched = planes.y.reduce((count, value) => count + (value === 0xaa ? 0 : 1), 0);
    expect(touched).toBeLessThanOrEqual(16);
    expect([planes.y[0], planes.y[7 * 8 + 7], planes.u[0], planes.v[15]]).toEqual([0xaa, 0xaa, 0xaa, 0xaa]);
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
