import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import { clip, type Rectangle } from './rectangle.js';

/** Stripes of the hatching, in pixels. */
const HATCH_STRIPE = 8;
const HATCH_DARK = 0xff40_2040;
const HATCH_LIGHT = 0xffb0_30b0;
const BLACK = 0xff00_0000;

/**
 * The desktop: BGRX pixels, top-down, rows without padding (stride = width * 4 bytes). `words` is the same memory, one
 * pixel each; all machines that Node runs RDP recordings on are little-endian.
 */
export class Framebuffer implements PixelTarget {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly words: Uint32Array;

  /** A black picture, in memory that is given or its own. The caller has compared the size with the limits. */
  constructor(width: number, height: number, words: Uint32Array = new Uint32Array(width * height)) {
    this.width = width;
    this.height = height;
    this.words = words.fill(BLACK);
    this.pixels = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  }

  /** Bytes of a row. */
  get stride(): number {
    return this.width * 4;
  }

  /** Paints an area in one colour, 0xXXRRGGBB. */
  paint(area: Rectangle, color: number): void {
    const inside = clip(area, this.width, this.height);
    if (inside === null) return;
    for (let row = inside.y; row < inside.y + inside.height; row += 1) {
      const from = row * this.width + inside.x;
      this.words.fill(color, from, from + inside.width);
    }
  }

  /** Marks an area whose contents are unknown with diagonal stripes that no desktop draws by itself. */
  hatch(area: Rectangle): void {
    const inside = clip(area, this.width, this.height);
    if (inside === null) return;
    for (let y = inside.y; y < inside.y + inside.height; y += 1) {
      for (let x = inside.x; x < inside.x + inside.width; x += 1) {
        this.words[y * this.width + x] = Math.floor((x + y) / HATCH_STRIPE) % 2 === 0 ? HATCH_DARK : HATCH_LIGHT;
      }
    }
  }

  /** Copies an area to (x, y), as if all of it were read first; what lies outside on either side is left out. */
  copy(area: Rectangle, x: number, y: number): void {
    const source = clip(area, this.width, this.height);
    if (source === null) return;
    const dx = x - area.x;
    const dy = y - area.y;
    const target = clip({ ...source, x: source.x + dx, y: source.y + dy }, this.width, this.height);
    if (target === null) return;
    for (let i = 0; i < target.height; i += 1) {
      // Towards the bottom, the lowest row goes first: the rows above it are still to be read.
      const row = dy > 0 ? target.y + target.height - 1 - i : target.y + i;
      const from = (row - dy) * this.width + target.x - dx;
      this.words.copyWithin(row * this.width + target.x, from, from + target.width);
    }
  }
}
