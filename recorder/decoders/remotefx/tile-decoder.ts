/** One tile of 64 x 64 pixels, [MS-RDPRFX] 3.1.8.2: from three encoded components to BGRX pixels. */
import { convertToBgrx } from './color-conversion.js';
import { sumLl3 } from './dequantise.js';
import { inverseDwt } from './dwt.js';
import { COEFFICIENTS, decodeRlgr, type RlgrMode } from './rlgr.js';

/** Width and height of a tile in pixels. */
export const TILE_SIZE = 64;

/** Decodes tiles in memory of its own. */
export class TileDecoder {
  /** The last tile's pixels, 0xFFRRGGBB, row by row. */
  readonly pixels = new Uint32Array(COEFFICIENTS);
  readonly #y = new Int16Array(COEFFICIENTS);
  readonly #cb = new Int16Array(COEFFICIENTS);
  readonly #cr = new Int16Array(COEFFICIENTS);
  readonly #temporary = new Int16Array(COEFFICIENTS);

  /**
   * Decodes one component of the tile in hand: the bytes from `start` to `end` of `data`, which goes on for
   * `RLGR_SLACK_BYTES` after them, with the shifts at `shifts[shiftsAt]`.
   */
  component(
    which: 'y' | 'cb' | 'cr',
    mode: RlgrMode,
    data: DataView,
    start: number,
    end: number,
    shifts: Uint8Array,
    shiftsAt: number,
  ): void {
    const plane = which === 'y' ? this.#y : which === 'cb' ? this.#cb : this.#cr;
    const first = decodeRlgr(mode, data, start, end, shifts, shiftsAt, plane);
    sumLl3(plane);
    inverseDwt(plane, first, this.#temporary);
  }

  /** Combines the three components into `pixels`. */
  combine(): void {
    convertToBgrx(this.#y, this.#cb, this.#cr, this.pixels);
  }
}
