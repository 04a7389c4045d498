/** Planes that are brought up to date with others of the same size, as an encoder's own are with a desktop's. */
import type { I420Planes, Rectangle } from './i420.js';

/**
 * Copies the rows that areas are in, from the left edge to the right one: many rows are copied at once, in less time than
 * the parts of each row that are in an area. Rows and `width` are even.
 */
export function copyRows(areas: readonly Rectangle[], from: I420Planes, to: I420Planes, width: number): void {
  for (const { top, bottom } of bandsOf(areas)) {
    copy(from.y, from.yStride, to.y, to.yStride, width, top, bottom);
    copy(from.u, from.uvStride, to.u, to.uvStride, width / 2, top / 2, bottom / 2);
    copy(from.v, from.uvStride, to.v, to.uvStride, width / 2, top / 2, bottom / 2);
  }
}

interface Band {
  readonly top: number;
  readonly bottom: number;
}

/** The rows, each once. */
function bandsOf(areas: readonly Rectangle[]): Band[] {
  const bands: Band[] = [];
  for (const { y: top, height } of areas.toSorted((a, b) => a.y - b.y)) {
    const last = bands.at(-1);
    const bottom = top + height;
    if (last === undefined || last.bottom < top) bands.push({ top, bottom });
    else if (last.bottom < bottom) bands[bands.length - 1] = { top: last.top, bottom };
  }
  return bands;
}

function copy(
  from: Uint8Array,
  fromStride: number,
  to: Uint8Array,
  toStride: number,
  width: number,
  top: number,
  bottom: number,
): void {
  if (fromStride === toStride) {
    // The last row's padding may not be there.
    to.set(from.subarray(top * fromStride, (bottom - 1) * fromStride + width), top * toStride);
    return;
  }
  for (let row = top; row < bottom; row += 1) {
    to.set(from.subarray(row * fromStride, row * fromStride + width), row * toStride);
  }
}
