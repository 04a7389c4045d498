/** Numbers of one to four bytes, [MS-RDPEGDI] 2.2.2.2.1.2.1.2 to 2.2.2.2.1.2.1.4. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

/** TWO_BYTE_UNSIGNED_ENCODING: 7 or 15 bits. */
export function readTwoByteUnsigned(reader: Reader): number {
  const first = reader.u8();
  return (first & 0x80) === 0 ? first : ((first & 0x7f) << 8) | reader.u8();
}

/** TWO_BYTE_SIGNED_ENCODING: a sign and 6 or 14 bits. */
export function readTwoByteSigned(reader: Reader): number {
  const first = reader.u8();
  const high = first & 0x3f;
  const value = (first & 0x80) === 0 ? high : (high << 8) | reader.u8();
  return (first & 0x40) === 0 ? value : -value;
}

/** FOUR_BYTE_UNSIGNED_ENCODING: 6, 14, 22 or 30 bits. */
export function readFourByteUnsigned(reader: Reader): number {
  const first = reader.u8();
  let value = first & 0x3f;
  for (let more = first >> 6; more > 0; more -= 1) value = (value << 8) | reader.u8();
  return value;
}
