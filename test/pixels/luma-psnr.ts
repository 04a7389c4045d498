/**
 * How close two pictures are to the eye: the peak signal-to-noise ratio of their luma (Rec. ITU-R BT.709 weights).
 * Luma alone, because H.264 4:2:0 halves the colour of thin text by design.
 */
import { assertSameSize, isInside, type Raster, type Rectangle } from './raster.js';

const RED_WEIGHT = 0.2126;
const GREEN_WEIGHT = 0.7152;
const BLUE_WEIGHT = 0.0722;

/** In dB; Infinity for the same luma everywhere. Pixels inside the mask (the pointer's place) do not count. */
export function lumaPsnr(a: Raster, b: Raster, mask?: Rectangle): number {
  assertSameSize(a, b);
  let squares = 0;
  let count = 0;
  for (let y = 0, at = 0; y < a.height; y += 1) {
    for (let x = 0; x < a.width; x += 1, at += 4) {
      if (isInside(x, y, mask)) continue;
      const difference = lumaAt(a.data, at) - lumaAt(b.data, at);
      squares += difference * difference;
      count += 1;
    }
  }
  if (count === 0) throw new RangeError('the mask covers the whole picture');
  return squares === 0 ? Infinity : 10 * Math.log10((255 * 255 * count) / squares);
}

function lumaAt(data: Uint8Array, at: number): number {
  return BLUE_WEIGHT * (data[at] ?? 0) + GREEN_WEIGHT * (data[at + 1] ?? 0) + RED_WEIGHT * (data[at + 2] ?? 0);
}
