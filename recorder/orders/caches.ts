/** Caches that orders fill and draw from, [MS-RDPEGDI] 3.1.1.1: no larger than what the client announced. */
import type { TraceActivation } from '../../src/contract/trace.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_BITMAP_CACHE_PIXELS, MAX_BITMAP_CACHES, MAX_GLYPH_CACHE_ENTRIES } from '../../src/rdp/wire/limits.js';
import { WAITING_LIST_INDEX } from './secondary/cache-bitmap.js';
import type { CacheBrush } from './secondary/cache-brush.js';
import type { Glyph } from './secondary/cache-glyph.js';

const GLYPH_CACHES = 10;
/** 3.1.1.1.4: of each kind. */
const BRUSHES = 64;
/** 3.1.1.1.3. */
const COLOR_TABLES = 6;

export interface CachedBitmap {
  readonly width: number;
  readonly height: number;
  /** Top-down: 0xFFRRGGBB, or indices of a colour table where `isIndexed`. */
  readonly words: Uint32Array;
  readonly isIndexed: boolean;
}

/** One bitmap cache; the bitmap of the waiting list has an entry of its own. */
class BitmapCache {
  readonly #entries: number;
  readonly #bitmaps = new Map<number, CachedBitmap>();
  #pixels = 0;

  constructor(entries: number) {
    this.#entries = entries;
  }

  get(index: number): CachedBitmap | undefined {
    return this.#bitmaps.get(index);
  }

  /** Empties an entry for a bitmap of this size. Throws "invalid" or "limit" where it cannot be. */
  reserve(index: number, pixels: number): void {
    if (index >= this.#entries && index !== WAITING_LIST_INDEX) throw invalid('CacheBitmap', 'cacheIndex');
    const old = this.#bitmaps.get(index);
    this.#bitmaps.delete(index);
    this.#pixels -= old?.words.length ?? 0;
    if (this.#pixels + pixels > MAX_BITMAP_CACHE_PIXELS) throw new DecodeError('limit', 'CacheBitmap', 0, 'pixels');
  }

  put(index: number, bitmap: CachedBitmap): void {
    this.#bitmaps.set(index, bitmap);
    this.#pixels += bitmap.words.length;
  }
}

/** A fixed number of entries. */
class Entries<T> {
  readonly #structure: string;
  readonly #count: number;
  readonly #entries = new Map<number, T>();

  constructor(structure: string, count: number) {
    this.#structure = structure;
    this.#count = count;
  }

  /** Throws "invalid" for an entry that is empty. */
  get(index: number): T {
    const entry = this.#entries.get(index);
    if (entry === undefined) throw invalid(this.#structure, 'not cached');
    return entry;
  }

  has(index: number): boolean {
    return this.#entries.has(index);
  }

  forget(index: number): void {
    this.#entries.delete(index);
  }

  /** Throws "invalid" for an entry that there is not. */
  put(index: number, entry: T): void {
    if (index >= this.#count) throw invalid(this.#structure, 'cacheIndex');
    this.#entries.set(index, entry);
  }
}

/** What an activation says of caches. */
export type CacheSizes = NonNullable<TraceActivation['orderCaches']>;

export const NO_CACHES: CacheSizes = { bitmaps: [], glyphs: [], brushes: false };

export class OrderCaches {
  readonly #bitmaps: readonly BitmapCache[];
  readonly #glyphs: readonly Entries<Glyph>[];
  /** Those of one bit a pixel, and the others. */
  readonly monoBrushes: Entries<CacheBrush>;
  readonly colorBrushes: Entries<CacheBrush>;
  /** 256 colours each, 0x00RRGGBB. */
  readonly colorTables = new Entries<Uint32Array>('color table', COLOR_TABLES);
  /** Pieces of text; an index is one byte. */
  readonly fragments = new Entries<Uint8Array>('fragment', 256);

  constructor({ bitmaps, glyphs, brushes }: CacheSizes) {
    this.#bitmaps = bitmaps.slice(0, MAX_BITMAP_CACHES).map((entries) => new BitmapCache(entries));
    const glyphEntries = glyphs.slice(0, GLYPH_CACHES).map((entries) => Math.min(entries, MAX_GLYPH_CACHE_ENTRIES));
    this.#glyphs = glyphEntries.map((entries) => new Entries<Glyph>('glyph', entries));
    this.monoBrushes = new Entries('brush', brushes ? BRUSHES : 0);
    this.colorBrushes = new Entries('brush', brushes ? BRUSHES : 0);
  }

  /** Throws "invalid" for an entry that is empty. */
  bitmap(cacheId: number, index: number): CachedBitmap {
    const bitmap = this.#bitmaps[cacheId]?.get(index);
    if (bitmap === undefined) throw invalid('bitmap', 'not cached');
    return bitmap;
  }

  /** Throws "invalid" for a cache that there is not. */
  bitmapCache(cacheId: number): BitmapCache {
    const cache = this.#bitmaps[cacheId];
    if (cache === undefined) throw invalid('CacheBitmap', 'cacheId');
    return cache;
  }

  /** Throws "invalid" for a cache that there is not. */
  glyphCache(cacheId: number): Entries<Glyph> {
    const cache = this.#glyphs[cacheId];
    if (cache === undefined) throw invalid('glyph', 'cacheId');
    return cache;
  }
}

function invalid(structure: string, detail: string): DecodeError {
  return new DecodeError('invalid', structure, 0, detail);
}
