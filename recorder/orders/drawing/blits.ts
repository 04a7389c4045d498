/** DstBlt, PatBlt, OpaqueRect, ScrBlt and MemBlt. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { intersection, type Rectangle } from '../../picture/rectangle.js';
import type { CachedBitmap } from '../caches.js';
import { OPAQUE } from '../colors.js';
import type { DstBlt } from '../primary/dst-blt.js';
import type { MemBlt } from '../primary/mem-blt.js';
import type { OpaqueRect } from '../primary/opaque-rect.js';
import type { PatBlt } from '../primary/pat-blt.js';
import type { ScrBlt } from '../primary/scr-blt.js';
import { PATCOPY, SRCCOPY, usesPattern, usesSource } from '../raster-operations.js';
import { brushPattern } from './brush.js';
import { blitArea, type Drawing } from './drawing.js';

export function drawDstBlt(order: DstBlt, drawing: Drawing): void {
  if (usesSource(order.bRop) || usesPattern(order.bRop)) throw invalidOperation('DstBlt');
  drawing.blt(blitArea(order), order.bRop);
}

export function drawPatBlt(order: PatBlt, drawing: Drawing): void {
  if (usesSource(order.bRop)) throw invalidOperation('PatBlt');
  const area = blitArea(order);
  if (!usesPattern(order.bRop)) {
    drawing.blt(area, order.bRop);
    return;
  }
  const pattern = brushPattern(order, drawing);
  if (pattern === null) return;
  if (order.bRop === PATCOPY && order.brushStyle === 0) drawing.fill(area, drawing.color(order.foreColor));
  else drawing.blt(area, order.bRop, undefined, pattern);
}

export function drawOpaqueRect(order: OpaqueRect, drawing: Drawing): void {
  const color = order.redOrPaletteIndex | (order.green << 8) | (order.blue << 16);
  drawing.fill(blitArea(order), drawing.color(color));
}

/** What would come from outside the desktop stays as it is. */
export function drawScrBlt(order: ScrBlt, drawing: Drawing): void {
  if (usesPattern(order.bRop)) throw invalidOperation('ScrBlt');
  const dx = order.nLeftRect - order.nXSrc;
  const dy = order.nTopRect - order.nYSrc;
  const { width, height, words } = drawing.framebuffer;
  const area = intersection(blitArea(order), { x: dx, y: dy, width, height });
  if (area === null) return;
  if (order.bRop === SRCCOPY) {
    drawing.change(area, (inside) => {
      drawing.framebuffer.copy({ ...inside, x: inside.x - dx, y: inside.y - dy }, inside.x, inside.y);
    });
    return;
  }
  const bounded = drawing.within(area);
  const visible = bounded === null ? null : intersection(bounded, { x: 0, y: 0, width, height });
  if (visible === null) return;
  // The source is read as it was before anything is drawn.
  const top = visible.y - dy;
  const before = words.slice(top * width, (top + visible.height) * width);
  drawing.blt(visible, order.bRop, (x, y) => before[(y - dy - top) * width + x - dx] ?? 0);
}

/**
 * What lies outside the bitmap stays as it is. Clients take nYSrc from the top of the picture that they see; the formula of
 * 2.2.2.2.1.1.2.9 is about rows in memory, which are bottom-up.
 */
export function drawMemBlt(order: MemBlt, drawing: Drawing): void {
  if (usesPattern(order.bRop)) throw invalidOperation('MemBlt');
  const bitmap = drawing.caches.bitmap(order.cacheId & 0xff, order.cacheIndex);
  const dx = order.nLeftRect - order.nXSrc;
  const dy = order.nTopRect - order.nYSrc;
  const area = intersection(blitArea(order), { x: dx, y: dy, width: bitmap.width, height: bitmap.height });
  if (area === null) return;
  const words = colorsOf(bitmap, order.cacheId >> 8, drawing);
  if (order.bRop === SRCCOPY) {
    drawing.change(area, (inside) => copyRows(words, bitmap.width, inside, dx, dy, drawing));
    return;
  }
  drawing.blt(area, order.bRop, (x, y) => words[(y - dy) * bitmap.width + x - dx] ?? 0);
}

function copyRows(
  words: Uint32Array,
  bitmapWidth: number,
  inside: Rectangle,
  dx: number,
  dy: number,
  { framebuffer }: Drawing,
): void {
  for (let y = inside.y; y < inside.y + inside.height; y += 1) {
    const from = (y - dy) * bitmapWidth + inside.x - dx;
    framebuffer.words.set(words.subarray(from, from + inside.width), y * framebuffer.width + inside.x);
  }
}

/** Indices have the colours of the table that the order names, or of the session until that one was sent. */
function colorsOf(bitmap: CachedBitmap, colorTable: number, { caches, palette }: Drawing): Uint32Array {
  if (!bitmap.isIndexed) return bitmap.words;
  const colors = caches.colorTables.has(colorTable) ? caches.colorTables.get(colorTable) : palette;
  return bitmap.words.map((index) => (colors[index & 0xff] ?? 0) | OPAQUE);
}

function invalidOperation(structure: string): DecodeError {
  return new DecodeError('invalid', structure, 0, 'bRop');
}
