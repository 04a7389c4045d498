/** What one message may draw: some bytes can ask for millions of pixels, again and again. */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_DESKTOPS_PER_GFX_MESSAGE } from '../../src/rdp/wire/limits.js';

/** Pixels of a desktop that is too small to be the measure of what a message may draw. */
const SMALL_DESKTOP_PIXELS = 256 * 256;

/** What an operation costs, however few pixels it has: their number is to be bounded as well. */
const LEAST_COST_PIXELS = 256;

export class PixelBudget {
  /** Pixels of the desktop that is the measure. */
  #desktop = 0;
  #left = 0;

  /** Begins a message for a desktop of so many pixels. */
  begin(desktopPixels: number): void {
    this.#desktop = Math.max(SMALL_DESKTOP_PIXELS, desktopPixels);
    this.#left = MAX_DESKTOPS_PER_GFX_MESSAGE * this.#desktop;
  }

  /** The desktop is larger from now on. */
  grow(desktopPixels: number): void {
    const more = Math.max(0, desktopPixels - this.#desktop);
    this.#desktop += more;
    this.#left += MAX_DESKTOPS_PER_GFX_MESSAGE * more;
  }

  /** Throws DecodeError when that is more than is left. */
  spend(pixels: number): void {
    const cost = Math.max(LEAST_COST_PIXELS, pixels);
    if (cost > this.#left) throw new DecodeError('limit', 'graphicsMessage', 0, 'pixels of one message');
    this.#left -= cost;
  }
}
