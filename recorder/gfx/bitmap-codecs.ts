/** Codecs of the graphics pipeline that are those of bitmap updates and surface commands: rows are top-down here. */
import { DecodeScratch, type BitmapDecoder } from '../decoders/encoded-bitmap.js';
import type { GfxDecoder, GfxDecoderFactory } from './gfx-decoder.js';

const NO_PALETTE = new Uint32Array(256);

/** A codec whose bitmaps are as large as their area. */
export function bitmapCodec(decoder: BitmapDecoder): GfxDecoderFactory {
  return (): GfxDecoder => {
    const scratch = new DecodeScratch();
    return {
      decode({ data, area }, surface) {
        const { width, height } = area;
        const format = { bitsPerPixel: 32, bottomUp: false, palette: NO_PALETTE, keepAlpha: false };
        return { areas: decoder({ data, width, height, ...format }, surface, area, scratch) ?? [area] };
      },
    };
  };
}
