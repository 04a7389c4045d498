/** Progressive RemoteFX as a codec of the graphics pipeline: the tiles of each surface are kept as long as the surface is. */
import { ProgressiveDecoder } from '../decoders/progressive/progressive.js';
import { ProgressiveSurface } from '../decoders/progressive/surface.js';
import { TileBudget } from '../decoders/progressive/tile-budget.js';
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import type { GfxBitmap, GfxDecoder, GfxDrawn } from './gfx-decoder.js';

class ProgressiveCodec implements GfxDecoder {
  readonly #decoder = new ProgressiveDecoder();
  readonly #budget: TileBudget;
  readonly #surfaces = new Map<number, ProgressiveSurface>();
  #poisoned = false;

  constructor(budget: TileBudget) {
    this.#budget = budget;
  }

  /** What is lost of a tile is missing from all that builds upon it: until a message decodes whole. */
  get poisoned(): boolean {
    return this.#poisoned;
  }

  decode({ data, surfaceId, frameId }: GfxBitmap, surface: PixelTarget): GfxDrawn {
    this.#poisoned = true;
    const tiles = this.#surfaces.get(surfaceId) ?? this.#open(surface);
    this.#surfaces.set(surfaceId, tiles);
    const drawn = this.#decoder.decode(data, frameId, tiles, surface);
    this.#poisoned = drawn.lost.length > 0;
    return drawn;
  }

  poison(): void {
    for (const tiles of this.#surfaces.values()) tiles.poison();
  }

  deleteSurface(surfaceId: number): void {
    this.#surfaces.get(surfaceId)?.poison();
    this.#surfaces.delete(surfaceId);
  }

  #open({ width, height }: PixelTarget): ProgressiveSurface {
    return new ProgressiveSurface(width, height, this.#budget);
  }
}

/** The codec of one opened channel. Contexts that are deleted change nothing: servers build on their tiles all the same. */
export function createProgressiveDecoder(budget = new TileBudget()): GfxDecoder {
  return new ProgressiveCodec(budget);
}
