/** What a codec of the graphics pipeline is given and where it draws. */
import type { DecodeError } from '../../src/rdp/wire/errors.js';
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import type { Rectangle } from '../picture/rectangle.js';

/** One encoded bitmap for a surface. */
export interface GfxBitmap {
  /** Name of the codec, for decoders of several. */
  readonly codec: string;
  readonly data: Uint8Array;
  readonly surfaceId: number;
  /** The progressive context; null for all other codecs. */
  readonly codecContextId: number | null;
  /** Counts the frames of the channel; commands outside of frames belong to the one before. */
  readonly frameId: number;
  /** RDPGFX_PIXELFORMAT. */
  readonly pixelFormat: number;
  /** Where on the surface; it lies within it. The whole surface when the bitmap itself says where. */
  readonly area: Rectangle;
}

/** A part of a bitmap that was sent and not drawn. */
export interface LostPart {
  readonly area: Rectangle;
  readonly error: DecodeError;
}

export interface GfxDrawn {
  /** What was drawn, on the surface. */
  readonly areas: readonly Rectangle[];
  readonly lost?: readonly LostPart[];
}

/** A codec of one opened channel, with all the state that it has from bitmap to bitmap. */
export interface GfxDecoder {
  /** True after an error, while what follows may build on what was lost. */
  readonly poisoned?: boolean;
  /**
   * Draws a bitmap within its area of the surface. Alpha is not drawn: the fourth byte of a pixel means nothing.
   * @throws DecodeError when nothing of it can be relied on.
   */
  decode(bitmap: GfxBitmap, surface: PixelTarget): GfxDrawn;
  /** A message was lost, and nobody knows what was in it. */
  poison?(): void;
  /** The target will not use a progressive context any more. */
  deleteContext?(surfaceId: number, codecContextId: number): void;
  /** A surface is gone; its id may be used again. */
  deleteSurface?(surfaceId: number): void;
  /** The channel is over; for memory that is not the garbage collector's. */
  close?(): void;
}

/** Makes a codec for a channel that begins. Codecs with the same factory share what it makes. */
export type GfxDecoderFactory = () => GfxDecoder;
