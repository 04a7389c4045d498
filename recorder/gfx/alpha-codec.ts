/**
 * ALPHACODEC_BITMAP_STREAM, [MS-RDPEGFX] 2.2.4.3: the opacity of pixels. Opacity is not shown, because surfaces are mapped
 * to the desktop and never to windows, so the stream is read for its errors alone.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import type { GfxDecoder } from './gfx-decoder.js';

const STRUCTURE = 'alphaCodec';
const ALPHA_SIGNATURE = 0x414c;

export function createAlphaDecoder(): GfxDecoder {
  return {
    decode({ data, area }) {
      const pixels = area.width * area.height;
      const reader = new Reader(data, STRUCTURE);
      if (reader.u16() !== ALPHA_SIGNATURE) throw new DecodeError('invalid', STRUCTURE, 0, 'alphaSig');
      if (reader.u16() === 0) reader.skip(pixels);
      else readRuns(reader, pixels);
      return { areas: [] };
    },
  };
}

/** CLEARCODEC_ALPHA_RLE_SEGMENT, 2.2.4.3.1. */
function readRuns(reader: Reader, pixels: number): void {
  let left = pixels;
  while (left > 0) {
    reader.skip(1);
    let runLength = reader.u8();
    if (runLength === 0xff) runLength = reader.u16();
    if (runLength === 0xffff) runLength = reader.u32();
    if (runLength > left) throw reader.error('invalid', 'more pixels than the bitmap has');
    left -= runLength;
  }
}
