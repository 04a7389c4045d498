/** A picture in memory, as tests compare it. */

/** Rows from the top, 4 bytes a pixel: blue, green, red, and one byte without meaning. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** left and top are inside, right and bottom are outside. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** [red, green, blue], 0 to 255 each. */
export type Colour = readonly [number, number, number];

export function createRaster(width: number, height: number, paint: (x: number, y: number) => Colour): Raster {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const [red, green, blue] = paint(x, y);
      data[at] = blue;
      data[at + 1] = green;
      data[at + 2] = red;
    }
  }
  return { width, height, data };
}

export function pixelAt(raster: Raster, x: number, y: number): Colour {
  if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) throw new RangeError(`no pixel at ${x},${y}`);
  const at = (y * raster.width + x) * 4;
  return [raster.data[at + 2] ?? 0, raster.data[at + 1] ?? 0, raster.data[at] ?? 0];
}

export function cropRaster(raster: Raster, area: Rectangle): Raster {
  const width = area.right - area.left;
  return createRaster(width, area.bottom - area.top, (x, y) => pixelAt(raster, area.left + x, area.top + y));
}

/** The number of different colours: 1 means that nothing is drawn. */
export function countColours(raster: Raster): number {
  const colours = new Set<number>();
  for (let at = 0; at < raster.data.length; at += 4) colours.add(colourAt(raster.data, at));
  return colours.size;
}

/** The pixels in which the two differ, outside the mask. */
export function countDifferences(a: Raster, b: Raster, mask?: Rectangle): number {
  let count = 0;
  forEachDifference(a, b, mask, () => (count += 1));
  return count;
}

/** The smallest rectangle around all pixels in which the two differ, outside the mask; undefined where they do not. */
export function changedRectangle(a: Raster, b: Raster, mask?: Rectangle): Rectangle | undefined {
  let area: Rectangle | undefined;
  forEachDifference(a, b, mask, (x, y) => {
    area = {
      left: Math.min(area?.left ?? x, x),
      top: Math.min(area?.top ?? y, y),
      right: Math.max(area?.right ?? 0, x + 1),
      bottom: Math.max(area?.bottom ?? 0, y + 1),
    };
  });
  return area;
}

export function assertSameSize(a: Raster, b: Raster): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`${a.width}x${a.height} and ${b.width}x${b.height} cannot be compared`);
  }
}

export function isInside(x: number, y: number, area: Rectangle | undefined): boolean {
  return area !== undefined && x >= area.left && x < area.right && y >= area.top && y < area.bottom;
}

function colourAt(data: Uint8Array, at: number): number {
  return ((data[at + 2] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at] ?? 0);
}

function forEachDifference(
  a: Raster,
  b: Raster,
  mask: Rectangle | undefined,
  visit: (x: number, y: number) => void,
): void {
  assertSameSize(a, b);
  for (let y = 0, at = 0; y < a.height; y += 1) {
    for (let x = 0; x < a.width; x += 1, at += 4) {
      if (colourAt(a.data, at) !== colourAt(b.data, at) && !isInside(x, y, mask)) visit(x, y);
    }
  }
}
