/**
 * The blocks of one message, [MS-RDPEGFX] 2.2.4.2: all lengths, counts and indices are compared before a tile's state or
 * a pixel changes.
 */
import { MAX_DESKTOPS_PER_UPDATE, MAX_REMOTEFX_RECTANGLES } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { TILE_SIZE } from '../remotefx/tile-decoder.js';
import { COMPONENT_QUANT_BYTES } from './bands.js';
import { BlockType, readBlock } from './blocks.js';
import { PROGRESSIVE_QUANT_BYTES, TileList } from './tile-list.js';

const STRUCTURE = 'progressive';
const RECT_BYTES = 8;
const MAX_QUANTS = 7;
const RFX_DWT_REDUCE_EXTRAPOLATE = 0x01;
/** ctxId, tileSize and flags. */
const CONTEXT_BYTES = 4;
/** frameIndex and regionCount, which decoders ignore. */
const FRAME_BEGIN_BYTES = 6;

/** The tiles and rectangles of a message for a surface, one message at a time. */
export class ProgressiveMessage {
  readonly tiles: TileList;
  readonly #width: number;
  readonly #height: number;
  #rects = new Int32Array(64 * 4);
  #rectCount = 0;
  #pixelsLeft = 0;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    const tiles = Math.ceil(width / TILE_SIZE) * Math.ceil(height / TILE_SIZE);
    this.tiles = new TileList(width, height, MAX_DESKTOPS_PER_UPDATE * tiles);
  }

  get rectCount(): number {
    return this.#rectCount;
  }

  /** Left, top, right and bottom (outside) of each rectangle that is to be drawn, cut to the surface. */
  get rects(): Int32Array {
    return this.#rects;
  }

  /**
   * Reads `length` bytes of `data`.
   * @throws DecodeError when they are not a message for a surface of this size, or above a limit.
   */
  read(data: Uint8Array, length: number): void {
    this.tiles.clear();
    this.#rectCount = 0;
    this.#pixelsLeft = MAX_DESKTOPS_PER_UPDATE * this.#width * this.#height;
    const reader = new Reader(data, STRUCTURE, 0, length);
    let inFrame = false;
    while (reader.remaining > 0) {
      const { blockType, body } = readBlock(reader);
      switch (blockType) {
        case BlockType.sync:
          break;
        case BlockType.context:
          readContext(body);
          break;
        case BlockType.frameBegin:
          body.skip(FRAME_BEGIN_BYTES);
          inFrame = true;
          break;
        case BlockType.frameEnd:
          inFrame = false;
          break;
        case BlockType.region:
          // One outside of a frame is ignored: that is how clients have it.
          if (inFrame) this.#readRegion(body);
          break;
        default:
          throw reader.error('invalid', 'blockType');
      }
    }
  }

  #readRegion(body: Reader): void {
    if (body.u8() !== TILE_SIZE) throw body.error('invalid', 'tileSize');
    const numRects = body.u16();
    const numQuant = body.u8();
    const numProgQuant = body.u8();
    const flags = body.u8();
    const numTiles = body.u16();
    const tileDataSize = body.u32();
    if (numRects === 0) throw body.error('invalid', 'numRects');
    if (numQuant > MAX_QUANTS) throw body.error('invalid', 'numQuant');
    this.#readRects(body, numRects);
    const quantVals = body.offset;
    body.skip(numQuant * COMPONENT_QUANT_BYTES);
    const quantProgVals = body.offset;
    body.skip(numProgQuant * PROGRESSIVE_QUANT_BYTES);
    const tables = {
      reduced: (flags & RFX_DWT_REDUCE_EXTRAPOLATE) !== 0,
      quantVals,
      numQuant,
      quantProgVals,
      numProgQuant,
    };
    const tiles = body.sub(tileDataSize, 'progressiveTiles');
    for (let i = 0; i < numTiles; i += 1) {
      const block = readBlock(tiles);
      if (block.blockType < BlockType.tileSimple || block.blockType > BlockType.tileUpgrade) {
        throw tiles.error('invalid', 'tile blockType');
      }
      this.tiles.add(block, tables);
    }
    tiles.end();
  }

  #readRects(body: Reader, numRects: number): void {
    const total = this.#rectCount + numRects;
    if (total > MAX_REMOTEFX_RECTANGLES) throw body.error('limit', 'numRects');
    body.need(numRects * RECT_BYTES);
    if (this.#rects.length < 4 * total) {
      const rects = new Int32Array(8 * total);
      rects.set(this.#rects);
      this.#rects = rects;
    }
    for (let i = 0; i < numRects; i += 1) {
      const left = body.u16();
      const top = body.u16();
      const right = Math.min(left + body.u16(), this.#width);
      const bottom = Math.min(top + body.u16(), this.#height);
      if (right <= left || bottom <= top) continue;
      this.#pixelsLeft -= (right - left) * (bottom - top);
      if (this.#pixelsLeft < 0) throw body.error('limit', 'pixels of all rectangles');
      const at = 4 * this.#rectCount;
      this.#rects[at] = left;
      this.#rects[at + 1] = top;
      this.#rects[at + 2] = right;
      this.#rects[at + 3] = bottom;
      this.#rectCount += 1;
    }
  }
}

function readContext(body: Reader): void {
  body.need(CONTEXT_BYTES);
  body.skip(1);
  if (body.u16() !== TILE_SIZE) throw body.error('invalid', 'tileSize');
}
