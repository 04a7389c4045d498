/** V-Bar and Short V-Bar Storage, [MS-RDPEGFX] 3.3.1.10 to 3.3.1.13: columns of pixels, each store written in a ring. */

/** The longest column, 2.2.4.1.1.2.1. */
export const MAX_BAR_HEIGHT = 52;

export const V_BARS = 32_768;
export const SHORT_V_BARS = 16_384;

export class BarStorage {
  readonly #count: number;
  readonly #pixels: Uint32Array;
  /** Pixels of a column and one more; 0 where there has never been one. */
  readonly #heights: Uint8Array;
  #cursor = 0;

  constructor(count: number) {
    this.#count = count;
    this.#pixels = new Uint32Array(count * MAX_BAR_HEIGHT);
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

  /** Pixels of a column; null where there has never been one. */
  height(index: number): number | null {
    const height = this.#heights[index] ?? 0;
    return height === 0 ? null : height - 1;
  }

  /** A view of a column, as high as it is. */
  get(index: number): Uint32Array {
    const start = index * MAX_BAR_HEIGHT;
    return this.#pixels.subarray(start, start + (this.height(index) ?? 0));
  }

  /** The next column of so many pixels, for the caller to fill; its index is the cursor's before the call. */
  next(height: number): Uint32Array {
    const index = this.#cursor;
    this.#cursor = (index + 1) % this.#count;
    this.#heights[index] = height + 1;
    return this.get(index);
  }
}
