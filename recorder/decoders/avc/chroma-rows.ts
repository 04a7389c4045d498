/**
 * Combination of a main and an auxiliary view to U and V of every pixel, two rows at a time: [MS-RDPEGFX] 3.3.8.3.2
 * (AVC444) and 3.3.8.3.3 (AVC444v2). Three of four pixels have their chroma in the auxiliary view; that of the fourth was
 * averaged with theirs in the main view, and is calculated back.
 */
import type { Yuv420Picture } from './h264-decoder.js';

/** A calculated value that is no further from the average than this is noise of quantisation. */
const THRESHOLD = 30;

export class ChromaRows {
  /** U and V of an even row. */
  u0 = new Uint8Array(0);
  v0 = new Uint8Array(0);
  /** U and V of the odd row below. */
  u1 = new Uint8Array(0);
  v1 = new Uint8Array(0);

  /** Fills both rows from `left` to `right`, even numbers, of the rows `y` and `y + 1`, where `y` is even. */
  fill(version: 1 | 2, main: Yuv420Picture, auxiliary: Yuv420Picture, y: number, left: number, right: number): void {
    if (this.u0.length < main.width + 1) {
      // A pair of pixels may reach one beyond an odd width.
      for (const name of ['u0', 'v0', 'u1', 'v1'] as const) this[name] = new Uint8Array(main.width + 1);
    }
    if (version === 1) this.#fillV1(main, auxiliary, y, left, right);
    else this.#fillV2(auxiliary, y, left, right);
    const at = (y >> 1) * main.uvStride;
    reverse(main.u, at, this.u0, this.u1, left, right);
    reverse(main.v, at, this.v0, this.v1, left, right);
  }

  /** Odd rows are rows of Y, for each 16 of them eight of U and eight of V; odd columns of even rows are U and V. */
  #fillV1(main: Yuv420Picture, auxiliary: Yuv420Picture, y: number, left: number, right: number): void {
    const { y: luma, u, v, yStride, uvStride, height } = auxiliary;
    const { u0, v0, u1, v1 } = this;
    const chroma = (y >> 1) * uvStride;
    for (let x = left; x < right; x += 2) {
      u0[x + 1] = u[chroma + (x >> 1)] as number; // within the picture, as all below
      v0[x + 1] = v[chroma + (x >> 1)] as number;
    }
    const rowU = (y & ~15) + ((y & 15) >> 1);
    const rowV = rowU + 8;
    if (rowV < height) {
      u1.set(luma.subarray(rowU * yStride + left, rowU * yStride + right), left);
      v1.set(luma.subarray(rowV * yStride + left, rowV * yStride + right), left);
      return;
    }
    // The last rows of a picture that was cropped: only the average is there.
    const average = (y >> 1) * main.uvStride;
    for (let x = left; x < right; x += 1) {
      u1[x] = main.u[average + (x >> 1)] as number;
      v1[x] = main.v[average + (x >> 1)] as number;
    }
  }

  /** Odd columns are Y, the left half of it U and the right half V; every fourth pixel of odd rows is U or V likewise. */
  #fillV2(auxiliary: Yuv420Picture, y: number, left: number, right: number): void {
    const { y: luma, u, v, yStride, uvStride, width } = auxiliary;
    const { u0, v0, u1, v1 } = this;
    const half = width >> 1;
    const quarter = width >> 2;
    const even = y * yStride;
    const odd = even + yStride;
    const chroma = (y >> 1) * uvStride;
    for (let x = left; x < right; x += 2) {
      const at = x >> 1;
      u0[x + 1] = luma[even + at] as number;
      v0[x + 1] = luma[even + half + at] as number;
      u1[x + 1] = luma[odd + at] as number;
      v1[x + 1] = luma[odd + half + at] as number;
      const plane = (x & 2) === 0 ? u : v;
      u1[x] = plane[chroma + (x >> 2)] as number;
      v1[x] = plane[chroma + quarter + (x >> 2)] as number;
    }
  }
}

/** Calculates the values at even columns of the even row from the averages at `average[at + x / 2]`. */
function reverse(
  average: Uint8Array,
  at: number,
  even: Uint8Array,
  odd: Uint8Array,
  left: number,
  right: number,
): void {
  for (let x = left; x < right; x += 2) {
    const mean = average[at + (x >> 1)] as number;
    const sum = (even[x + 1] as number) + (odd[x] as number) + (odd[x + 1] as number);
    const value = Math.min(Math.max(4 * mean - sum, 0), 255);
    even[x] = Math.abs(value - mean) > THRESHOLD ? value : mean;
  }
}
