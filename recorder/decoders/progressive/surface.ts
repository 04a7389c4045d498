/**
 * The tiles of one surface, [MS-RDPEGFX] 3.3.1.3: kept as long as the surface is. Deleting an encoding context does not
 * end them, for servers send differences to tiles that came in a context of before.
 */
import { MAX_DESKTOP_DIMENSION } from '../../../src/rdp/wire/limits.js';
import { TILE_SIZE } from '../remotefx/tile-decoder.js';
import { ProgressiveMessage } from './message.js';
import { TileBudget } from './tile-budget.js';
import { TileState } from './tile-state.js';

export class ProgressiveSurface {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** The message in hand. */
  readonly message: ProgressiveMessage;
  readonly #tiles: (TileState | null)[];
  readonly #budget: TileBudget;
  /** For each tile the number of the last frame that it was in. */
  readonly #frames: Float64Array;

  /**
   * `budget` is what all surfaces of a connection share; `poison` gives back what this one has of it.
   * @throws RangeError for sizes that no surface has.
   */
  constructor(width: number, height: number, budget = new TileBudget()) {
    if (!(width > 0 && height > 0 && width <= MAX_DESKTOP_DIMENSION && height <= MAX_DESKTOP_DIMENSION)) {
      throw new RangeError('size of a surface');
    }
    this.width = width;
    this.height = height;
    this.#budget = budget;
    this.columns = Math.ceil(width / TILE_SIZE);
    const count = this.columns * Math.ceil(height / TILE_SIZE);
    this.#tiles = Array.from({ length: count }, () => null);
    this.#frames = new Float64Array(count).fill(-1);
    this.message = new ProgressiveMessage(width, height);
  }

  get tileCount(): number {
    return this.#tiles.length;
  }

  /** State of a tile; null when nothing was received that it could be continued from. */
  tile(index: number): TileState | null {
    return this.#tiles[index] ?? null;
  }

  /** State of a tile that an original one takes the place of; null when there are too many of all surfaces. */
  openTile(index: number): TileState | null {
    const known = this.#tiles[index];
    if (known) return known;
    if (!this.#budget.take()) return null;
    const state = new TileState();
    this.#tiles[index] = state;
    return state;
  }

  /** Forgets a tile: nothing is drawn of it until an original tile has come. */
  forget(index: number): void {
    if (this.#tiles[index]) this.#budget.give(1);
    this.#tiles[index] = null;
    this.#frames[index] = -1;
  }

  /** Forgets all tiles: for messages that were lost before they came here. */
  poison(): void {
    this.#budget.give(this.#tiles.filter((tile) => tile !== null).length);
    this.#tiles.fill(null);
    this.#frames.fill(-1);
  }

  /** Notes that a tile was in a frame. */
  mark(index: number, frameId: number): void {
    this.#frames[index] = frameId;
  }

  /** True when the tile was in the frame. */
  isOfFrame(index: number, frameId: number): boolean {
    return this.#frames[index] === frameId;
  }
}
