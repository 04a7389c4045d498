/** CLEARCODEC_SUBCODEC_RLEX, [MS-RDPEGFX] 2.2.4.1.1.3.1.1: runs of a colour, each followed by a suite of the palette. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { fillRun, readColor, readRunLength } from './clear-bitmap.js';

const MAX_PALETTE = 0x7f;
/** The palette of the bitmap in hand. */
const palette = new Uint32Array(MAX_PALETTE);

/**
 * Decodes exactly `count` pixels into `out`.
 * @throws DecodeError
 */
export function decodeRlex(reader: Reader, out: Uint32Array, count: number): void {
  const paletteCount = reader.u8();
  if (paletteCount === 0 || paletteCount > MAX_PALETTE) throw reader.error('invalid', 'paletteCount');
  reader.need(3 * paletteCount);
  for (let index = 0; index < paletteCount; index += 1) palette[index] = readColor(reader);
  const indexBits = paletteCount <= 2 ? 1 : 32 - Math.clz32(paletteCount - 1);
  let drawn = 0;
  while (reader.remaining > 0) {
    const indexes = reader.u8();
    const stopIndex = indexes & ((1 << indexBits) - 1);
    const suiteDepth = indexes >> indexBits;
    const startIndex = stopIndex - suiteDepth;
    if (startIndex < 0 || stopIndex >= paletteCount) throw reader.error('invalid', 'index of the palette');
    const runLength = readRunLength(reader);
    if (runLength + suiteDepth + 1 > count - drawn) throw reader.error('invalid', 'more pixels than the bitmap has');
    fillRun(out, drawn, runLength, palette[startIndex] as number);
    drawn += runLength;
    for (let index = startIndex; index <= stopIndex; index += 1, drawn += 1) out[drawn] = palette[index] as number;
  }
  if (drawn !== count) throw reader.error('truncated', `${count - drawn} pixels are missing`);
}
