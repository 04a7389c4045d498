/**
 * What is kept of a tile between messages: the sub-band diffing and progressive tile contexts of [MS-RDPEGFX] 3.3.1.2 and
 * 3.3.1.3.
 */
import { COEFFICIENTS } from '../remotefx/rlgr.js';
import { BANDS } from './bands.js';

export class TileState {
  /** Dequantised coefficients of Y, Cb and Cr with five fractional bits. */
  readonly coefficients = new Int16Array(3 * COEFFICIENTS);
  /** Positions of each component's first coefficient that may be other than zero. */
  readonly firsts = new Int32Array(3);
  /** The sum of both quantisation factors that each band of Y, Cb and Cr has come down to. */
  readonly bitPositions = new Uint8Array(3 * BANDS);
  /** True for the Reduce-Extrapolate transform. */
  reduced = false;
  #signs: Int8Array | null = null;

  /** Signs of what was received of each coefficient; null when no upgrade is to come. */
  get signs(): Int8Array | null {
    return this.#signs;
  }

  /** Signs to begin a tile with that upgrades may follow. */
  startSigns(): Int8Array {
    this.#signs ??= new Int8Array(3 * COEFFICIENTS);
    return this.#signs;
  }

  /** The tile has all of its bits. */
  dropSigns(): void {
    this.#signs = null;
  }
}
