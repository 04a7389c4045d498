/** Surfaces on the desktop: where they are and what of them is shown, [MS-RDPEGFX] 3.3.5.12, 3.3.5.15 and 3.3.5.22. */
import { clip, type Rectangle } from '../picture/rectangle.js';
import { copyPixels, stretchPixels } from './copy-pixels.js';
import type { GfxOutput } from './graphics-pipeline.js';
import type { Surface } from './surfaces.js';

/** The part of the desktop that an area of a surface is shown in; null when it is not shown. */
export function onDesktop(
  { mapping, pixels }: Surface,
  area: Rectangle,
  output: Pick<GfxOutput, 'width' | 'height'>,
): Rectangle | null {
  if (mapping === null) return null;
  const left = Math.floor((area.x * mapping.width) / pixels.width);
  const top = Math.floor((area.y * mapping.height) / pixels.height);
  const right = Math.ceil(((area.x + area.width) * mapping.width) / pixels.width);
  const bottom = Math.ceil(((area.y + area.height) * mapping.height) / pixels.height);
  const shown = { x: mapping.x + left, y: mapping.y + top, width: right - left, height: bottom - top };
  return clip(shown, output.width, output.height);
}

/** Shows what has changed of a surface. */
export function showSurface(surface: Surface, output: GfxOutput): void {
  const { pixels, mapping, dirty } = surface;
  if (mapping === null) return;
  const scaled = mapping.width !== pixels.width || mapping.height !== pixels.height;
  for (const area of dirty.list) {
    const shown = onDesktop(surface, area, output);
    if (shown === null) continue;
    output.paint(shown, (desktop) => {
      if (scaled) stretchPixels(pixels, desktop, mapping, shown);
      else copyPixels(pixels, area, desktop, mapping.x + area.x, mapping.y + area.y);
    });
  }
  dirty.clear();
}
