/** One tile of 64 x 64 pixels, [MS-RDPRFX] 3.1.8.2: from three encoded components to BGRX pixels. */
import { convertToBgrx } from './color-conversion.js';
import { sumLl3 } from './dequantise.js';
import { inverseDwt } from './dwt.js';
import { COEFFICIENTS, decodeRlgr, type RlgrMode } from './rlgr.js';
import { createWasmTileKernel, type TileKernel } from './tile-kernel.js';

/** Width and height of a tile in pixels. */
export const TILE_SIZE = 64;

/** The kernel's arithmetic in TypeScript. */
export function createScalarTileKernel(): TileKernel {
  const plane = (): Int16Array => new Int16Array(COEFFICIENTS);
  const planes = [plane(), plane(), plane()] as const;
  const temporary = plane();
  const pixels = new Uint32Array(COEFFICIENTS);
  return {
    planes,
    pixels,
    inverseDwt: (index, first) => inverseDwt(planes[index], first, temporary),
    convertToBgrx: () => convertToBgrx(...planes, pixels),
  };
}

/** Decodes tiles in memory of its own. */
export class TileDecoder {
  readonly #kernel: TileKernel;

  constructor(kernel: TileKernel = createWasmTileKernel() ?? createScalarTileKernel()) {
    this.#kernel = kernel;
  }

  /** The last tile's pixels, 0xFFRRGGBB, row by row. */
  get pixels(): Uint32Array {
    return this.#kernel.pixels;
  }

  /**
   * Decodes one component of the tile in hand (0 for Y, 1 for Cb, 2 for Cr): the bytes from `start` to `end` of `data`,
   * which goes on for `RLGR_SLACK_BYTES` after them, with the shifts at `shifts[shiftsAt]`.
   */
  component(
    index: 0 | 1 | 2,
    mode: RlgrMode,
    data: DataView,
    start: number,
    end: number,
    shifts: Uint8Array,
    shiftsAt: number,
  ): void {
    const plane = this.#kernel.planes[index];
    const first = decodeRlgr(mode, data, start, end, shifts, shiftsAt, plane);
    sumLl3(plane);
    this.#kernel.inverseDwt(index, first);
  }

  /** Combines the three components into `pixels`. */
  combine(): void {
    this.#kernel.convertToBgrx();
  }
}
