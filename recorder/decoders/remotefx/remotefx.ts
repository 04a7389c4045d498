/**
 * RemoteFX in image and video mode: the encode messages of one surface command, [MS-RDPRFX] 3.1.8.3.1, drawn as
 * 3.1.8.2.6 says. Positions are relative to the command's top left corner.
 */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { MAX_DESKTOPS_PER_UPDATE } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import {
  pixelCount,
  visibleHeight,
  visibleWidth,
  type DecodeScratch,
  type EncodedBitmap,
  type PixelTarget,
  type Placement,
} from '../encoded-bitmap.js';
import { BlockType, readBlock } from './blocks.js';
import type { Region } from './region.js';
import type { RemoteFxStream } from './stream.js';
import { TILE_SIZE } from './tile-decoder.js';
import { drawTiles } from './draw-tiles.js';
import { TILE_FIELDS, TileField, type TileSet } from './tile-set.js';

const STRUCTURE = 'remoteFx';

/** Changed rectangles reported one by one; of more than these, the one around them all. */
const MAX_AREAS = 32;

/** What is done with a tile set and the region before it. */
type Visit = (tileSet: TileSet, region: Region) => void;

/** Decodes the messages of one surface command. Returns the rectangles of the frames' regions. */
export function decodeRemoteFx(
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): readonly Placement[] {
  pixelCount(bitmap, STRUCTURE);
  const stream = scratch.remoteFx;
  const width = visibleWidth(bitmap, target, placement);
  const height = visibleHeight(bitmap, target, placement);
  const length = bitmap.data.length;
  stream.load(bitmap.data);
  // All lengths and counts of the message are compared before anything is drawn.
  const budget = new Budget(width, height);
  readMessages(stream, length, width, height, (tileSet, region) => budget.spend(tileSet, region));
  const areas: Placement[] = [];
  readMessages(stream, length, width, height, (_, region) => {
    drawTiles(stream, target, placement);
    addAreas(areas, region, placement);
  });
  return areas;
}

function readMessages(stream: RemoteFxStream, length: number, width: number, height: number, visit: Visit): void {
  const { headers, region, tileSet } = stream;
  const reader = new Reader(stream.bytes, STRUCTURE, 0, length);
  let hasRegion = false;
  while (reader.remaining > 0) {
    const block = readBlock(reader);
    if (headers.take(block)) continue;
    if (!headers.complete) throw reader.error('invalid', 'frame before the headers');
    switch (block.blockType) {
      case BlockType.frameBegin:
      case BlockType.frameEnd:
        hasRegion = false;
        break;
      case BlockType.region:
        region.read(block.body, headers.width, headers.height, width, height);
        hasRegion = true;
        break;
      case BlockType.extension:
        if (!hasRegion) throw reader.error('invalid', 'tile set without a region');
        tileSet.read(block.body);
        visit(tileSet, region);
        break;
      default:
        throw reader.error('invalid', 'blockType');
    }
  }
}

/** What one message may draw: a tile costs a few bytes, and rectangles may lie upon each other. */
class Budget {
  #pixelsLeft: number;

  constructor(width: number, height: number) {
    const tiles = Math.ceil(width / TILE_SIZE) * Math.ceil(height / TILE_SIZE);
    this.#pixelsLeft = MAX_DESKTOPS_PER_UPDATE * tiles * TILE_SIZE * TILE_SIZE;
  }

  /** Takes off the pixels of tiles, and those that several rectangles have in common as often. */
  spend({ tiles, count }: TileSet, region: Region): void {
    const { edges } = region;
    // Indices lie within the counts, hence the `as number`.
    for (let tile = 0; tile < count * TILE_FIELDS; tile += TILE_FIELDS) {
      const x = tiles[tile + TileField.x] as number;
      const y = tiles[tile + TileField.y] as number;
      if (!region.reaches(x, y)) continue;
      let pixels = 0;
      for (let at = 0; at < 4 * region.count; at += 4) {
        const columns = overlap(edges[at] as number, edges[at + 2] as number, x);
        if (columns > 0) pixels += columns * Math.max(0, overlap(edges[at + 1] as number, edges[at + 3] as number, y));
      }
      // A tile is decoded as a whole; one that is not drawn after all costs a look at each rectangle.
      this.#pixelsLeft -= Math.max(pixels, TILE_SIZE * TILE_SIZE);
      if (this.#pixelsLeft < 0) throw new DecodeError('limit', STRUCTURE, 0, 'pixels of all tiles');
    }
  }
}

/** Pixels that the span from `first` to `end` has in common with the tile at `tile`; below 0 for none. */
function overlap(first: number, end: number, tile: number): number {
  return Math.min(end, tile + TILE_SIZE) - Math.max(first, tile);
}

function addAreas(areas: Placement[], region: Region, placement: Placement): void {
  const { edges, count } = region;
  if (count === 0) return;
  if (count <= MAX_AREAS) {
    for (let at = 0; at < 4 * count; at += 4) {
      const [left = 0, top = 0, right = 0, bottom = 0] = edges.subarray(at, at + 4);
      areas.push({ x: placement.x + left, y: placement.y + top, width: right - left, height: bottom - top });
    }
    return;
  }
  let [left = 0, top = 0, right = 0, bottom = 0] = edges;
  for (let at = 4; at < 4 * count; at += 4) {
    left = Math.min(left, edges[at] as number);
    top = Math.min(top, edges[at + 1] as number);
    right = Math.max(right, edges[at + 2] as number);
    bottom = Math.max(bottom, edges[at + 3] as number);
  }
  areas.push({ x: placement.x + left, y: placement.y + top, width: right - left, height: bottom - top });
}
