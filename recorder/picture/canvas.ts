/** What updates draw on: the desktop and its changed areas, the pointer, and the session's palette. */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_DESKTOPS_PER_UPDATE } from '../../src/rdp/wire/limits.js';
import { DecodeScratch, type BitmapDecoder, type EncodedBitmap } from '../decoders/encoded-bitmap.js';
import { surfaceCodecIds, type SurfaceCodecIds } from '../decoders/registry.js';
import { createDesktopMemory } from '../encoders/i420-wasm.js';
import type { Desktop, DesktopMemory } from '../encoders/i420.js';
import { OrderPainter } from '../orders/order-painter.js';
import { PointerCache } from '../pointer/pointer-cache.js';
import { PointerOverlay } from '../pointer/pointer-overlay.js';
import { DirtyRectangles } from './dirty-rectangles.js';
import { Framebuffer } from './framebuffer.js';
import { clip, union, type Rectangle } from './rectangle.js';

/** Pixels of a desktop that is too small to be the measure of what an update may draw. */
const SMALL_DESKTOP_PIXELS = 256 * 256;

export class Canvas {
  /** 256 colours, 0x00RRGGBB; black until the target sends a palette. */
  readonly palette = new Uint32Array(256);
  readonly pointers = new PointerCache();
  readonly overlay = new PointerOverlay();
  readonly #scratch = new DecodeScratch();
  readonly #memory: DesktopMemory;
  #desktop: Desktop;
  #framebuffer = new Framebuffer(0, 0);
  #dirty = new DirtyRectangles(0, 0);
  #pixelsLeft = 0;
  /** What surface commands name their codecs by. */
  surfaceCodecs: SurfaceCodecIds = surfaceCodecIds({});
  /** What has come of drawing orders since the activation. */
  orders = new OrderPainter({ colorDepth: 32 });

  constructor(memory: DesktopMemory = createDesktopMemory()) {
    this.#memory = memory;
    this.#desktop = memory.begin(0, 0);
  }

  get framebuffer(): Framebuffer {
    return this.#framebuffer;
  }

  /** True when a picture rendered now differs from the last one. */
  get changed(): boolean {
    return !this.#dirty.empty || this.overlay.changed;
  }

  /** Begins a black desktop of another size. */
  resize(width: number, height: number): void {
    this.#desktop = this.#memory.begin(width, height);
    this.#framebuffer = new Framebuffer(width, height, this.#desktop.words);
    this.#dirty = new DirtyRectangles(width, height);
    this.#dirty.add({ x: 0, y: 0, width, height });
    this.overlay.forgetShown();
  }

  /** Begins an update: what it may draw is limited. */
  beginUpdate(): void {
    const { width, height } = this.#framebuffer;
    this.#pixelsLeft = MAX_DESKTOPS_PER_UPDATE * Math.max(SMALL_DESKTOP_PIXELS, width * height);
  }

  /**
   * Decodes a bitmap with its top left pixel at the area's. Returns the part of the desktop that it drew.
   * @throws DecodeError, and then it has drawn nothing.
   */
  draw(decoder: BitmapDecoder, bitmap: EncodedBitmap, area: Rectangle): Rectangle | null {
    const { width, height } = bitmap;
    if (!this.#spend(width * height)) throw new DecodeError('limit', 'update', 0, 'pixels of all bitmaps');
    const whole = { ...area, width: Math.min(area.width, width), height: Math.min(area.height, height) };
    const drawn = decoder(bitmap, this.#framebuffer, area, this.#scratch) ?? [whole];
    return drawn.map((part) => this.#touch(part)).reduce(unionOfParts, null);
  }

  /**
   * Calls `paint` with the part of an area that is on the desktop, if there is any, and marks that part as changed.
   * @throws DecodeError when the update has drawn too much; `cost` is in pixels, those of that part unless said.
   */
  change(area: Rectangle, paint: (inside: Rectangle) => void, cost?: number): void {
    const inside = clip(area, this.#framebuffer.width, this.#framebuffer.height);
    if (inside === null) return;
    this.spend(cost ?? inside.width * inside.height);
    paint(inside);
    this.#touch(inside);
  }

  /** Counts pixels, or what takes as long as one. @throws DecodeError when the update has drawn too much. */
  spend(pixels: number): void {
    if (!this.#spend(pixels)) throw new DecodeError('limit', 'update', 0, 'pixels drawn');
  }

  /** Marks an area as unknown, unless its update has drawn too much. Returns the part of it that is on the desktop. */
  hatch(area: Rectangle): Rectangle | null {
    const inside = clip(area, this.#framebuffer.width, this.#framebuffer.height);
    if (inside === null || !this.#spend(inside.width * inside.height)) return inside;
    this.#framebuffer.hatch(inside);
    return this.#touch(inside);
  }

  #spend(pixels: number): boolean {
    if (pixels > this.#pixelsLeft) return false;
    this.#pixelsLeft -= pixels;
    return true;
  }

  #touch(area: Rectangle): Rectangle | null {
    this.#dirty.add(area);
    return clip(area, this.#framebuffer.width, this.#framebuffer.height);
  }

  /** As `Picture.render`. */
  render(consume: (desktop: Desktop, dirty: readonly Rectangle[]) => void): void {
    for (const area of this.overlay.changedAreas(this.#framebuffer)) this.#dirty.add(area);
    this.overlay.draw(this.#framebuffer);
    try {
      consume(this.#desktop, this.#dirty.list);
    } finally {
      this.overlay.restore(this.#framebuffer);
    }
    this.#dirty.clear();
  }
}

function unionOfParts(a: Rectangle | null, b: Rectangle | null): Rectangle | null {
  return a === null || b === null ? (a ?? b) : union(a, b);
}
