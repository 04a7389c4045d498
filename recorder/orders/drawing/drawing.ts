/** The means that orders draw with. */
import { intersection, type Rectangle } from '../../picture/rectangle.js';
import type { OrderCaches } from '../caches.js';
import { OPAQUE, orderColor } from '../colors.js';
import { rasterOperation } from '../raster-operations.js';

/** A picture of 0xFFRRGGBB words, top-down. */
export interface OrderFramebuffer {
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array;
  paint(area: Rectangle, color: number): void;
  copy(area: Rectangle, x: number, y: number): void;
}

/** The desktop. */
export interface OrderTarget {
  readonly framebuffer: OrderFramebuffer;
  readonly palette: Uint32Array;
  /**
   * Calls `paint` with the part of an area that is on the desktop, if there is any, and marks it as changed.
   * @throws DecodeError when the update has drawn too much; `cost` is in pixels, those of that part unless said.
   */
  change(area: Rectangle, paint: (inside: Rectangle) => void, cost?: number): void;
  /** Counts what takes as long as so many pixels. Throws as `change` does. */
  spend(pixels: number): void;
}

/** The colour at a place of the desktop. */
export type PixelSource = (x: number, y: number) => number;

const NOTHING: PixelSource = () => 0;

/** What one order draws with: within its bounds, in the session's colours. */
export class Drawing {
  readonly caches: OrderCaches;
  readonly colorDepth: number;
  readonly #target: OrderTarget;
  readonly #bounds: Rectangle | null;

  constructor(target: OrderTarget, caches: OrderCaches, colorDepth: number, bounds: Rectangle | null) {
    this.#target = target;
    this.caches = caches;
    this.colorDepth = colorDepth;
    this.#bounds = bounds;
  }

  get framebuffer(): OrderFramebuffer {
    return this.#target.framebuffer;
  }

  get palette(): Uint32Array {
    return this.#target.palette;
  }

  /** A TS_COLOR as 0xFFRRGGBB. */
  color(color: number): number {
    return orderColor(color, this.colorDepth, this.#target.palette);
  }

  /** The part of an area that the order may touch; null when there is none. */
  within(area: Rectangle): Rectangle | null {
    return this.#bounds === null ? area : intersection(area, this.#bounds);
  }

  /** As `OrderTarget.change`, within the bounds. */
  change(area: Rectangle, paint: (inside: Rectangle) => void, cost?: number): void {
    const bounded = this.within(area);
    if (bounded !== null) this.#target.change(bounded, paint, cost);
  }

  spend(pixels: number): void {
    this.#target.spend(pixels);
  }

  fill(area: Rectangle, color: number): void {
    this.change(area, (inside) => this.framebuffer.paint(inside, color));
  }

  /** Combines what is there with a source and a pattern; an operation that does not use one needs none. */
  blt(area: Rectangle, rop: number, source: PixelSource = NOTHING, pattern: PixelSource = NOTHING): void {
    const operation = rasterOperation(rop);
    const { words, width } = this.framebuffer;
    this.change(area, (inside) => {
      for (let y = inside.y; y < inside.y + inside.height; y += 1) {
        for (let x = inside.x; x < inside.x + inside.width; x += 1) {
          const at = y * width + x;
          // `inside` is on the desktop.
          words[at] = operation(pattern(x, y), source(x, y), words[at] as number) | OPAQUE;
        }
      }
    });
  }
}

/** The rectangle that a blit draws. Its sides are no larger than 16 bits; what has none draws nothing. */
export function blitArea(order: { nLeftRect: number; nTopRect: number; nWidth: number; nHeight: number }): Rectangle {
  return { x: order.nLeftRect, y: order.nTopRect, width: order.nWidth, height: order.nHeight };
}
