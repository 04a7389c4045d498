/**
 * Pointer images, [MS-RDPBCGR] 2.2.9.1.1.4.4, 2.2.9.1.1.4.5 and 2.2.9.1.2.1.11: an XOR mask of colours and an AND mask
 * of one bit a pixel become one image with alpha.
 *
 * Rows are padded to two bytes and run bottom-up; those of 1 bpp pointers run top-down, as clients know them.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { pointerRowBytes, type PointerShape } from '../../src/rdp/updates/pointer-shape.js';
import { MAX_POINTER_DIMENSION } from '../../src/rdp/wire/limits.js';
import { expand15, expand16 } from '../decoders/pixel-formats.js';

const STRUCTURE = 'pointer';

/** A pixel of `PointerImage` that inverts what is under it; alpha is zero, so it is none that could be painted. */
export const INVERT = 0x00ff_ffff;

/** An image to be drawn with its hot spot at the pointer's position. */
export interface PointerImage {
  readonly width: number;
  readonly height: number;
  readonly hotSpotX: number;
  readonly hotSpotY: number;
  /** Top-down, 0xAARRGGBB with straight alpha; 0 is transparent. */
  readonly pixels: Uint32Array;
}

/** The fields of a pointer update that its image is made of. */
export type PointerSource = Omit<PointerShape, 'cacheIndex'>;

/**
 * Decodes a pointer image; `palette` holds 256 colours (0x00RRGGBB) for 4 and 8 bpp.
 * @throws DecodeError when the masks are shorter than the size says, or the size or depth is none that RDP has.
 */
export function decodePointer(source: PointerSource, palette: Uint32Array): PointerImage {
  const { width, height, xorBpp, xorMaskData: xorMask, andMaskData: andMask, hotSpotX, hotSpotY } = source;
  if (width > MAX_POINTER_DIMENSION || height > MAX_POINTER_DIMENSION) throw new DecodeError('limit', STRUCTURE, 0);
  const pixels = new Uint32Array(width * height);
  const image = { width, height, hotSpotX, hotSpotY, pixels };
  // Clients show nothing of a pointer without colours, and take one with alpha and without an AND mask.
  if (xorMask.length === 0) return image;
  const hasAnd = andMask.length > 0;
  const xorRow = pointerRowBytes(width, xorBpp === 15 ? 16 : xorBpp);
  const andRow = pointerRowBytes(width, 1);
  if (xorMask.length < xorRow * height) throw new DecodeError('truncated', STRUCTURE, xorMask.length, 'XOR mask');
  if (hasAnd && andMask.length < andRow * height)
    throw new DecodeError('truncated', STRUCTURE, andMask.length, 'AND mask');
  const bottomUp = xorBpp !== 1;
  const colorAt = colorReader(xorBpp, xorMask, palette);
  const alpha = xorBpp === 32 && hasAlpha(xorMask, xorRow * height);
  for (let y = 0; y < height; y += 1) {
    const row = bottomUp ? height - 1 - y : y;
    for (let x = 0; x < width; x += 1) {
      const masked = hasAnd && bitAt(andMask, row * andRow, x) === 1;
      const color = colorAt(row * xorRow, x);
      pixels[y * width + x] = alpha ? blendable(color, masked) : opaque(color & 0xff_ffff, masked);
    }
  }
  return image;
}

// Offsets below lie within masks whose length was compared with the size, hence the `as number`.

function bitAt(mask: Uint8Array, row: number, x: number): number {
  return ((mask[row + (x >> 3)] as number) >> (7 - (x & 7))) & 1;
}

function hasAlpha(xorMask: Uint8Array, length: number): boolean {
  for (let at = 3; at < length; at += 4) if (xorMask[at] !== 0) return true;
  return false;
}

/**
 * Without alpha, the AND bit keeps what is on the screen: black leaves it alone and white inverts it. Other colours with
 * the bit are edges of pointers that once had alpha; clients paint them.
 */
function opaque(color: number, masked: boolean): number {
  if (masked && color === 0) return 0;
  return masked && color === 0xff_ffff ? INVERT : (color | 0xff00_0000) >>> 0;
}

/** With alpha, a pixel of none can still invert, and the AND bit means for opaque ones what it means without alpha. */
function blendable(color: number, masked: boolean): number {
  const alpha = color >>> 24;
  if (alpha === 0) return masked && color !== 0 ? INVERT : 0;
  return alpha === 0xff ? opaque(color & 0xff_ffff, masked) : color >>> 0;
}

type ColorReader = (row: number, x: number) => number;

function colorReader(xorBpp: number, mask: Uint8Array, palette: Uint32Array): ColorReader {
  const byte = (at: number): number => mask[at] as number;
  const pair = (at: number): number => byte(at) | (byte(at + 1) << 8);
  switch (xorBpp) {
    case 1:
      return (row, x) => (bitAt(mask, row, x) === 1 ? 0xff_ffff : 0);
    case 4:
      return (row, x) => palette[x & 1 ? byte(row + (x >> 1)) & 0x0f : byte(row + (x >> 1)) >> 4] as number;
    case 8:
      return (row, x) => palette[byte(row + x)] as number;
    case 15:
      return (row, x) => expand15(pair(row + 2 * x));
    case 16:
      return (row, x) => expand16(pair(row + 2 * x));
    case 24:
      return (row, x) => pair(row + 3 * x) | (byte(row + 3 * x + 2) << 16);
    case 32:
      return (row, x) => pair(row + 4 * x) | (pair(row + 4 * x + 2) << 16);
    default:
      throw new DecodeError('unsupported', STRUCTURE, 0, `${xorBpp} bpp`);
  }
}
