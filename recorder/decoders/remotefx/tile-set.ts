/** The encoded tiles of a frame: TS_RFX_TILESET and its TS_RFX_TILE, [MS-RDPRFX] 2.2.2.3.4. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { BLOCK_HEADER_BYTES, BlockType } from './blocks.js';
import { CODEC_QUANT_BYTES, readShifts, SHIFTS } from './dequantise.js';
import type { RlgrMode } from './rlgr.js';
import { TILE_SIZE } from './tile-decoder.js';

const CBT_TILESET = 0xcac2;
const CLW_ENTROPY_RLGR1 = 1;
const CLW_ENTROPY_RLGR3 = 4;
const ENTROPY_SHIFT = 10;
/** A tile's header from its quantIdxY to its CrLen. */
const TILE_FIELDS_BYTES = 13;
const MAX_QUANTS = 255;

/** What `tiles` holds of each tile. */
export const TileField = {
  x: 0,
  y: 1,
  /** Positions of the components' shifts in `shifts`. */
  shiftsY: 2,
  shiftsCb: 3,
  shiftsCr: 4,
  /** Where the components begin in the message: each ends where the next one begins. */
  startY: 5,
  startCb: 6,
  startCr: 7,
  endCr: 8,
} as const;
export const TILE_FIELDS = 9;

/** One tile set at a time, in memory that is used again. */
export class TileSet {
  readonly shifts = new Uint8Array(MAX_QUANTS * SHIFTS);
  #tiles = new Int32Array(64 * TILE_FIELDS);
  #count = 0;
  #mode: RlgrMode = 1;

  get count(): number {
    return this.#count;
  }

  /** `TILE_FIELDS` numbers of each tile; positions in pixels. */
  get tiles(): Int32Array {
    return this.#tiles;
  }

  get mode(): RlgrMode {
    return this.#mode;
  }

  /**
   * Takes the body of a TS_RFX_TILESET.
   * @throws DecodeError when a length, a count or an index does not fit.
   */
  read(body: Reader): void {
    if (body.u16() !== CBT_TILESET) throw body.error('invalid', 'subtype');
    body.skip(2);
    this.#mode = entropyMode(body);
    const numQuant = body.u8();
    // The context's tile size has been compared.
    body.skip(1);
    const numTiles = body.u16();
    const tilesDataSize = body.u32();
    for (let i = 0; i < numQuant; i += 1) {
      const at = body.offset;
      body.skip(CODEC_QUANT_BYTES);
      readShifts(body.data, at, this.shifts, i * SHIFTS);
    }
    body.need(Math.max(tilesDataSize, numTiles * (BLOCK_HEADER_BYTES + TILE_FIELDS_BYTES)));
    if (this.#tiles.length < numTiles * TILE_FIELDS) this.#tiles = new Int32Array(numTiles * TILE_FIELDS);
    for (let i = 0; i < numTiles; i += 1) this.#readTile(body, i * TILE_FIELDS, numQuant);
    this.#count = numTiles;
  }

  #readTile(body: Reader, at: number, numQuant: number): void {
    const tiles = this.#tiles;
    const blockStart = body.offset;
    if (body.u16() !== BlockType.tile) throw body.error('invalid', 'tile blockType');
    const blockLen = body.u32();
    for (let component = 0; component < 3; component += 1) {
      const quantIdx = body.u8();
      if (quantIdx >= numQuant) throw body.error('invalid', 'quantIdx');
      tiles[at + TileField.shiftsY + component] = quantIdx * SHIFTS;
    }
    tiles[at + TileField.x] = body.u16() * TILE_SIZE;
    tiles[at + TileField.y] = body.u16() * TILE_SIZE;
    const yLen = body.u16();
    const cbLen = body.u16();
    const crLen = body.u16();
    const start = body.offset;
    if (blockLen < start - blockStart + yLen + cbLen + crLen) throw body.error('truncated', 'tile blockLen');
    body.skip(blockLen - (start - blockStart));
    tiles[at + TileField.startY] = start;
    tiles[at + TileField.startCb] = start + yLen;
    tiles[at + TileField.startCr] = start + yLen + cbLen;
    tiles[at + TileField.endCr] = start + yLen + cbLen + crLen;
  }
}

function entropyMode(body: Reader): RlgrMode {
  const entropy = (body.u16() >> ENTROPY_SHIFT) & 0xf;
  if (entropy === CLW_ENTROPY_RLGR1) return 1;
  if (entropy === CLW_ENTROPY_RLGR3) return 3;
  throw body.error('invalid', 'entropy algorithm');
}
