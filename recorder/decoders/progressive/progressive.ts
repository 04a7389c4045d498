/**
 * Progressive RemoteFX, [MS-RDPEGFX] 2.2.4.2 and 3.3.8.2: the bitmapData of an RDPGFX_WIRE_TO_SURFACE_PDU_2. Tiles come in
 * one pass or in several and may be differences to what the surface has; the rectangles of a region are drawn from the
 * tiles of the frame so far.
 */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { changedAreas } from '../changed-areas.js';
import type { PixelTarget, Placement } from '../encoded-bitmap.js';
import { TILE_SIZE } from '../remotefx/tile-decoder.js';
import type { ProgressiveMessage } from './message.js';
import type { ProgressiveSurface } from './surface.js';
import { TileDecoder } from './tile-decoder.js';
import { TILE_FIELDS, TileField } from './tile-list.js';

const INITIAL_BYTES = 64 * 1024;
/** Bytes after a message that entropy decoding may look at. */
const SLACK_BYTES = 16;

/** A tile that could not be decoded. It is not drawn again until an original tile has come for it. */
export interface LostTile {
  readonly area: Placement;
  readonly error: DecodeError;
}

export interface ProgressiveUpdate {
  /** What was drawn. */
  readonly areas: readonly Placement[];
  /** What was not drawn, although it was sent. */
  readonly lost: readonly LostTile[];
}

/** Decodes the messages of all surfaces of a connection, in memory that is used again. */
export class ProgressiveDecoder {
  readonly #tileDecoder = new TileDecoder();
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);

  /**
   * Decodes one message and draws its regions on `target`, which has the surface's size. `frameId` tells frames of the
   * graphics pipeline apart: regions share the tiles of their frame. Bits that end too early, or build upon what is not
   * there, lose their tile alone.
   * @throws DecodeError for a malformed message: nothing is drawn, and as any tile may have been in it, the surface forgets
   * them all.
   */
  decode(data: Uint8Array, frameId: number, surface: ProgressiveSurface, target: PixelTarget): ProgressiveUpdate {
    if (target.width !== surface.width || target.height !== surface.height) throw new RangeError('size of the target');
    this.#load(data);
    const { message } = surface;
    try {
      message.read(this.#bytes, data.length);
    } catch (error) {
      surface.poison();
      throw error;
    }
    const lost = this.#decodeTiles(message, frameId, surface);
    this.#drawRegion(message, frameId, surface, target);
    return { areas: changedAreas(message.rects, message.rectCount), lost };
  }

  #load(data: Uint8Array): void {
    if (this.#bytes.length < data.length + SLACK_BYTES) {
      this.#bytes = new Uint8Array(data.length + SLACK_BYTES);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(data);
    this.#bytes.fill(0, data.length, data.length + SLACK_BYTES);
  }

  #decodeTiles({ tiles }: ProgressiveMessage, frameId: number, surface: ProgressiveSurface): LostTile[] {
    const lost = new Map<number, LostTile>();
    const { fields } = tiles;
    for (let at = 0; at < tiles.count * TILE_FIELDS; at += TILE_FIELDS) {
      const index = fields[at + TileField.index] as number; // within the list
      const reason = this.#tileDecoder.decode(fields, at, this.#bytes, this.#view, surface);
      if (reason === null) {
        surface.mark(index, frameId);
        continue;
      }
      surface.forget(index);
      const offset = fields[at + TileField.data] as number;
      lost.set(index, { area: tileArea(index, surface), error: new DecodeError(...reason, offset) });
    }
    return [...lost.values()];
  }

  #drawRegion(message: ProgressiveMessage, frameId: number, surface: ProgressiveSurface, target: PixelTarget): void {
    if (message.rectCount === 0) return;
    for (let index = 0; index < surface.tileCount; index += 1) {
      if (!surface.isOfFrame(index, frameId)) continue;
      this.#drawTile(message, index, surface, target);
    }
  }

  #drawTile(
    { rects, rectCount }: ProgressiveMessage,
    index: number,
    surface: ProgressiveSurface,
    target: PixelTarget,
  ): void {
    const x = (index % surface.columns) * TILE_SIZE;
    const y = Math.floor(index / surface.columns) * TILE_SIZE;
    let reconstructed = false;
    for (let at = 0; at < 4 * rectCount; at += 4) {
      // Indices lie within the count, hence the `as number`.
      const left = Math.max(rects[at] as number, x);
      const top = Math.max(rects[at + 1] as number, y);
      const right = Math.min(rects[at + 2] as number, x + TILE_SIZE);
      const bottom = Math.min(rects[at + 3] as number, y + TILE_SIZE);
      if (right <= left || bottom <= top) continue;
      if (!reconstructed && !this.#tileDecoder.reconstruct(surface.tile(index))) return;
      reconstructed = true;
      const from = (top - y) * TILE_SIZE + left - x;
      copyRows(
        this.#tileDecoder.pixels,
        from,
        target.words,
        top * target.width + left,
        target.width,
        right - left,
        bottom - top,
      );
    }
  }
}

function copyRows(
  pixels: Uint32Array,
  from: number,
  words: Uint32Array,
  to: number,
  width: number,
  columns: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < columns; i += 1) words[to + i] = pixels[from + i] as number; // within the tile
    from += TILE_SIZE;
    to += width;
  }
}

function tileArea(index: number, { columns, width, height }: ProgressiveSurface): Placement {
  const x = (index % columns) * TILE_SIZE;
  const y = Math.floor(index / columns) * TILE_SIZE;
  return { x, y, width: Math.min(TILE_SIZE, width - x), height: Math.min(TILE_SIZE, height - y) };
}
