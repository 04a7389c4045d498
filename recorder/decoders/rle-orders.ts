/**
 * Order headers of interleaved RLE, [MS-RDPBCGR] 2.2.9.1.1.3.1.2.4, as tables indexed by the header byte: what the order
 * does, and how its run length is put together.
 */

/** What an order draws. */
export const OrderKind = {
  invalid: 0,
  background: 1,
  foregroundRun: 2,
  setForegroundRun: 3,
  ditheredRun: 4,
  colorRun: 5,
  foregroundImage: 6,
  setForegroundImage: 7,
  colorImage: 8,
  specialImage: 9,
  white: 10,
  black: 11,
} as const;

/** `OrderKind` of each header byte. */
export const ORDER_KIND = new Uint8Array(256);
/** Run length of each header byte before the bytes that follow it are added. */
export const BASE_LENGTH = new Uint16Array(256);
/** Bytes (0, 1 or 2) after the header that are added to the run length, little-endian. */
export const LENGTH_BYTES = new Uint8Array(256);
/** The bitmask that a special image order stands for. */
export const SPECIAL_MASK = new Uint8Array(256);

/** A standard order: `bits` low bits hold the length in units of `unit`; zero means that the next byte holds it. */
function standard(code: number, bits: number, kind: number, unit: number): void {
  const first = code << bits;
  const longest = (1 << bits) - 1;
  for (let length = 0; length <= longest; length += 1) {
    ORDER_KIND[first + length] = kind;
    BASE_LENGTH[first + length] = length * unit;
  }
  LENGTH_BYTES[first] = 1;
  BASE_LENGTH[first] = unit === 1 ? longest + 1 : 1;
}

/** An extended order: `lengthBytes` is 2 for the MEGA_MEGA orders; the others are of a fixed length. */
function extended(header: number, kind: number, lengthBytes: number, length = 0): void {
  ORDER_KIND[header] = kind;
  LENGTH_BYTES[header] = lengthBytes;
  BASE_LENGTH[header] = length;
}

standard(0x0, 5, OrderKind.background, 1);
standard(0x1, 5, OrderKind.foregroundRun, 1);
standard(0x2, 5, OrderKind.foregroundImage, 8);
standard(0x3, 5, OrderKind.colorRun, 1);
standard(0x4, 5, OrderKind.colorImage, 1);
standard(0xc, 4, OrderKind.setForegroundRun, 1);
standard(0xd, 4, OrderKind.setForegroundImage, 8);
standard(0xe, 4, OrderKind.ditheredRun, 1);
extended(0xf0, OrderKind.background, 2);
extended(0xf1, OrderKind.foregroundRun, 2);
extended(0xf2, OrderKind.foregroundImage, 2);
extended(0xf3, OrderKind.colorRun, 2);
extended(0xf4, OrderKind.colorImage, 2);
extended(0xf6, OrderKind.setForegroundRun, 2);
extended(0xf7, OrderKind.setForegroundImage, 2);
extended(0xf8, OrderKind.ditheredRun, 2);
extended(0xf9, OrderKind.specialImage, 0, 8);
extended(0xfa, OrderKind.specialImage, 0, 8);
extended(0xfd, OrderKind.white, 0, 1);
extended(0xfe, OrderKind.black, 0, 1);
SPECIAL_MASK[0xf9] = 0x03;
SPECIAL_MASK[0xfa] = 0x05;
