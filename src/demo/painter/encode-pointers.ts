/** The demo desktop's pointer images as Color Pointer Updates, [MS-RDPBCGR] 2.2.9.1.1.4.4. */
import { COLOR_POINTER_BPP, pointerRowBytes, type PointerShape } from '../../rdp/updates/pointer-shape.js';
import { POINTER_SIZE, type PointerImage } from './pointer-shapes.js';

const XOR_PIXEL_BYTES = COLOR_POINTER_BPP / 8;

/** Bits of the AND mask keep what is below; a kept pixel with a white XOR pixel is inverted. */
const PIXELS: Readonly<Record<string, { readonly and: 0 | 1; readonly xor: number }>> = {
  '#': { and: 0, xor: 0x00 },
  o: { and: 0, xor: 0xff },
  x: { and: 1, xor: 0xff },
};
const TRANSPARENT = { and: 1, xor: 0x00 } as const;

export function pointerShape({ hotSpotX, hotSpotY, rows }: PointerImage, cacheIndex: number): PointerShape {
  const xorRowBytes = pointerRowBytes(POINTER_SIZE, COLOR_POINTER_BPP);
  const andRowBytes = pointerRowBytes(POINTER_SIZE, 1);
  const xorMaskData = new Uint8Array(xorRowBytes * POINTER_SIZE);
  const andMaskData = new Uint8Array(andRowBytes * POINTER_SIZE);
  for (let y = 0; y < POINTER_SIZE; y++) {
    // Masks begin with the lowest row.
    const row = POINTER_SIZE - 1 - y;
    for (let x = 0; x < POINTER_SIZE; x++) {
      const { and, xor } = PIXELS[rows[y]?.charAt(x) ?? ' '] ?? TRANSPARENT;
      const xorAt = row * xorRowBytes + x * XOR_PIXEL_BYTES;
      xorMaskData.fill(xor, xorAt, xorAt + XOR_PIXEL_BYTES);
      const andAt = row * andRowBytes + (x >> 3);
      andMaskData[andAt] = (andMaskData[andAt] ?? 0) | (and << (7 - (x & 7)));
    }
  }
  return {
    xorBpp: COLOR_POINTER_BPP,
    cacheIndex,
    hotSpotX,
    hotSpotY,
    width: POINTER_SIZE,
    height: POINTER_SIZE,
    xorMaskData,
    andMaskData,
  };
}
