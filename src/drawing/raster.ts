/** A picture in memory and the few ways of drawing that a page or the demo desktop needs. */
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphRows } from './font.js';

/** An area in pixels; `x + width` and `y + height` are exclusive. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The common part of two areas, or null when they have none. */
export function intersect(a: Rectangle, b: Rectangle): Rectangle | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** True when the point lies inside the area. */
export function contains(area: Rectangle, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}

/**
 * Pixels from the top left, row by row, each a number 0xRRGGBB. `bytes` is the same memory: blue, green, red and an
 * unused byte on a little-endian machine, which is every machine that Node.js is built for today.
 */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint32Array(width * height);
  }

  /** The whole picture as an area. */
  get area(): Rectangle {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }

  /** BGRX, 4 bytes a pixel, rows from the top without padding. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.pixels.buffer);
  }

  /** Colour of one pixel, 0xRRGGBB. */
  pixel(x: number, y: number): number {
    const color = this.pixels[y * this.width + x];
    if (x >= this.width || color === undefined) throw new RangeError(`no pixel at ${x},${y}`);
    return color;
  }

  /** Fills the part of the area that lies inside the picture. */
  fillArea(area: Rectangle, color: number): void {
    const visible = intersect(area, this.area);
    if (visible === null) return;
    for (let y = visible.y; y < visible.y + visible.height; y++) {
      const start = y * this.width + visible.x;
      this.pixels.fill(color, start, start + visible.width);
    }
  }

  /** Draws a border of one pixel along the inside of the area. */
  frame(area: Rectangle, color: number): void {
    this.fillArea({ ...area, height: 1 }, color);
    this.fillArea({ ...area, y: area.y + area.height - 1, height: 1 }, color);
    this.fillArea({ ...area, width: 1 }, color);
    this.fillArea({ ...area, x: area.x + area.width - 1, width: 1 }, color);
  }

  /** Draws text with its top left corner at x, y; what lies outside `clip` is left out. The ground shows through. */
  text(text: string, x: number, y: number, color: number, clip: Rectangle): void {
    const visible = intersect(clip, this.area);
    if (visible === null) return;
    for (let index = 0; index < text.length; index++) {
      this.#glyph(text.charAt(index), x + index * GLYPH_WIDTH, y, color, visible);
    }
  }

  #glyph(character: string, x: number, y: number, color: number, clip: Rectangle): void {
    if (intersect({ x, y, width: GLYPH_WIDTH, height: GLYPH_HEIGHT }, clip) === null) return;
    for (const [row, bits] of glyphRows(character).entries()) {
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        if ((bits & (0x80 >> column)) === 0 || !contains(clip, x + column, y + row)) continue;
        this.pixels[(y + row) * this.width + x + column] = color;
      }
    }
  }
}
