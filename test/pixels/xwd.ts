/**
 * The X Window Dump format, version 7, as `xwd -root` writes it: a header of big-endian 32-bit fields, a colour table,
 * and the image as the X server stores it. Layout: /usr/include/X11/XWDFile.h.
 */
import type { Raster } from './raster.js';
import { expandBits } from './reduce-depth.js';

const FILE_VERSION = 7;
const Z_PIXMAP = 2;
const FIXED_HEADER_BYTES = 100;
const COLOUR_ENTRY_BYTES = 12;

/** Reads TrueColor dumps of 16 or 32 bits a pixel. Throws RangeError for others. */
export function decodeXwd(bytes: Uint8Array): Raster {
  if (bytes.length < FIXED_HEADER_BYTES) throw new RangeError('shorter than an xwd header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (index: number) => view.getUint32(index * 4);
  const [headerSize, version, format, , width, height] = [field(0), field(1), field(2), 0, field(4), field(5)];
  const littleEndian = field(7) === 0;
  const [bitsPerPixel, bytesPerLine] = [field(11), field(12)];
  const channels = [channel(field(16)), channel(field(15)), channel(field(14))]; // blue, green, red
  if (version !== FILE_VERSION || format !== Z_PIXMAP || (bitsPerPixel !== 16 && bitsPerPixel !== 32)) {
    throw new RangeError(`xwd version ${version}, format ${format}, ${bitsPerPixel} bits a pixel`);
  }
  const start = headerSize + field(19) * COLOUR_ENTRY_BYTES;
  if (bytes.length < start + bytesPerLine * height) throw new RangeError('the image is cut off');

  const data = new Uint8Array(width * height * 4);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, to += 4) {
      const at = start + y * bytesPerLine + (x * bitsPerPixel) / 8;
      const pixel = bitsPerPixel === 16 ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian);
      channels.forEach(({ mask, shift, bits }, index) => {
        data[to + index] = expandBits((pixel & mask) >>> shift, bits);
      });
    }
  }
  return { width, height, data };
}

function channel(mask: number): { mask: number; shift: number; bits: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const bits = 32 - Math.clz32(mask >>> shift);
  if (bits < 5 || bits > 8) throw new RangeError(`a channel of ${bits} bits`);
  return { mask, shift, bits };
}
