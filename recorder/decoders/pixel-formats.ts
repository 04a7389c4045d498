/**
 * Colours of the session's depths as 0x00RRGGBB. Channels of 5 and 6 bits are widened by repeating their high bits, so
 * that full intensity stays full. Widening copies bits: it may be done before or after an XOR of two colours.
 */

/** A 15 bpp pixel: five bits each of red, green and blue. */
export function expand15(pixel: number): number {
  const high = ((pixel & 0x7c00) << 9) | ((pixel & 0x3e0) << 6) | ((pixel & 0x1f) << 3);
  return high | ((high >> 5) & 0x07_0707);
}

/** A 16 bpp pixel: five bits of red, six of green, five of blue. */
export function expand16(pixel: number): number {
  return (
    ((pixel & 0xf800) << 8) |
    ((pixel & 0xe000) << 3) |
    ((pixel & 0x7e0) << 5) |
    ((pixel & 0x600) >> 1) |
    ((pixel & 0x1f) << 3) |
    ((pixel & 0x1c) >> 2)
  );
}

/** Whole bytes of one pixel; 0 for a depth that RDP does not have. */
export function bytesPerPixel(bitsPerPixel: number): number {
  switch (bitsPerPixel) {
    case 8:
      return 1;
    case 15:
    case 16:
      return 2;
    case 24:
      return 3;
    case 32:
      return 4;
    default:
      return 0;
  }
}
