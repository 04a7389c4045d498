/**
 * The encoded tiles of a message, in memory that is used again: RFX_PROGRESSIVE_TILE_SIMPLE, _FIRST and _UPGRADE,
 * [MS-RDPEGFX] 2.2.4.2.1.5.3 to 2.2.4.2.1.5.5.
 */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { TILE_SIZE } from '../remotefx/tile-decoder.js';
import { COMPONENT_QUANT_BYTES } from './bands.js';
import { BlockType, type Block } from './blocks.js';

/** What is known of one tile. Positions are those of bytes in the message. */
export const TileField = {
  blockType: 0,
  /** Position in the surface's grid, row by row. */
  index: 1,
  /** `TILE_DIFFERENCE` and `TILE_REDUCED`. */
  flags: 2,
  /** The tables of Y, Cb and Cr. */
  quants: 3,
  /** The progressive tables of Y, one after another with those of Cb and Cr; `FULL_QUALITY` for zeros. */
  progressiveQuants: 6,
  /** Simple and first: Y, Cb, Cr and their end. Upgrade: SRL and raw of Y, Cb, Cr, and their end. */
  data: 7,
} as const;
export const TILE_FIELDS = 14;

/** Coefficients are to be added to those that the tile has. */
export const TILE_DIFFERENCE = 0x01;
/** The region's transform is Reduce-Extrapolate. */
export const TILE_REDUCED = 0x02;
/** Instead of the position of progressive tables: all of them zero. */
export const FULL_QUALITY = -1;

const RFX_TILE_DIFFERENCE = 0x01;
const QUALITY_FULL = 0xff;
/** A progressive table: quality, and factors of three components. */
export const PROGRESSIVE_QUANT_BYTES = 1 + 3 * COMPONENT_QUANT_BYTES;

/** What a tile refers to in its region. */
export interface TileTables {
  readonly reduced: boolean;
  readonly quantVals: number;
  readonly numQuant: number;
  readonly quantProgVals: number;
  readonly numProgQuant: number;
}

export class TileList {
  readonly #columns: number;
  readonly #rows: number;
  readonly #maxTiles: number;
  #fields = new Int32Array(64 * TILE_FIELDS);
  #count = 0;

  /** Tiles of a surface of `width` x `height`; at most `maxTiles` of them. */
  constructor(width: number, height: number, maxTiles: number) {
    this.#columns = Math.ceil(width / TILE_SIZE);
    this.#rows = Math.ceil(height / TILE_SIZE);
    this.#maxTiles = maxTiles;
  }

  get count(): number {
    return this.#count;
  }

  /** `TILE_FIELDS` numbers of each tile. */
  get fields(): Int32Array {
    return this.#fields;
  }

  clear(): void {
    this.#count = 0;
  }

  /**
   * Adds the tile of a block.
   * @throws DecodeError for a block that is no tile of the surface, lengths or table indices that do not fit, or too many.
   */
  add({ blockType, body }: Block, tables: TileTables): void {
    const at = this.#reserve(body);
    const fields = this.#fields;
    fields[at + TileField.blockType] = blockType;
    for (let component = 0; component < 3; component += 1) {
      const quantIdx = body.u8();
      if (quantIdx >= tables.numQuant) throw body.error('invalid', 'quantIdx');
      fields[at + TileField.quants + component] = tables.quantVals + quantIdx * COMPONENT_QUANT_BYTES;
    }
    const xIdx = body.u16();
    const yIdx = body.u16();
    if (xIdx >= this.#columns || yIdx >= this.#rows) throw body.error('invalid', 'xIdx or yIdx');
    fields[at + TileField.index] = yIdx * this.#columns + xIdx;
    let flags = tables.reduced ? TILE_REDUCED : 0;
    if (blockType !== BlockType.tileUpgrade && (body.u8() & RFX_TILE_DIFFERENCE) !== 0) flags |= TILE_DIFFERENCE;
    fields[at + TileField.flags] = flags;
    const quality = blockType === BlockType.tileSimple ? QUALITY_FULL : body.u8();
    if (quality !== QUALITY_FULL && quality >= tables.numProgQuant) throw body.error('invalid', 'progressiveQuality');
    fields[at + TileField.progressiveQuants] =
      quality === QUALITY_FULL ? FULL_QUALITY : tables.quantProgVals + quality * PROGRESSIVE_QUANT_BYTES + 1;
    readData(body, blockType === BlockType.tileUpgrade ? 6 : 3, fields, at + TileField.data);
    this.#count += 1;
  }

  #reserve(body: Reader): number {
    if (this.#count >= this.#maxTiles) throw body.error('limit', 'tiles of one message');
    const at = this.#count * TILE_FIELDS;
    if (this.#fields.length < at + TILE_FIELDS) {
      const fields = new Int32Array(2 * this.#fields.length);
      fields.set(this.#fields);
      this.#fields = fields;
    }
    return at;
  }
}

/** Turns the lengths of `parts` parts into their positions. Only tiles without upgrades have a tail, which is ignored. */
function readData(body: Reader, parts: number, fields: Int32Array, at: number): void {
  const hasTail = parts === 3;
  let position = body.offset + 2 * parts + (hasTail ? 2 : 0);
  const start = position;
  for (let part = 0; part < parts; part += 1) {
    fields[at + part] = position;
    position += body.u16();
  }
  fields[at + parts] = position;
  const tailLen = hasTail ? body.u16() : 0;
  body.need(position - start + tailLen);
}
