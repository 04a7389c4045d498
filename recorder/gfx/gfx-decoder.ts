/** What a codec of the graphics pipeline is given and where it draws. */
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import type { Rectangle } from '../picture/rectangle.js';

/** One encoded bitmap for a surface. */
export interface GfxBitmap {
  readonly data: Uint8Array;
  readonly surfaceId: number;
  /** The progressive context; null for all other codecs. */
  readonly codecContextId: number | null;
  /** RDPGFX_PIXELFORMAT. */
  readonly pixelFormat: number;
  /** Where on the surface; it lies within it. The whole surface when the message does not say. */
  readonly area: Rectangle;
}

/** A codec of one opened channel, with all the state that it has from bitmap to bitmap. */
export interface GfxDecoder {
  /** True after an error, while what follows may build on what was lost. */
  readonly poisoned?: boolean;
  /**
   * Draws a bitmap within its area of the surface. Alpha is not drawn: the fourth byte of a pixel means nothing. Returns
   * the areas of the surface that it drew.
   * @throws DecodeError
   */
  decode(bitmap: GfxBitmap, surface: PixelTarget): readonly Rectangle[];
  /** The target will not use a progressive context any more. */
  deleteContext?(surfaceId: number, codecContextId: number): void;
  /** A surface is gone; its id may be used again. */
  deleteSurface?(surfaceId: number): void;
}

/** Makes a codec for a channel that begins. */
export type GfxDecoderFactory = () => GfxDecoder;
