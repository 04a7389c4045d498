/** The bitmap cache of the graphics pipeline, [MS-RDPEGFX] 3.3.1.4: slots are counted from one, and bytes in all. */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import { clip, type Rectangle } from '../picture/rectangle.js';
import { copyPixels } from './copy-pixels.js';
import type { CacheLimits } from './registry.js';

const STRUCTURE = 'bitmapCache';

export class BitmapCache {
  readonly #limits: CacheLimits;
  readonly #entries = new Map<number, PixelTarget>();
  #bytes = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  /** Throws DecodeError for an empty slot. */
  get(slot: number): PixelTarget {
    const entry = this.#entries.get(slot);
    if (entry === undefined) throw new DecodeError('invalid', STRUCTURE, 0, 'empty slot');
    return entry;
  }

  /**
   * Keeps an area of a surface; what the slot held before is gone in any case.
   * Throws DecodeError for an area that is not within the surface, or above the limits.
   */
  put(slot: number, surface: PixelTarget, area: Rectangle): void {
    this.evict(slot);
    const inside = clip(area, surface.width, surface.height);
    if (inside === null || inside.width !== area.width || inside.height !== area.height) {
      throw new DecodeError('invalid', STRUCTURE, 0, 'area of the surface');
    }
    if (slot === 0 || slot > this.#limits.slots) throw new DecodeError('limit', STRUCTURE, 0, 'slot');
    const bytes = 4 * area.width * area.height;
    if (this.#bytes + bytes > this.#limits.bytes) throw new DecodeError('limit', STRUCTURE, 0, 'size');
    const entry = { width: area.width, height: area.height, words: new Uint32Array(area.width * area.height) };
    copyPixels(surface, area, entry, 0, 0);
    this.#entries.set(slot, entry);
    this.#bytes += bytes;
  }

  evict(slot: number): void {
    const entry = this.#entries.get(slot);
    if (entry === undefined) return;
    this.#bytes -= 4 * entry.width * entry.height;
    this.#entries.delete(slot);
  }
}
