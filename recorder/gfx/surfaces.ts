/** Offscreen surfaces of the graphics pipeline, [MS-RDPEGFX] 3.3.1.6 and 3.3.1.8, bounded in number and in pixels. */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_DESKTOP_DIMENSION, MAX_GFX_SURFACE_PIXELS, MAX_GFX_SURFACES } from '../../src/rdp/wire/limits.js';
import { DirtyRectangles } from '../picture/dirty-rectangles.js';
import { Framebuffer } from '../picture/framebuffer.js';
import type { Rectangle } from '../picture/rectangle.js';

const STRUCTURE = 'surface';

export interface Surface {
  readonly pixels: Framebuffer;
  /** What has changed since it was shown. */
  readonly dirty: DirtyRectangles;
  /** The area of the desktop that it is shown in, which it is stretched over; null while it is not shown. */
  mapping: Rectangle | null;
}

export class Surfaces {
  readonly #surfaces = new Map<number, Surface>();
  #pixels = 0;

  /** Throws DecodeError for a surface that does not exist. */
  get(surfaceId: number): Surface {
    const surface = this.#surfaces.get(surfaceId);
    if (surface === undefined) throw new DecodeError('invalid', STRUCTURE, 0, 'no such surface');
    return surface;
  }

  /** All of them, in the order of their creation. */
  get all(): Iterable<Surface> {
    return this.#surfaces.values();
  }

  /** A black surface; one of the same id is replaced. Throws DecodeError when it is empty or above the limits. */
  create(surfaceId: number, width: number, height: number): void {
    if (width === 0 || height === 0) throw new DecodeError('invalid', STRUCTURE, 0, 'empty');
    if (Math.max(width, height) > MAX_DESKTOP_DIMENSION) throw new DecodeError('limit', STRUCTURE, 0, 'size');
    this.delete(surfaceId);
    const full = this.#surfaces.size >= MAX_GFX_SURFACES;
    if (full || this.#pixels + width * height > MAX_GFX_SURFACE_PIXELS) {
      throw new DecodeError('limit', STRUCTURE, 0, 'all surfaces');
    }
    this.#pixels += width * height;
    const pixels = new Framebuffer(width, height);
    this.#surfaces.set(surfaceId, { pixels, dirty: new DirtyRectangles(width, height), mapping: null });
  }

  /** A surface that does not exist is as good as deleted. */
  delete(surfaceId: number): void {
    const surface = this.#surfaces.get(surfaceId);
    if (surface === undefined) return;
    this.#pixels -= surface.pixels.width * surface.pixels.height;
    this.#surfaces.delete(surfaceId);
  }

  /** All that is mapped is to be shown again. */
  touchMapped(): void {
    for (const { mapping, dirty, pixels } of this.#surfaces.values()) {
      if (mapping !== null) dirty.add({ x: 0, y: 0, width: pixels.width, height: pixels.height });
    }
  }

  clear(): void {
    this.#surfaces.clear();
    this.#pixels = 0;
  }
}
