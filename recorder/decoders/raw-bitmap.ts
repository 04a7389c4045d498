/**
 * Uncompressed bitmaps: rows of whole-byte pixels, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.2, each padded to a multiple of four
 * bytes. Some servers leave the padding out, and clients take that: a length that is exactly the unpadded one says so.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import {
  pixelCount,
  visibleHeight,
  visibleWidth,
  type DecodeScratch,
  type EncodedBitmap,
  type PixelTarget,
  type Placement,
} from './encoded-bitmap.js';
import { bytesPerPixel, expand15, expand16 } from './pixel-formats.js';

const OPAQUE = 0xff00_0000;

/** Decodes 8, 15, 16, 24 or 32 bpp pixels. */
export function decodeRawBitmap(
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): void {
  const { data, width, height } = bitmap;
  pixelCount(bitmap, 'rawBitmap');
  const rowBytes = rowLength(bitmap);
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  const pixelBytes = bytesPerPixel(bitmap.bitsPerPixel);
  // The last row's padding is missing from some bitmaps.
  if (data.length < rowBytes * (height - 1) + width * pixelBytes) {
    throw new DecodeError('truncated', 'rawBitmap', data.length, `${rowBytes * height} bytes needed`);
  }
  for (let row = 0; row < rows; row += 1) {
    const from = (bitmap.bottomUp ? height - 1 - row : row) * rowBytes;
    const to = (placement.y + row) * target.width + placement.x;
    convertRow(bitmap, from, target.words, to, columns, scratch);
  }
}

function rowLength(bitmap: EncodedBitmap): number {
  const pixelBytes = bytesPerPixel(bitmap.bitsPerPixel);
  if (pixelBytes === 0) throw new DecodeError('unsupported', 'rawBitmap', 0, `${bitmap.bitsPerPixel} bpp`);
  const unpadded = bitmap.width * pixelBytes;
  return bitmap.data.length === unpadded * bitmap.height ? unpadded : (unpadded + 3) & ~3;
}

// Indices below lie within lengths that decodeRawBitmap has compared, hence the `as number`.
function convertRow(
  bitmap: EncodedBitmap,
  from: number,
  words: Uint32Array,
  to: number,
  count: number,
  scratch: DecodeScratch,
): void {
  const { data, palette } = bitmap;
  switch (bitmap.bitsPerPixel) {
    case 8:
      for (let i = 0; i < count; i += 1) {
        words[to + i] = (palette[data[from + i] as number] as number) | OPAQUE;
      }
      return;
    case 15:
      for (let i = 0, at = from; i < count; i += 1, at += 2) {
        words[to + i] = expand15((data[at] as number) | ((data[at + 1] as number) << 8)) | OPAQUE;
      }
      return;
    case 16:
      for (let i = 0, at = from; i < count; i += 1, at += 2) {
        words[to + i] = expand16((data[at] as number) | ((data[at + 1] as number) << 8)) | OPAQUE;
      }
      return;
    case 24:
      for (let i = 0, at = from; i < count; i += 1, at += 3) {
        const low = (data[at] as number) | ((data[at + 1] as number) << 8);
        words[to + i] = low | ((data[at + 2] as number) << 16) | OPAQUE;
      }
      return;
    default:
      convertWords(bitmap, from, words, to, count, scratch);
  }
}

/** 32 bpp: a copy into aligned memory makes words of the bytes. */
function convertWords(
  bitmap: EncodedBitmap,
  from: number,
  words: Uint32Array,
  to: number,
  count: number,
  scratch: DecodeScratch,
): void {
  if (count === 0) return;
  scratch.wordBytes(count).set(bitmap.data.subarray(from, from + count * 4));
  const aligned = scratch.words(count);
  const opaque = bitmap.keepAlpha ? 0 : OPAQUE;
  for (let i = 0; i < count; i += 1) words[to + i] = (aligned[i] as number) | opaque;
}
