/** The desktop of a picture as the graphics pipeline sees it. */
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import type { Canvas } from '../picture/canvas.js';
import type { Rectangle } from '../picture/rectangle.js';
import type { GfxOutput } from './graphics-pipeline.js';

export class CanvasOutput implements GfxOutput {
  readonly #canvas: Canvas;
  readonly #resized: () => void;
  #changed = false;

  /** `resized` is called when the desktop has got another size. */
  constructor(canvas: Canvas, resized: () => void) {
    this.#canvas = canvas;
    this.#resized = resized;
  }

  get width(): number {
    return this.#canvas.framebuffer.width;
  }

  get height(): number {
    return this.#canvas.framebuffer.height;
  }

  /** True when anything was shown since this was last asked. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  resize(width: number, height: number): void {
    this.#canvas.resize(width, height);
    this.#changed = true;
    this.#resized();
  }

  /** What messages may draw is counted by the pipeline. */
  paint(area: Rectangle, paint: (desktop: PixelTarget) => void): void {
    this.#canvas.change(area, () => paint(this.#canvas.framebuffer), 0);
    this.#changed = true;
  }
}
