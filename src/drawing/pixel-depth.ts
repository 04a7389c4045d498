/** Pixels of the colour depths that bitmaps are sent in, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.2. */
import type { Raster, Rectangle } from './raster.js';

/** Bits a pixel. At 8 a pixel is an index into `PALETTE`. */
export type ColorDepth = 8 | 15 | 16 | 24 | 32;

/** 256 colours, red, green and blue a byte each: three bits of red, three of green and two of blue make an index. */
export const PALETTE = Uint8Array.from({ length: 256 * 3 }, (_unused, at) => {
  const index = Math.floor(at / 3);
  if (at % 3 === 0) return Math.round(((index >> 5) * 255) / 7);
  return at % 3 === 1 ? Math.round((((index >> 2) & 7) * 255) / 7) : Math.round(((index & 3) * 255) / 3);
});

/** Bytes of a pixel on the wire. */
export function pixelBytes(depth: ColorDepth): number {
  return depth === 15 ? 2 : depth / 8;
}

/** A colour 0xRRGGBB as a number of the depth; its bytes go out lowest first. */
export function toDepth(color: number, depth: ColorDepth): number {
  const red = (color >> 16) & 0xff;
  const green = (color >> 8) & 0xff;
  const blue = color & 0xff;
  switch (depth) {
    case 8:
      return ((red >> 5) << 5) | ((green >> 5) << 2) | (blue >> 6);
    case 15:
      return ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
    case 16:
      return ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
    case 24:
    case 32:
      return color & 0xff_ffff;
  }
}

/** The pixels of an area in a depth, the lowest row first, as bitmaps are sent. */
export function bottomUpPixels(raster: Raster, area: Rectangle, depth: ColorDepth): Uint32Array {
  const pixels = new Uint32Array(area.width * area.height);
  let to = 0;
  for (let y = area.y + area.height - 1; y >= area.y; y--) {
    const start = y * raster.width + area.x;
    for (const color of raster.pixels.subarray(start, start + area.width)) pixels[to++] = toDepth(color, depth);
  }
  return pixels;
}

/** The pixels as bytes, without compression. */
export function rawBytes(pixels: Uint32Array, depth: ColorDepth): Uint8Array {
  const size = pixelBytes(depth);
  const bytes = new Uint8Array(pixels.length * size);
  for (const [index, pixel] of pixels.entries()) {
    for (let byte = 0; byte < size; byte++) bytes[index * size + byte] = (pixel >> (8 * byte)) & 0xff;
  }
  return bytes;
}
