/** One tile: a pass added to its state, [MS-RDPEGFX] 3.3.8.2.1, and its pixels, 3.3.8.2.2 and 3.3.8.2.3. */
import type { DecodeErrorCode } from '../../../src/rdp/wire/errors.js';
import { COEFFICIENTS } from '../remotefx/rlgr.js';
import { createScalarTileKernel } from '../remotefx/tile-decoder.js';
import { createWasmTileKernel, type TileKernel } from '../remotefx/tile-kernel.js';
import {
  LL3_BAND,
  BANDS,
  bandQuant,
  COMPONENT_QUANT_BYTES,
  MAX_PROGRESSIVE_QUANT,
  ORIGINAL_BANDS,
  REDUCED_BANDS,
} from './bands.js';
import { BlockType } from './blocks.js';
import { decodeFirstPass } from './first-pass.js';
import { ReducedDwt } from './reduced-dwt.js';
import type { ProgressiveSurface } from './surface.js';
import { FULL_QUALITY, TILE_DIFFERENCE, TILE_REDUCED, TileField } from './tile-list.js';
import type { TileState } from './tile-state.js';
import { decodeUpgradePass } from './upgrade-pass.js';

/** Why a tile could not be decoded: code and structure of the error. */
export type TileLoss = readonly [code: DecodeErrorCode, structure: string];

const UNKNOWN_REFERENCE: TileLoss = ['invalid', 'progressiveTile: differs from a tile that is not known'];
const BAD_QUANT: TileLoss = ['invalid', 'progressiveTile: quantisation'];
const TOO_MANY: TileLoss = ['limit', 'progressiveTile: tiles of all surfaces'];
const TRUNCATED: TileLoss = ['truncated', 'progressiveTileUpgrade'];

const COMPONENTS = [0, 1, 2] as const;

/** Decodes tiles in memory of its own. */
export class TileDecoder {
  readonly #kernel: TileKernel;
  readonly #temporary = new Int16Array(COEFFICIENTS);
  readonly #reducedDwt = new ReducedDwt();
  readonly #positions = new Uint8Array(3 * BANDS);
  readonly #shifts = new Uint8Array(BANDS);
  readonly #bits = new Uint8Array(BANDS);

  constructor(kernel: TileKernel = createWasmTileKernel() ?? createScalarTileKernel()) {
    this.#kernel = kernel;
  }

  /** Pixels of the last tile that was reconstructed, 0xFFRRGGBB, row by row. */
  get pixels(): Uint32Array {
    return this.#kernel.pixels;
  }

  /**
   * Adds the tile at `fields[at]` of a list to its state. `data` and `view` are the message. Returns null, or why the
   * tile is lost.
   */
  decode(
    fields: Int32Array,
    at: number,
    data: Uint8Array,
    view: DataView,
    surface: ProgressiveSurface,
  ): TileLoss | null {
    const index = fields[at + TileField.index] as number; // within the list
    if (!this.#readPositions(fields, at, data)) return BAD_QUANT;
    const upgrade = fields[at + TileField.blockType] === BlockType.tileUpgrade;
    const flags = fields[at + TileField.flags] as number;
    const reduced = (flags & TILE_REDUCED) !== 0;
    const known = surface.tile(index);
    if (upgrade || (flags & TILE_DIFFERENCE) !== 0) {
      if (known === null || known.reduced !== reduced) return UNKNOWN_REFERENCE;
      return upgrade ? this.#upgrade(fields, at, view, known) : this.#first(fields, at, view, known, true);
    }
    const state = surface.openTile(index);
    if (state === null) return TOO_MANY;
    state.reduced = reduced;
    return this.#first(fields, at, view, state, false);
  }

  /** Fills `pixels` with a tile; false when there is none. */
  reconstruct(state: TileState | null): boolean {
    if (state === null) return false;
    for (const component of COMPONENTS) {
      const plane = this.#kernel.planes[component];
      const at = component * COEFFICIENTS;
      const first = state.firsts[component] as number; // there are three
      if (state.reduced) {
        this.#reducedDwt.inverse(state.coefficients, at, first, plane);
      } else {
        plane.set(state.coefficients.subarray(at, at + COEFFICIENTS));
        // A tile with values in LL3 alone is not short-cut: its first value may have changed in a later pass.
        this.#kernel.inverseDwt(component, Math.min(first, ORIGINAL_BANDS[LL3_BAND] as number));
      }
    }
    this.#kernel.convertToBgrx();
    return true;
  }

  /** Sums up the factors of each band; false when a progressive one is above its limit. */
  #readPositions(fields: Int32Array, at: number, data: Uint8Array): boolean {
    const progressive = fields[at + TileField.progressiveQuants] as number;
    for (let component = 0; component < 3; component += 1) {
      const quant = fields[at + TileField.quants + component] as number;
      for (let band = 0; band < BANDS; band += 1) {
        const added =
          progressive === FULL_QUALITY ? 0 : bandQuant(data, progressive + component * COMPONENT_QUANT_BYTES, band);
        if (added > MAX_PROGRESSIVE_QUANT) return false;
        this.#positions[component * BANDS + band] = bandQuant(data, quant, band) + added;
      }
    }
    return true;
  }

