/** Drawing the tiles of a set where they lie in the region, [MS-RDPRFX] 3.1.8.2.6. */
import type { PixelTarget, Placement } from '../encoded-bitmap.js';
import type { RemoteFxStream } from './stream.js';
import { TILE_SIZE } from './tile-decoder.js';
import { TILE_FIELDS, TileField } from './tile-set.js';

/** Decodes and draws the tiles of the stream's tile set that its region touches. */
export function drawTiles(stream: RemoteFxStream, target: PixelTarget, placement: Placement): void {
  const { tileSet, tileDecoder, region } = stream;
  for (let tile = 0; tile < tileSet.count; tile += 1) {
    const at = tile * TILE_FIELDS;
    // Indices lie within the counts, hence the `as number`.
    const x = tileSet.tiles[at + TileField.x] as number;
    const y = tileSet.tiles[at + TileField.y] as number;
    if (!region.reaches(x, y)) continue;
    let decoded = false;
    for (let edge = 0; edge < 4 * region.count; edge += 4) {
      const left = Math.max(region.edges[edge] as number, x);
      const top = Math.max(region.edges[edge + 1] as number, y);
      const right = Math.min(region.edges[edge + 2] as number, x + TILE_SIZE);
      const bottom = Math.min(region.edges[edge + 3] as number, y + TILE_SIZE);
      if (right <= left || bottom <= top) continue;
      if (!decoded) decodeTile(stream, at);
      decoded = true;
      const from = (top - y) * TILE_SIZE + left - x;
      const to = (placement.y + top) * target.width + placement.x + left;
      copyRows(tileDecoder.pixels, from, target, to, right - left, bottom - top);
    }
  }
}

function decodeTile({ tileSet, tileDecoder, view }: RemoteFxStream, at: number): void {
  const { tiles, mode, shifts } = tileSet;
  const startY = tiles[at + TileField.startY] as number;
  const startCb = tiles[at + TileField.startCb] as number;
  const startCr = tiles[at + TileField.startCr] as number;
  const endCr = tiles[at + TileField.endCr] as number;
  tileDecoder.component(0, mode, view, startY, startCb, shifts, tiles[at + TileField.shiftsY] as number);
  tileDecoder.component(1, mode, view, startCb, startCr, shifts, tiles[at + TileField.shiftsCb] as number);
  tileDecoder.component(2, mode, view, startCr, endCr, shifts, tiles[at + TileField.shiftsCr] as number);
  tileDecoder.combine();
}

function copyRows(
  pixels: Uint32Array,
  from: number,
  target: PixelTarget,
  to: number,
  columns: number,
  rows: number,
): void {
  const words = target.words;
  for (let row = 0; row < rows; row += 1) {
    const source = from + row * TILE_SIZE;
    const start = to + row * target.width;
    for (let i = 0; i < columns; i += 1) words[start + i] = pixels[source + i] as number;
  }
}
