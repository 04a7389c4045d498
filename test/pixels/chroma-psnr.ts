/**
 * How close two pictures are in colour: the peak signal-to-noise ratio of their colour differences (Rec. ITU-R BT.709),
 * each the mean of two by two pixels, because that is what H.264 4:2:0 keeps. A tint, or channels that have changed
 * places, hardly show in luma.
 */
import { assertSameSize, isInside, type Raster, type Rectangle } from './raster.js';

/** In dB; Infinity for the same colour everywhere. Squares of pixels that touch the mask (the pointer's place) do not count. */
export function chromaPsnr(a: Raster, b: Raster, mask?: Rectangle): number {
  assertSameSize(a, b);
  let squares = 0;
  let count = 0;
  for (let y = 0; y + 1 < a.height; y += 2) {
    for (let x = 0; x + 1 < a.width; x += 2) {
      if (isInside(x, y, mask) || isInside(x + 1, y + 1, mask)) continue;
      const [blueA, redA] = chromaAt(a, x, y);
      const [blueB, redB] = chromaAt(b, x, y);
      squares += (blueA - blueB) ** 2 + (redA - redB) ** 2;
      count += 2;
    }
  }
  if (count === 0) throw new RangeError('the mask covers the whole picture');
  return squares === 0 ? Infinity : 10 * Math.log10((255 * 255 * count) / squares);
}

/** Cb and Cr of two by two pixels. */
function chromaAt({ data, width }: Raster, x: number, y: number): readonly [number, number] {
  let [red, green, blue] = [0, 0, 0];
  for (const at of [0, 1, width, width + 1].map((next) => (y * width + x + next) * 4)) {
    blue += data[at] ?? 0;
    green += data[at + 1] ?? 0;
    red += data[at + 2] ?? 0;
  }
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [(blue - luma) / 1.8556 / 4, (red - luma) / 1.5748 / 4];
}
