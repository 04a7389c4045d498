/** CLEARCODEC_SUBCODEC_RLEX, [MS-RDPEGFX] 2.2.4.1.1.3.1.1: runs of a colour, each followed by a suite of the palette. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { readColor, readRunLength } from './clear-bitmap.js';

const MAX_PALETTE = 0x7f;

/**
 * Decodes exactly `count` pixels into `out`.
 * @throws DecodeError
 */
export function decodeRlex(reader: Reader, out: Uint32Array, count: number): void {
  const paletteCount = reader.u8();
  if (paletteCount === 0 || paletteCount > MAX_PALETTE) throw reader.error('invalid', 'paletteCount');
  reader.need(3 * paletteCount);
  const palette = Uint32Array.from({ length: paletteCount }, () => readColor(reader));
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
    out.fill(palette[startIndex] as number, drawn, drawn + runLength);
    drawn += runLength;
    out.set(palette.subarray(startIndex, stopIndex + 1), drawn);
    drawn += suiteDepth + 1;
  }
  if (drawn !== count) throw reader.error('truncated', `${count - drawn} pixels are missing`);
}
