/** Commands that draw on surfaces with what is on surfaces already, [MS-RDPEGFX] 3.3.5.4 to 3.3.5.7. */
import type { CacheToSurface } from '../../src/rdp/gfx/cache-to-surface.js';
import type { GfxPoint, GfxRectangle } from '../../src/rdp/gfx/gfx-types.js';
import type { SolidFill } from '../../src/rdp/gfx/solid-fill.js';
import type { SurfaceToCache } from '../../src/rdp/gfx/surface-to-cache.js';
import type { SurfaceToSurface } from '../../src/rdp/gfx/surface-to-surface.js';
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import { clip, type Rectangle } from '../picture/rectangle.js';
import type { BitmapCache } from './bitmap-cache.js';
import { copyPixels } from './copy-pixels.js';
import type { PixelBudget } from './pixel-budget.js';
import type { Surface, Surfaces } from './surfaces.js';

const OPAQUE = 0xff00_0000;

/** Width and height are not above 0 for a rectangle whose bounds are the wrong way round. */
export function rectangleOf({ left, top, right, bottom }: GfxRectangle): Rectangle {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Throws DecodeError, as all of these do; what was drawn before stays. */
export function solidFill(command: SolidFill, surfaces: Surfaces, budget: PixelBudget): void {
  const surface = surfaces.get(command.surfaceId);
  const color = (command.fillPixel | OPAQUE) >>> 0;
  for (const bounds of command.fillRects) {
    const area = clip(rectangleOf(bounds), surface.pixels.width, surface.pixels.height);
    budget.spend(area === null ? 0 : area.width * area.height);
    if (area === null) continue;
    surface.pixels.paint(area, color);
    surface.dirty.add(area);
  }
}

export function surfaceToSurface(command: SurfaceToSurface, surfaces: Surfaces, budget: PixelBudget): void {
  const source = surfaces.get(command.surfaceIdSrc);
  const target = surfaces.get(command.surfaceIdDest);
  const area = clip(rectangleOf(command.rectSrc), source.pixels.width, source.pixels.height);
  if (area === null) return;
  if (source !== target) {
    copyToPoints(source.pixels, area, target, command.destPts, budget);
    return;
  }
  const [only, ...more] = command.destPts;
  budget.spend(area.width * area.height);
  if (only !== undefined && more.length === 0) {
    target.pixels.copy(area, only.x, only.y);
    target.dirty.add({ ...area, x: only.x, y: only.y });
    return;
  }
  // All copies are of what was there before the first of them.
  const copy = { width: area.width, height: area.height, words: new Uint32Array(area.width * area.height) };
  copyPixels(source.pixels, area, copy, 0, 0);
  copyToPoints(copy, { ...area, x: 0, y: 0 }, target, command.destPts, budget);
}

export function surfaceToCache(
  command: SurfaceToCache,
  surfaces: Surfaces,
  cache: BitmapCache,
  budget: PixelBudget,
): void {
  const area = rectangleOf(command.rectSrc);
  const surface = surfaces.get(command.surfaceId);
  budget.spend(Math.max(0, area.width) * Math.max(0, area.height));
  cache.put(command.cacheSlot, surface.pixels, area);
}

export function cacheToSurface(
  command: CacheToSurface,
  surfaces: Surfaces,
  cache: BitmapCache,
  budget: PixelBudget,
): void {
  const surface = surfaces.get(command.surfaceId);
  const entry = cache.get(command.cacheSlot);
  copyToPoints(entry, { x: 0, y: 0, width: entry.width, height: entry.height }, surface, command.destPts, budget);
}

function copyToPoints(
  from: PixelTarget,
  area: Rectangle,
  to: Surface,
  points: readonly GfxPoint[],
  budget: PixelBudget,
): void {
  for (const { x, y } of points) {
    budget.spend(area.width * area.height);
    const drawn = copyPixels(from, area, to.pixels, x, y);
    if (drawn !== null) to.dirty.add(drawn);
  }
}
