/**
 * The pointer on the picture: where it is, what it looks like, and what was under it when it was last drawn. It is drawn
 * for a moment only, so that the framebuffer stays what the target sent.
 */
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import { clip, type Rectangle } from '../picture/rectangle.js';
import { DEFAULT_POINTER } from './default-pointer.js';
import { INVERT, type PointerImage } from './pointer-image.js';

export class PointerOverlay {
  #image: PointerImage | null = DEFAULT_POINTER;
  #position: { readonly x: number; readonly y: number } | null = null;
  #changed = false;
  /** Where the pointer is in the pictures that were handed out. */
  #shown: Rectangle | null = null;
  #under = new Uint32Array(0);

  /** True when the pointer looks different from what was last drawn. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Shows another image; null hides the pointer. */
  setImage(image: PointerImage | null): void {
    if (image === this.#image) return;
    this.#image = image;
    this.#changed ||= this.#position !== null;
  }

  /** Moves the pointer. Before the first move it is not drawn: nobody knows where it is. */
  moveTo(x: number, y: number): void {
    if (this.#position?.x === x && this.#position.y === y) return;
    this.#position = { x, y };
    this.#changed ||= this.#image !== null;
  }

  /** Forgets what was drawn: the picture that it was drawn on is gone. */
  forgetShown(): void {
    this.#shown = null;
    this.#changed = this.#position !== null && this.#image !== null;
  }

  /** The areas that differ from the last picture handed out because of the pointer. */
  changedAreas(target: PixelTarget): Rectangle[] {
    if (!this.#changed) return [];
    return [this.#shown, this.#area(target)].filter((area) => area !== null);
  }

  /** Draws the pointer; `restore` has to follow before the picture changes. */
  draw(target: PixelTarget): void {
    const area = this.#area(target);
    this.#shown = area;
    this.#changed = false;
    if (area === null || this.#image === null || this.#position === null) return;
    if (this.#under.length < area.width * area.height) this.#under = new Uint32Array(area.width * area.height);
    const left = this.#position.x - this.#image.hotSpotX;
    const top = this.#position.y - this.#image.hotSpotY;
    for (let row = 0; row < area.height; row += 1) {
      const at = (area.y + row) * target.width + area.x;
      const from = (area.y + row - top) * this.#image.width + area.x - left;
      for (let i = 0; i < area.width; i += 1) {
        // Both offsets lie in the area, which was clipped to image and target.
        const below = target.words[at + i] as number;
        this.#under[row * area.width + i] = below;
        target.words[at + i] = compose(this.#image.pixels[from + i] as number, below);
      }
    }
  }

  /** Puts back what the pointer was drawn over. */
  restore(target: PixelTarget): void {
    const area = this.#shown;
    if (area === null) return;
    for (let row = 0; row < area.height; row += 1) {
      const at = (area.y + row) * target.width + area.x;
      target.words.set(this.#under.subarray(row * area.width, (row + 1) * area.width), at);
    }
  }

  #area(target: PixelTarget): Rectangle | null {
    const image = this.#image;
    const position = this.#position;
    if (image === null || position === null) return null;
    const x = position.x - image.hotSpotX;
    const y = position.y - image.hotSpotY;
    return clip({ x, y, width: image.width, height: image.height }, target.width, target.height);
  }
}

function compose(pixel: number, below: number): number {
  const alpha = pixel >>> 24;
  if (alpha === 0xff) return pixel;
  if (pixel === 0) return below;
  if (pixel === INVERT) return contrast(below);
  const channel = (shift: number): number => {
    const over = (pixel >>> shift) & 0xff;
    const under = (below >>> shift) & 0xff;
    return Math.round((over * alpha + under * (255 - alpha)) / 255) << shift;
  };
  return (channel(16) | channel(8) | channel(0) | 0xff00_0000) >>> 0;
}

/** Black on light and white on dark: an inverted grey would be the same grey. */
function contrast(below: number): number {
  const luma = 2 * ((below >>> 16) & 0xff) + 5 * ((below >>> 8) & 0xff) + (below & 0xff);
  return luma >= 8 * 128 ? 0xff00_0000 : 0xffff_ffff;
}
