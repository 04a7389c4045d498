/** How many tiles are kept, whatever surfaces they are of. */
import { MAX_PROGRESSIVE_TILES } from '../../../src/rdp/wire/limits.js';

export class TileBudget {
  #left: number;

  constructor(tiles: number = MAX_PROGRESSIVE_TILES) {
    this.#left = tiles;
  }

  /** Takes one; false when all are taken. */
  take(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  give(tiles: number): void {
    this.#left += tiles;
  }
}
