/** What a recorded session's parties may say of drawing orders and their caches: no more than the recorder decodes. */
import { CACHE_ORDERS, DRAWING_ORDERS, type CacheOrder } from '../../../contract/capability-table.js';
import type { TraceActivation } from '../../../contract/trace.js';
import type { BitmapCacheCapability } from '../../session/capabilities/bitmap-cache.js';
import {
  PERSISTENT_KEYS_EXPECTED_FLAG,
  type BitmapCacheRev2Capability,
} from '../../session/capabilities/bitmap-cache-rev2.js';
import { BRUSH_COLOR_8X8, BRUSH_DEFAULT, type BrushCapability } from '../../session/capabilities/brush.js';
import type { CapabilitySet } from '../../session/capabilities/capability-sets.js';
import {
  GLYPH_SUPPORT_ENCODE,
  GLYPH_SUPPORT_NONE,
  type GlyphCacheCapability,
} from '../../session/capabilities/glyph-cache.js';
import {
  COLORINDEXSUPPORT,
  NEGOTIATEORDERSUPPORT,
  ORDERFLAGS_EX_ALTSEC_FRAME_MARKER_SUPPORT,
  ORDERFLAGS_EX_CACHE_BITMAP_REV3_SUPPORT,
  ORDERFLAGS_EXTRA_FLAGS,
  SOLIDPATTERNBRUSHONLY,
  ZEROBOUNDSDELTASSUPPORT,
  type OrderCapability,
} from '../../session/capabilities/order.js';
import { MAX_BITMAP_CACHE_PIXELS } from '../../wire/limits.js';

const ORDER_FLAGS =
  NEGOTIATEORDERSUPPORT | ZEROBOUNDSDELTASSUPPORT | COLORINDEXSUPPORT | SOLIDPATTERNBRUSHONLY | ORDERFLAGS_EXTRA_FLAGS;

const DECODED: ReadonlySet<number> = new Set(Object.values(DRAWING_ORDERS));

const isDecoded = (order: CacheOrder): boolean => CACHE_ORDERS.includes(order);

const EX_FLAGS =
  ORDERFLAGS_EX_ALTSEC_FRAME_MARKER_SUPPORT |
  (isDecoded('cache-bitmap-rev3') ? ORDERFLAGS_EX_CACHE_BITMAP_REV3_SUPPORT : 0);

/** Pixels of a bitmap in the first cache of revision 2; in each further one they are four times as many. */
const FIRST_CELL_PIXELS = 16 * 16;

/** The orders of the capability table alone, [MS-RDPBCGR] 2.2.7.1.3; the desktop is not saved. */
export function withDecodedOrders(set: OrderCapability): OrderCapability {
  return {
    ...set,
    orderFlags: set.orderFlags & ORDER_FLAGS,
    orderSupport: set.orderSupport.map((support, index) => (DECODED.has(index) ? support : 0)),
    orderSupportExFlags: set.orderSupportExFlags & EX_FLAGS,
    desktopSaveSize: 0,
  };
}

/** Caches of revision 1 no larger than the recorder's, 2.2.7.1.4.1. A pixel is at least one byte. */
export function withBoundedCaches(set: BitmapCacheCapability): BitmapCacheCapability {
  const caches = set.caches.map(({ cacheEntries, cacheMaximumCellSize }) => ({
    cacheEntries: Math.min(cacheEntries, Math.floor(MAX_BITMAP_CACHE_PIXELS / Math.max(1, cacheMaximumCellSize))),
    cacheMaximumCellSize,
  }));
  return { ...set, caches };
}

/**
 * Caches of revision 2 no larger than the recorder's, 2.2.7.1.4.2, and none of them persistent: pixels of an earlier
 * session are not in this session's trace.
 */
export function withoutPersistentCaches(set: BitmapCacheRev2Capability): BitmapCacheRev2Capability {
  const cells = set.cells.map(({ numEntries }, index) => ({
    numEntries: Math.min(numEntries, Math.floor(MAX_BITMAP_CACHE_PIXELS / (FIRST_CELL_PIXELS * 4 ** index))),
    persistent: false,
  }));
  return { ...set, cacheFlags: set.cacheFlags & ~PERSISTENT_KEYS_EXPECTED_FLAG, cells };
}

/** Glyphs of both revisions, 2.2.7.1.8. */
export function withDecodedGlyphs(set: GlyphCacheCapability): GlyphCacheCapability {
  const highest = isDecoded('cache-glyph') ? GLYPH_SUPPORT_ENCODE : GLYPH_SUPPORT_NONE;
  return { ...set, glyphSupportLevel: Math.min(set.glyphSupportLevel, highest) };
}

/** Brushes of eight by eight pixels, 2.2.7.1.7. */
export function withDecodedBrushes(set: BrushCapability): BrushCapability {
  const highest = isDecoded('cache-brush') ? BRUSH_COLOR_8X8 : BRUSH_DEFAULT;
  return { ...set, brushSupportLevel: Math.min(set.brushSupportLevel, highest) };
}

/**
 * The caches that a client's capability sets announce: those of both revisions, and of a set that is repeated the largest,
 * since it is the target that chooses.
 */
export function orderCaches(sets: readonly CapabilitySet[]): NonNullable<TraceActivation['orderCaches']> {
  const bitmaps: number[] = [];
  const glyphs: number[] = [];
  let brushes = false;
  for (const set of sets) {
    if (set.kind === 'bitmap-cache')
      raise(
        bitmaps,
        set.caches.map(({ cacheEntries }) => cacheEntries),
      );
    if (set.kind === 'bitmap-cache-rev2') {
      raise(
        bitmaps,
        set.cells.slice(0, set.numCellCaches).map(({ numEntries }) => numEntries),
      );
    }
    if (set.kind === 'glyph-cache' && set.glyphSupportLevel !== GLYPH_SUPPORT_NONE) {
      raise(
        glyphs,
        set.glyphCache.map(({ cacheEntries }) => cacheEntries),
      );
    }
    if (set.kind === 'brush' && set.brushSupportLevel !== BRUSH_DEFAULT) brushes = true;
  }
  return { bitmaps, glyphs, brushes };
}

function raise(sizes: number[], announced: readonly number[]): void {
  announced.forEach((size, index) => {
    sizes[index] = Math.max(sizes[index] ?? 0, size);
  });
}
