/** Brings an encoder's planes up to date with a picture, rectangle by rectangle, and knows what is still coarse. */
import { alignToChroma, paddedSize, type BgrxConverter, type Rectangle } from '../encoders/i420.js';
import type { VideoEncoder } from '../encoders/video-encoder.js';
import type { PictureSource } from './picture-source.js';

/** More coarse rectangles than this are taken as the whole picture. */
const MAX_COARSE = 64;

export class FramePainter {
  readonly #converter: BgrxConverter;
  #encoder: VideoEncoder | null = null;
  #picture: PictureSource | null = null;
  #generation = 0;
  #coarse: Rectangle[] = [];

  constructor(converter: BgrxConverter) {
    this.#converter = converter;
  }

  /** Paints what changed since the last frame; all of it when the encoder or the picture is another one. */
  paint(encoder: VideoEncoder, picture: PictureSource): void {
    const { width, height, generation } = picture;
    const all = encoder !== this.#encoder || picture !== this.#picture || generation !== this.#generation;
    if (!all && !picture.hasDirty()) return;
    this.#encoder = encoder;
    this.#picture = picture;
    this.#generation = generation;
    picture.render((pixels, dirty) => {
      const areas = all ? [wholeOf(picture)] : dirty;
      encoder.paint((planes) => {
        for (const area of areas) {
          const aligned = alignToChroma(area, width, height);
          if (aligned === null) continue;
          this.#converter.convert({ pixels, width, height }, aligned, planes);
          this.#coarse.push(aligned);
        }
      });
    });
    if (this.#coarse.length > MAX_COARSE) this.#coarse = [wholeOf(picture)];
  }

  /** What has been painted since it was last asked for: what a refinement is to make sharp. */
  takeCoarse(): readonly Rectangle[] {
    const coarse = this.#coarse;
    this.#coarse = [];
    return coarse;
  }
}

/** The whole of a picture's padded size. */
export function wholeOf({ width, height }: { readonly width: number; readonly height: number }): Rectangle {
  return { x: 0, y: 0, width: paddedSize(width), height: paddedSize(height) };
}