  #first(fields: Int32Array, at: number, view: DataView, state: TileState, difference: boolean): null {
    const more = fields[at + TileField.progressiveQuants] !== FULL_QUALITY;
    if (!more) state.dropSigns();
    const signs = more ? state.startSigns() : null;
    const bands = state.reduced ? REDUCED_BANDS : ORIGINAL_BANDS;
    for (let component = 0; component < 3; component += 1) {
      const start = fields[at + TileField.data + component] as number;
      const end = fields[at + TileField.data + component + 1] as number;
      this.#takeShifts(component);
      const first = decodeFirstPass(
        view,
        start,
        end,
        bands,
        this.#shifts,
        difference,
        this.#temporary,
        state.coefficients,
        signs,
        component * COEFFICIENTS,
      );
      state.firsts[component] = difference ? Math.min(first, state.firsts[component] as number) : first;
    }
    state.bitPositions.set(this.#positions);
    return null;
  }

  #upgrade(fields: Int32Array, at: number, view: DataView, state: TileState): TileLoss | null {
    const bands = state.reduced ? REDUCED_BANDS : ORIGINAL_BANDS;
    // Without signs there is nothing to be upgraded, so no bits may come either.
    const signs = state.signs;
    for (let component = 0; component < 3; component += 1) {
      const raw = at + TileField.data + 2 * component;
      if (!this.#takeBits(component, state)) return BAD_QUANT;
      this.#takeShifts(component);
      if (this.#bits.every((bits) => bits === 0)) continue;
      if (signs === null) return BAD_QUANT;
      const done = decodeUpgradePass(
        view,
        fields[raw] as number,
        fields[raw + 1] as number,
        fields[raw + 2] as number,
        bands,
        this.#bits,
        this.#shifts,
        state.coefficients,
        signs,
        component * COEFFICIENTS,
      );
      if (!done) return TRUNCATED;
      state.firsts[component] = 0;
    }
    state.bitPositions.set(this.#positions);
    if (fields[at + TileField.progressiveQuants] === FULL_QUALITY) state.dropSigns();
    return null;
  }

  /** The bits that a band comes down by; false when one would go up. */
  #takeBits(component: number, { bitPositions }: TileState): boolean {
    for (let band = 0; band < BANDS; band += 1) {
      const at = component * BANDS + band;
      const bits = (bitPositions[at] as number) - (this.#positions[at] as number);
      if (bits < 0) return false;
      this.#bits[band] = bits;
    }
    return true;
  }

  /** A factor of 6 stands for a scale of 1; the result has five fractional bits. */
  #takeShifts(component: number): void {
    for (let band = 0; band < BANDS; band += 1) {
      this.#shifts[band] = Math.max((this.#positions[component * BANDS + band] as number) - 1, 0);
    }
  }
}
