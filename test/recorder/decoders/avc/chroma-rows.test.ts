/** The combination of views, against pictures packed after the formulas of [MS-RDPEGFX] 3.3.8.3.2 and 3.3.8.3.3. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChromaRows } from '../../../../recorder/decoders/avc/chroma-rows.js';
import type { Yuv420Picture } from '../../../../recorder/decoders/avc/h264-decoder.js';
import { convertRow420, convertRow444 } from '../../../../recorder/decoders/avc/yuv-to-bgrx.js';

type Plane = (x: number, y: number) => number;

class Picture implements Yuv420Picture {
  readonly width: number;
  readonly height: number;
  // Strides are longer than rows, as those of decoders are.
  readonly yStride: number;
  readonly uvStride: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.yStride = width + 24;
    this.uvStride = width / 2 + 12;
    this.y = new Uint8Array(this.yStride * height);
    this.u = new Uint8Array(this.uvStride * (height / 2));
    this.v = new Uint8Array(this.uvStride * (height / 2));
  }
}

function mainView(width: number, height: number, u: Plane, v: Plane): Picture {
  const main = new Picture(width, height);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const mean = (plane: Plane): number =>
        (plane(x, y) + plane(x + 1, y) + plane(x, y + 1) + plane(x + 1, y + 1)) / 4;
      const at = (y / 2) * main.uvStride + x / 2;
      main.u[at] = mean(u);
      main.v[at] = mean(v);
    }
  }
  return main;
}

function auxiliaryV1(width: number, height: number, u: Plane, v: Plane): Picture {
  const view = new Picture(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      // Within 16 rows: eight odd rows of U, then eight odd rows of V.
      const [block, row] = [Math.floor(y / 16) * 16, y % 16];
      view.y[y * view.yStride + x] = row < 8 ? u(x, block + 2 * row + 1) : v(x, block + 2 * (row - 8) + 1);
    }
  }
  for (let y = 0; y < height / 2; y += 1) {
    for (let x = 0; x < width / 2; x += 1) {
      view.u[y * view.uvStride + x] = u(2 * x + 1, 2 * y);
      view.v[y * view.uvStride + x] = v(2 * x + 1, 2 * y);
    }
  }
  return view;
}

function auxiliaryV2(width: number, height: number, u: Plane, v: Plane): Picture {
  const view = new Picture(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width / 2; x += 1) {
      view.y[y * view.yStride + x] = u(2 * x + 1, y);
      view.y[y * view.yStride + width / 2 + x] = v(2 * x + 1, y);
    }
  }
  for (let y = 0; y < height / 2; y += 1) {
    for (let x = 0; x < width / 4; x += 1) {
      const at = y * view.uvStride + x;
      view.u[at] = u(4 * x, 2 * y + 1);
      view.u[at + width / 4] = v(4 * x, 2 * y + 1);
      view.v[at] = u(4 * x + 2, 2 * y + 1);
      view.v[at + width / 4] = v(4 * x + 2, 2 * y + 1);
    }
  }
  return view;
}

describe.each([
  [1, auxiliaryV1],
  [2, auxiliaryV2],
] as const)('the combination of views, version %i', (version, pack) => {
  it('gives back the chroma of every pixel that was packed', () => {
    const [width, height] = [48, 32];
    const u: Plane = (x, y) => (x * 37 + y * 11) % 256;
    const v: Plane = (x, y) => (x * 5 + y * 59 + 100) % 256;
    const [main, auxiliary] = [mainView(width, height, u, v), pack(width, height, u, v)];
    const rows = new ChromaRows();
    for (let y = 0; y < height; y += 2) {
      rows.fill(version, main, auxiliary, y, 0, width);
      for (let x = 0; x < width; x += 1) {
        expect([rows.u1[x], rows.v1[x]], `${x}, ${y + 1}`).toEqual([u(x, y + 1), v(x, y + 1)]);
        if (x % 2 === 1) expect([rows.u0[x], rows.v0[x]], `${x}, ${y}`).toEqual([u(x, y), v(x, y)]);
      }
      for (let x = 0; x < width; x += 2) {
        expectReversed(rows.u0[x] ?? 0, u, x, y);
        expectReversed(rows.v0[x] ?? 0, v, x, y);
      }
    }
  });

  it('gives the same for a part of a row as for the whole of it', () => {
    const plane: Plane = (x, y) => (x * 91 + y * 7) % 256;
    const [main, auxiliary] = [mainView(64, 16, plane, plane), pack(64, 16, plane, plane)];
    const [whole, part] = [new ChromaRows(), new ChromaRows()];
    whole.fill(version, main, auxiliary, 6, 0, 64);
    part.fill(version, main, auxiliary, 6, 18, 34);
    for (const name of ['u0', 'v0', 'u1', 'v1'] as const) {
      expect(part[name].subarray(18, 34)).toEqual(whole[name].subarray(18, 34));
      expect(part[name].subarray(0, 18).every((value) => value === 0)).toBe(true);
    }
  });
});

/** The pixel whose chroma was averaged: calculated back to within the rounding of the mean, or the mean itself. */
function expectReversed(value: number, plane: Plane, x: number, y: number): void {
  const mean = Math.trunc((plane(x, y) + plane(x + 1, y) + plane(x, y + 1) + plane(x + 1, y + 1)) / 4);
  const sum = plane(x + 1, y) + plane(x, y + 1) + plane(x + 1, y + 1);
  const reversed = Math.min(255, Math.max(0, 4 * mean - sum));
  expect(value).toBe(Math.abs(reversed - mean) > 30 ? reversed : mean);
  if (value === reversed) expect(Math.abs(value - plane(x, y))).toBeLessThanOrEqual(3);
}

describe('full-range BT.709', () => {
  const byte = fc.nat(255);

  it('is the matrix of the specification, 3.3.8.3.1, clamped', () => {
    fc.assert(
      fc.property(byte, byte, byte, (y, u, v) => {
        const clamp = (value: number): number => Math.min(255, Math.max(0, value));
        const red = clamp((256 * y + 403 * (v - 128)) >> 8);
        const green = clamp((256 * y - 48 * (u - 128) - 120 * (v - 128)) >> 8);
        const blue = clamp((256 * y + 475 * (u - 128)) >> 8);
        const words = new Uint32Array(1);
        convertRow444(Uint8Array.of(y), 0, Uint8Array.of(u), Uint8Array.of(v), 0, words, 0, 1);
        expect(words[0]).toBe((0xff00_0000 | (red << 16) | (green << 8) | blue) >>> 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same for chroma that two pixels share', () => {
    const bytes = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.nat(19), fc.nat(20), (y, u, v, x, columns) => {
        const count = Math.min(columns, 20 - x);
        const double = (plane: Uint8Array): Uint8Array => Uint8Array.from({ length: 20 }, (_, i) => plane[i >> 1] ?? 0);
        const [shared, apart] = [new Uint32Array(22), new Uint32Array(22)];
        convertRow420(y, 0, u, v, 0, shared, x + 1, x, count);
        convertRow444(y, x, double(u), double(v), x, apart, x + 1, count);
        expect(shared).toEqual(apart);
      }),
    );
  });
});
