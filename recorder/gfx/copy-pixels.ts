import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import { clip, type Rectangle } from '../picture/rectangle.js';

/**
 * Copies an area of one picture to (x, y) of another; what lies outside on either side is left out. Returns the part that
 * was drawn. The pictures do not share memory.
 */
export function copyPixels(
  from: PixelTarget,
  area: Rectangle,
  to: PixelTarget,
  x: number,
  y: number,
): Rectangle | null {
  const source = clip(area, from.width, from.height);
  if (source === null) return null;
  const dx = x - area.x;
  const dy = y - area.y;
  const target = clip({ ...source, x: source.x + dx, y: source.y + dy }, to.width, to.height);
  if (target === null) return null;
  for (let row = target.y; row < target.y + target.height; row += 1) {
    const start = (row - dy) * from.width + target.x - dx;
    to.words.set(from.words.subarray(start, start + target.width), row * to.width + target.x);
  }
  return target;
}

/**
 * Draws the part of a picture that falls into `part` of the target, when the whole picture is stretched over `mapped`.
 * Each pixel is that of the source which its centre lies in.
 */
export function stretchPixels(from: PixelTarget, to: PixelTarget, mapped: Rectangle, part: Rectangle): void {
  const columns = Array.from({ length: part.width }, (_, i) =>
    Math.floor(((part.x + i - mapped.x + 0.5) * from.width) / mapped.width),
  );
  for (let y = part.y; y < part.y + part.height; y += 1) {
    const row = Math.floor(((y - mapped.y + 0.5) * from.height) / mapped.height) * from.width;
    let at = y * to.width + part.x;
    for (const column of columns) {
      // Within the picture: the part lies within the area that it is stretched over.
      to.words[at] = from.words[row + column] as number;
      at += 1;
    }
  }
}
