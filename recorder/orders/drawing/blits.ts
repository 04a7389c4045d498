/** DstBlt, PatBlt, OpaqueRect, ScrBlt and MemBlt. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { intersection, type Rectangle } from '../../picture/rectangle.js';
import type { CachedBitmap } from '../caches.js';
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
  const before = new Uint32Array(visible.width * visible.height);
  for (let row = 0; row < visible.height; row += 1) {
    const from = (visible.y - dy + row) * width + visible.x - dx;
    before.set(words.subarray(from, from + visible.width), row * visible.width);
  }
  drawing.blt(visible, order.bRop, (x, y) => before[(y - visible.y) * visible.width + x - visible.x] ?? 0);
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
  const { words, width } = bitmap;
  if (bitmap.isIndexed) {
    const colors = colorsOfIndices(order.cacheId >> 8, drawing);
    drawing.blt(area, order.bRop, (x, y) => colors[(words[(y - dy) * width + x - dx] ?? 0) & 0xff] ?? 0);
  } else if (order.bRop === SRCCOPY) {
    drawing.change(area, (inside) => copyRows(bitmap, inside, dx, dy, drawing));
  } else {
    drawing.blt(area, order.bRop, (x, y) => words[(y - dy) * width + x - dx] ?? 0);
  }
}

function copyRows(bitmap: CachedBitmap, inside: Rectangle, dx: number, dy: number, { framebuffer }: Drawing): void {
  for (let y = inside.y; y < inside.y + inside.height; y += 1) {
    const from = (y - dy) * bitmap.width + inside.x - dx;
    framebuffer.words.set(bitmap.words.subarray(from, from + inside.width), y * framebuffer.width + inside.x);
  }
}

/** Indices have the colours of the table that the order names, or of the session until that one was sent. */
function colorsOfIndices(colorTable: number, { caches, palette }: Drawing): Uint32Array {
  return caches.colorTables.has(colorTable) ? caches.colorTables.get(colorTable) : palette;
}

function invalidOperation(structure: string): DecodeError {
  return new DecodeError('invalid', structure, 0, 'bRop');
}
