import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_POINTER_CACHE_ENTRIES } from '../../src/rdp/wire/limits.js';
import type { PointerImage } from './pointer-image.js';

/** Pixels that all cached pointers may have together: room for a hundred of the largest. */
const MAX_CACHED_PIXELS = 100 * 384 * 384;

const STRUCTURE = 'pointerCache';

/** The pointer cache of a connection, [MS-RDPBCGR] 3.2.1.11: colour, new and large pointers share its indexes. */
export class PointerCache {
  readonly #entries = new Map<number, PointerImage>();
  #size = 0;
  #pixels = 0;

  /**
   * Sets the number of entries that the client announced, at each activation. Entries within it are kept: a target that
   * counts them as lost sends them again.
   */
  resize(size: number): void {
    this.#size = Math.min(size, MAX_POINTER_CACHE_ENTRIES);
    for (const [index, image] of this.#entries) {
      if (index < this.#size) continue;
      this.#pixels -= image.pixels.length;
      this.#entries.delete(index);
    }
  }

  /** @throws DecodeError for an index that was not announced, or when the cache would take too much memory. */
  put(index: number, image: PointerImage): void {
    if (index >= this.#size) throw new DecodeError('invalid', STRUCTURE, 0, 'cacheIndex');
    const pixels = this.#pixels - (this.#entries.get(index)?.pixels.length ?? 0) + image.pixels.length;
    if (pixels > MAX_CACHED_PIXELS) throw new DecodeError('limit', STRUCTURE, 0, 'pixels of all pointers');
    this.#pixels = pixels;
    this.#entries.set(index, image);
  }

  /** @throws DecodeError for an index under which nothing was stored. */
  get(index: number): PointerImage {
    const image = this.#entries.get(index);
    if (image === undefined) throw new DecodeError('invalid', STRUCTURE, 0, 'cacheIndex');
    return image;
  }
}
