/** Cache Brush, [MS-RDPEGDI] 2.2.2.2.1.2.7. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

/** Sides of a brush; BRUSH_COLOR_FULL, which would allow others, is not offered. */
export const BRUSH_SIDE = 8;
const BRUSH_PIXELS = BRUSH_SIDE * BRUSH_SIDE;

/** Two bits a pixel, then four colours. */
const INDEX_BYTES = BRUSH_PIXELS / 4;
const INDEXED_COLORS = 4;

/** Bytes of a pixel for each iBitmapFormat; 0 stands for one bit. */
const PIXEL_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [3, 1],
  [4, 2],
  [5, 3],
  [6, 4],
]);

export interface CacheBrush {
  readonly cacheEntry: number;
  /** Bytes of a pixel of the session's depth; 0 for a brush of one bit a pixel. */
  readonly pixelBytes: number;
  /** 64 values as the order has them, little-endian, from the top row on: bits, or colours. */
  readonly pixels: Uint32Array;
}

export function decodeCacheBrush(reader: Reader): CacheBrush {
  const cacheEntry = reader.u8();
  const pixelBytes = PIXEL_BYTES.get(reader.u8());
  if (pixelBytes === undefined) throw reader.error('invalid', 'iBitmapFormat');
  if (reader.u8() !== BRUSH_SIDE || reader.u8() !== BRUSH_SIDE) throw reader.error('unsupported', 'brush size');
  reader.skip(1);
  const iBytes = reader.u8();
  const data = reader.sub(iBytes, reader.structure);
  const isIndexed = pixelBytes > 0 && iBytes === INDEX_BYTES + INDEXED_COLORS * pixelBytes;
  if (pixelBytes === 0) return { cacheEntry, pixelBytes, pixels: bottomUp(readBits(data.bytes(BRUSH_SIDE), 1)) };
  if (!isIndexed) return { cacheEntry, pixelBytes, pixels: bottomUp(readColors(data, BRUSH_PIXELS, pixelBytes)) };
  const indices = readBits(data.bytes(INDEX_BYTES), 2);
  const colors = readColors(data, INDEXED_COLORS, pixelBytes);
  return { cacheEntry, pixelBytes, pixels: bottomUp(indices.map((index) => colors[index] ?? 0)) };
}

/** Values of `width` bits, the highest bits of a byte first. */
function readBits(bytes: Uint8Array, width: number): Uint32Array {
  const perByte = 8 / width;
  return Uint32Array.from({ length: bytes.length * perByte }, (_, index) => {
    const byte = bytes[Math.floor(index / perByte)] ?? 0;
    return (byte >> (8 - width * ((index % perByte) + 1))) & ((1 << width) - 1);
  });
}

function readColors(data: Reader, count: number, pixelBytes: number): Uint32Array {
  data.need(count * pixelBytes);
  return Uint32Array.from({ length: count }, () => {
    let color = 0;
    for (let byte = 0; byte < pixelBytes; byte += 1) color |= data.u8() << (8 * byte);
    return color;
  });
}

/** The rows are sent from the lowest on. */
function bottomUp(pixels: Uint32Array): Uint32Array {
  return pixels.map((_, index) => pixels[index ^ (BRUSH_PIXELS - BRUSH_SIDE)] ?? 0);
}
