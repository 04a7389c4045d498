/** Colours of drawing orders as 0xFFRRGGBB. What their bytes mean is up to the session's colour depth. */
import { expand15, expand16 } from '../decoders/pixel-formats.js';

export const OPAQUE = 0xff00_0000;

/**
 * A TS_COLOR, [MS-RDPEGDI] 2.2.2.2.1.1.1.8, read with its first byte lowest: red, green, blue; in 8 bpp the first byte is
 * an index. In 15 and 16 bpp servers send a pixel of that depth in the first two bytes, as the examples of 4.1 do.
 */
export function orderColor(color: number, colorDepth: number, palette: Uint32Array): number {
  if (colorDepth <= 16) return pixelColor(color, colorDepth, palette);
  const green = color & 0x00_ff00;
  return (((color & 0xff) << 16) | green | ((color >> 16) & 0xff) | OPAQUE) >>> 0;
}

/** A pixel as bitmaps and brushes have it: an index, 5-5-5, 5-6-5, or 0xXXRRGGBB. */
export function pixelColor(pixel: number, colorDepth: number, palette: Uint32Array): number {
  if (colorDepth <= 8) return ((palette[pixel & 0xff] ?? 0) | OPAQUE) >>> 0;
  if (colorDepth === 15) return (expand15(pixel & 0x7fff) | OPAQUE) >>> 0;
  if (colorDepth === 16) return (expand16(pixel & 0xffff) | OPAQUE) >>> 0;
  return (pixel | OPAQUE) >>> 0;
}
