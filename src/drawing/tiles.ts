/** From areas that changed to bitmaps to send. */
import { intersect, type Raster, type Rectangle } from './raster.js';
import { encodeInterleavedRle } from './interleaved-rle.js';
import { encodePlanar } from './planar.js';
import { bottomUpPixels, rawBytes, type ColorDepth } from './pixel-depth.js';

/** Widths of bitmaps are multiples of this, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.2; the desktop's width is one, too. */
export const WIDTH_MULTIPLE = 4;
/** Clients of every age take bitmaps of 64 x 64 pixels: 16 KiB at the most. */
const TILE_SIZE = 64;

/** One bitmap: where it goes, and its pixels from the lowest row up. */
export interface EncodedTile extends Rectangle {
  readonly colorDepth: ColorDepth;
  readonly isCompressed: boolean;
  readonly data: Uint8Array;
}

/** Cuts an area of a picture into tiles whose widths are multiples of four; the picture's width must be one, too. */
export function tilesOf(area: Rectangle, picture: Rectangle): Rectangle[] {
  const visible = intersect(area, picture);
  if (visible === null) return [];
  const left = visible.x - (visible.x % WIDTH_MULTIPLE);
  const right = Math.ceil((visible.x + visible.width) / WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
  const bottom = visible.y + visible.height;
  const tiles: Rectangle[] = [];
  for (let y = visible.y; y < bottom; y += TILE_SIZE) {
    for (let x = left; x < right; x += TILE_SIZE) {
      tiles.push({ x, y, width: Math.min(TILE_SIZE, right - x), height: Math.min(TILE_SIZE, bottom - y) });
    }
  }
  return tiles;
}

/**
 * Encodes one tile: planar at 32 bpp, interleaved RLE below, and as it is where that is not smaller.
 * @param mayCompress false for a client that takes raw bitmaps only.
 */
export function encodeTile(raster: Raster, tile: Rectangle, colorDepth: ColorDepth, mayCompress = true): EncodedTile {
  const pixels = bottomUpPixels(raster, tile, colorDepth);
  if (!mayCompress) return { ...tile, colorDepth, isCompressed: false, data: rawBytes(pixels, colorDepth) };
  const compressed =
    colorDepth === 32 ? encodePlanar(pixels, tile.width) : encodeInterleavedRle(pixels, tile.width, colorDepth);
  const raw = rawBytes(pixels, colorDepth);
  const isCompressed = compressed.length < raw.length;
  return { ...tile, colorDepth, isCompressed, data: isCompressed ? compressed : raw };
}
