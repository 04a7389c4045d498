/** Brings planes up to date with a picture, rectangle by rectangle, and an encoder with them. Knows what is still coarse. */
import { alignToChroma, paddedSize, type Rectangle } from '../encoders/i420.js';
import type { VideoEncoder } from '../encoders/video-encoder.js';
import type { PictureSource } from './picture-source.js';

/** More coarse rectangles than this are taken as the whole picture. */
const MAX_COARSE = 64;

export class FramePainter {
  #encoder: VideoEncoder | null = null;
  #picture: PictureSource | null = null;
  #generation = 0;
  #coarse: Rectangle[] = [];

  /** Paints what changed since the last frame; all of it when the encoder or the picture is another one. */
  paint(encoder: VideoEncoder, picture: PictureSource): void {
    const { width, height, generation } = picture;
    const all = encoder !== this.#encoder || picture !== this.#picture || generation !== this.#generation;
    if (!all && !picture.hasDirty()) return;
    this.#encoder = encoder;
    this.#picture = picture;
    this.#generation = generation;
    picture.render((desktop, dirty) => {
      const areas = (all ? [wholeOf(picture)] : dirty)
        .map((area) => alignToChroma(area, width, height))
        .filter((area) => area !== null);
      for (const area of areas) desktop.convert(area);
      encoder.paint(desktop.planes, areas);
      this.#coarse.push(...areas);
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
