/**
 * Colour conversion, [MS-RDPRFX] 3.1.8.2.5: Y, Cb and Cr with five fractional bits to BGRX pixels. The coefficients are
 * those of the specification's matrix with 16 fractional bits; results are rounded as its example's are.
 */
const OPAQUE = 0xff00_0000;
const FRACTION_BITS = 5;
/** Y is centred on zero: half of the range is added first, and half of a step for rounding. */
const LEVEL_SHIFT = (128 << FRACTION_BITS) + (1 << (FRACTION_BITS - 1));

const RED_OF_CR = Math.trunc(1.402525 * 65_536);
const GREEN_OF_CR = Math.trunc(0.714401 * 65_536);
const GREEN_OF_CB = Math.trunc(0.34373 * 65_536);
const BLUE_OF_CB = Math.trunc(1.769905 * 65_536);

/** Converts `out.length` pixels. */
export function convertToBgrx(y: Int16Array, cb: Int16Array, cr: Int16Array, out: Uint32Array): void {
  const count = out.length;
  for (let i = 0; i < count; i += 1) {
    // Indices lie within planes of the same length, hence the `as number`.
    const luma = (y[i] as number) + LEVEL_SHIFT;
    const blueness = cb[i] as number;
    const redness = cr[i] as number;
    const red = (luma + (Math.imul(redness, RED_OF_CR) >> 16)) >> FRACTION_BITS;
    const green =
      (luma - ((Math.imul(blueness, GREEN_OF_CB) + Math.imul(redness, GREEN_OF_CR)) >> 16)) >> FRACTION_BITS;
    const blue = (luma + (Math.imul(blueness, BLUE_OF_CB) >> 16)) >> FRACTION_BITS;
    // Most colours need no clamping, which one test finds out for all three channels.
    out[i] =
      ((red | green | blue) & ~0xff) === 0
        ? (red << 16) | (green << 8) | blue | OPAQUE
        : (clamp(red) << 16) | (clamp(green) << 8) | clamp(blue) | OPAQUE;
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
