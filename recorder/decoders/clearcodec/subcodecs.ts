/** CLEARCODEC_SUBCODECS_DATA, [MS-RDPEGFX] 2.2.4.1.1.3: the third layer, bitmaps of other codecs. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import type { Rectangle } from '../../picture/rectangle.js';
import type { DecodeScratch } from '../encoded-bitmap.js';
import { decodeNscodec } from '../nscodec.js';
import { type ClearBitmap, readColor } from './clear-bitmap.js';
import { decodeRlex } from './rlex.js';

/** Values of subCodecId. */
const UNCOMPRESSED = 0;
const NSCODEC = 1;
const RLEX = 2;

const NO_PALETTE = new Uint32Array(256);

/** Draws the layer. Throws DecodeError; what was drawn before stays. */
export function drawSubcodecs(reader: Reader, bitmap: ClearBitmap, scratch: DecodeScratch): void {
  while (reader.remaining > 0) {
    const x = reader.u16();
    const y = reader.u16();
    const width = reader.u16();
    const height = reader.u16();
    if (x + width > bitmap.area.width || y + height > bitmap.area.height || width === 0 || height === 0) {
      throw reader.error('invalid', 'not within the bitmap');
    }
    bitmap.spend(width * height);
    const byteCount = reader.u32();
    const subCodecId = reader.u8();
    drawSubcodec(subCodecId, reader.sub(byteCount, 'clearCodecSubcodec'), bitmap, { x, y, width, height }, scratch);
  }
}

function drawSubcodec(
  subCodecId: number,
  data: Reader,
  bitmap: ClearBitmap,
  place: Rectangle,
  scratch: DecodeScratch,
): void {
  const { width, height } = place;
  const count = width * height;
  switch (subCodecId) {
    case UNCOMPRESSED: {
      data.need(3 * count);
      const words = scratch.words(count);
      for (let i = 0; i < count; i += 1) words[i] = readColor(data);
      return drawWords(words, bitmap, place);
    }
    case NSCODEC: {
      const { area } = bitmap;
      const placement = { ...place, x: area.x + place.x, y: area.y + place.y };
      const format = { bitsPerPixel: 32, bottomUp: false, palette: NO_PALETTE, keepAlpha: false };
      return decodeNscodec({ data: data.rest(), width, height, ...format }, bitmap.surface, placement, scratch);
    }
    case RLEX: {
      const words = scratch.words(count);
      decodeRlex(data, words, count);
      return drawWords(words, bitmap, place);
    }
    default:
      throw data.error('unsupported', `subcodec ${subCodecId}`);
  }
}

function drawWords(words: Uint32Array, bitmap: ClearBitmap, { x, y, width, height }: Rectangle): void {
  for (let row = 0; row < height; row += 1) {
    bitmap.surface.words.set(words.subarray(row * width, (row + 1) * width), bitmap.at(x, y + row));
  }
}
