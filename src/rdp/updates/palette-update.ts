/**
 * Palette Update Data, [MS-RDPBCGR] 2.2.9.1.1.3.1.1.1: the colours of an 8 bpp session. The same bytes in slow-path and
 * fast-path updates, from updateType on.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { UpdateType } from './update-type.js';

export const PALETTE_COLORS = 256;
const ENTRY_BYTES = 3;

export interface PaletteUpdate {
  /** View of 256 entries of three bytes: red, green, blue. */
  readonly paletteEntries: Uint8Array;
}

/** Decodes from updateType on. Throws "invalid" for another number of colours. */
export function decodePaletteUpdate(reader: Reader): PaletteUpdate {
  if (reader.u16() !== UpdateType.palette) throw reader.error('invalid', 'updateType');
  reader.skip(2);
  if (reader.u32() !== PALETTE_COLORS) throw reader.error('invalid', 'numberColors');
  return { paletteEntries: reader.bytes(PALETTE_COLORS * ENTRY_BYTES) };
}

/** From updateType on. Throws RangeError for another number of colours. */
export function encodePaletteUpdate(value: PaletteUpdate): Uint8Array {
  if (value.paletteEntries.length !== PALETTE_COLORS * ENTRY_BYTES)
    throw new RangeError('PaletteUpdate: paletteEntries');
  return new Writer().u16(UpdateType.palette).u16(0).u32(PALETTE_COLORS).bytes(value.paletteEntries).finish();
}
