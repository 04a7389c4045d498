/** The last main view of a surface: planes of our own, for auxiliary views to be combined with. */
import type { Yuv420Picture } from './h264-decoder.js';

export class MainView implements Yuv420Picture {
  #width = 0;
  #height = 0;
  #y = new Uint8Array(0);
  #u = new Uint8Array(0);
  #v = new Uint8Array(0);

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  get y(): Uint8Array {
    return this.#y;
  }

  get u(): Uint8Array {
    return this.#u;
  }

  get v(): Uint8Array {
    return this.#v;
  }

  get yStride(): number {
    return this.#width;
  }

  get uvStride(): number {
    return (this.#width + 1) >> 1;
  }

  /** Forgets the view: the next one is copied whole. */
  clear(): void {
    this.#width = 0;
    this.#height = 0;
  }

  /** Copies rectangles of a picture that lie within it; all of it where there was none of its size. */
  copy(picture: Yuv420Picture, edges: Int32Array, count: number): void {
    if (picture.width !== this.#width || picture.height !== this.#height) {
      this.#resize(picture.width, picture.height);
      this.#copyArea(picture, 0, 0, picture.width, picture.height);
      return;
    }
    for (let at = 0; at < 4 * count; at += 4) {
      const [left = 0, top = 0, right = 0, bottom = 0] = edges.subarray(at, at + 4);
      this.#copyArea(picture, left, top, right, bottom);
    }
  }

  #resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    const chroma = this.uvStride * ((height + 1) >> 1);
    if (this.#y.length !== width * height) this.#y = new Uint8Array(width * height);
    if (this.#u.length !== chroma) {
      this.#u = new Uint8Array(chroma);
      this.#v = new Uint8Array(chroma);
    }
  }

  #copyArea(picture: Yuv420Picture, left: number, top: number, right: number, bottom: number): void {
    copyRows(picture.y, picture.yStride, this.#y, this.yStride, left, top, right, bottom);
    const chroma = [left >> 1, top >> 1, (right + 1) >> 1, (bottom + 1) >> 1] as const;
    copyRows(picture.u, picture.uvStride, this.#u, this.uvStride, ...chroma);
    copyRows(picture.v, picture.uvStride, this.#v, this.uvStride, ...chroma);
  }
}

function copyRows(
  from: Uint8Array,
  fromStride: number,
  to: Uint8Array,
  toStride: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): void {
  for (let row = top; row < bottom; row += 1) {
    to.set(from.subarray(row * fromStride + left, row * fromStride + right), row * toStride + left);
  }
}
