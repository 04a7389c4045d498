/** CLEARCODEC_RESIDUAL_DATA, [MS-RDPEGFX] 2.2.4.1.1.1: the first layer, runs of pixels from the top left on. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { type ClearBitmap, readColor, readRunLength } from './clear-bitmap.js';

/** Throws DecodeError; what was drawn before stays. */
export function drawResidual(reader: Reader, bitmap: ClearBitmap): void {
  let drawn = 0;
  while (reader.remaining > 0) {
    const color = readColor(reader);
    const runLength = readRunLength(reader);
    if (runLength > bitmap.pixels - drawn) throw reader.error('invalid', 'more pixels than the bitmap has');
    bitmap.spend(runLength);
    bitmap.fill(drawn, runLength, color);
    drawn += runLength;
  }
}
