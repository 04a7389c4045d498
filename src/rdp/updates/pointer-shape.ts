/**
 * Shapes of pointers: Color Pointer Update, [MS-RDPBCGR] 2.2.9.1.1.4.4, New Pointer Update, 2.2.9.1.1.4.5, and Large
 * Pointer Update, 2.2.9.1.2.1.11. The layout is the same but for the colour depth, and for longer lengths in the last.
 */
import { MAX_POINTER_DIMENSION } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Colour depth of a Color Pointer Update, which does not say it. */
export const COLOR_POINTER_BPP = 24;

const MAX_U16 = 0xffff;

/** Masks are bottom-up; each row is padded to two bytes, see `pointerRowBytes`. */
export interface PointerShape {
  /** Bits per pixel of xorMaskData: 1, 4, 8, 16, 24 or 32. */
  readonly xorBpp: number;
  readonly cacheIndex: number;
  readonly hotSpotX: number;
  readonly hotSpotY: number;
  /** At most `MAX_POINTER_DIMENSION` pixels. */
  readonly width: number;
  readonly height: number;
  /** View; empty, or at least `height` rows. */
  readonly xorMaskData: Uint8Array;
  /** View of one bit a pixel; empty, or at least `height` rows. */
  readonly andMaskData: Uint8Array;
}

/** Bytes of one row of a mask. */
export function pointerRowBytes(width: number, bitsPerPixel: number): number {
  return Math.ceil((width * bitsPerPixel) / 16) * 2;
}

/** Takes a mask of `length` bytes. Throws "invalid" when it is there but too short for the shape. */
function decodeMask(reader: Reader, length: number, rowBytes: number, height: number): Uint8Array {
  if (length !== 0 && length < rowBytes * height) throw reader.error('invalid', 'length of a mask');
  return reader.bytes(length);
}

function decodeShape(reader: Reader, xorBpp: number, readLength: () => number): PointerShape {
  const cacheIndex = reader.u16();
  const hotSpotX = reader.u16();
  const hotSpotY = reader.u16();
  const width = reader.u16();
  const height = reader.u16();
  if (width > MAX_POINTER_DIMENSION || height > MAX_POINTER_DIMENSION) throw reader.error('limit', 'width or height');
  const lengthAndMask = readLength();
  const lengthXorMask = readLength();
  const xorMaskData = decodeMask(reader, lengthXorMask, pointerRowBytes(width, xorBpp), height);
  const andMaskData = decodeMask(reader, lengthAndMask, pointerRowBytes(width, 1), height);
  return { xorBpp, cacheIndex, hotSpotX, hotSpotY, width, height, xorMaskData, andMaskData };
}

/** Decodes the attribute data of a Color Pointer Update; padding at the end stays in the reader. */
export function decodeColorPointer(reader: Reader): PointerShape {
  return decodeShape(reader, COLOR_POINTER_BPP, () => reader.u16());
}

/** Decodes the attribute data of a New Pointer Update. */
export function decodeNewPointer(reader: Reader): PointerShape {
  return decodeShape(reader, reader.u16(), () => reader.u16());
}

/** Decodes the attribute data of a Large Pointer Update. */
export function decodeLargePointer(reader: Reader): PointerShape {
  return decodeShape(reader, reader.u16(), () => reader.u32());
}

function writePlace(writer: Writer, shape: PointerShape): Writer {
  return writer.u16(shape.cacheIndex).u16(shape.hotSpotX).u16(shape.hotSpotY).u16(shape.width).u16(shape.height);
}

function writeShape(writer: Writer, shape: PointerShape): Uint8Array {
  if (shape.andMaskData.length > MAX_U16 || shape.xorMaskData.length > MAX_U16) {
    throw new RangeError('PointerShape: masks are too long but for a large pointer');
  }
  writePlace(writer, shape).u16(shape.andMaskData.length).u16(shape.xorMaskData.length);
  return writer.bytes(shape.xorMaskData).bytes(shape.andMaskData).finish();
}

/** Throws RangeError for another depth than 24 bpp, and for masks above 16 bits of length. */
export function encodeColorPointer(shape: PointerShape): Uint8Array {
  if (shape.xorBpp !== COLOR_POINTER_BPP) throw new RangeError('PointerShape: a color pointer has 24 bpp');
  return writeShape(new Writer(), shape);
}

/** Throws RangeError for masks above 16 bits of length. */
export function encodeNewPointer(shape: PointerShape): Uint8Array {
  return writeShape(new Writer().u16(shape.xorBpp), shape);
}

export function encodeLargePointer(shape: PointerShape): Uint8Array {
  const writer = writePlace(new Writer().u16(shape.xorBpp), shape);
  writer.u32(shape.andMaskData.length).u32(shape.xorMaskData.length);
  return writer.bytes(shape.xorMaskData).bytes(shape.andMaskData).finish();
}
