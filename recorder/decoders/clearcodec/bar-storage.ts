/**
 * V-Bar and Short V-Bar Storage, [MS-RDPEGFX] 3.3.1.10 to 3.3.1.13: columns of pixels, each store written in a ring. Columns
 * are named by where they begin in `pixels`: a bitmap has hundreds of them.
 */
const OPAQUE = 0xff00_0000;

/** The longest column, 2.2.4.1.1.2.1. */
export const MAX_BAR_HEIGHT = 52;

export const V_BARS = 32_768;
export const SHORT_V_BARS = 16_384;

export class BarStorage {
  readonly pixels: Uint32Array;
  /** A column of black pixels, as high as there are any. */
  readonly black: number;
  readonly #count: number;
  /** Pixels of a column and one more; 0 where there has never been one. */
  readonly #heights: Uint8Array;
  #cursor = 0;

  constructor(count: number) {
    this.#count = count;
    this.black = count * MAX_BAR_HEIGHT;
    this.pixels = new Uint32Array(this.black + MAX_BAR_HEIGHT).fill(OPAQUE, this.black);
    this.#heights = new Uint8Array(count);
  }

  /** Where the next column goes. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Begins at the first place again; what is stored stays. */
  resetCursor(): void {
    this.#cursor = 0;
  }

  /** Forgets all columns. */
  clear(): void {
    this.#heights.fill(0);
  }

  /** Pixels of a column; -1 where there has never been one. */
  height(index: number): number {
    return (this.#heights[index] as number) - 1; // indices have as many bits as there are columns
  }

  /** Where a column begins. */
  start(index: number): number {
    return index * MAX_BAR_HEIGHT;
  }

  /** The beginning of the next column of so many pixels, for the caller to fill; its index is the cursor's before the call. */
  next(height: number): number {
    const index = this.#cursor;
    this.#cursor = (index + 1) % this.#count;
    this.#heights[index] = height + 1;
    return this.start(index);
  }
}
