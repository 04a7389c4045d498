/** What a decoder reports of the rectangles that it drew. */
import type { Placement } from './encoded-bitmap.js';

/** Changed rectangles reported one by one; of more than these, the one around them all. */
const MAX_AREAS = 32;

/** Areas of `count` rectangles: left, top, right and bottom (outside) of each in `edges`. */
export function changedAreas(edges: Int32Array, count: number): Placement[] {
  const areas: Placement[] = [];
  let [left = 0, top = 0, right = 0, bottom = 0] = edges;
  for (let at = 0; at < 4 * count; at += 4) {
    const [x = 0, y = 0, endX = 0, endY = 0] = edges.subarray(at, at + 4);
    if (count <= MAX_AREAS) areas.push({ x, y, width: endX - x, height: endY - y });
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, endX);
    bottom = Math.max(bottom, endY);
  }
  return count <= MAX_AREAS ? areas : [{ x: left, y: top, width: right - left, height: bottom - top }];
}
