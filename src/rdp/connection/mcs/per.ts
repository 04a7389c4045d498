/** The part of aligned PER (ITU-T X.691) that MCS domain PDUs and GCC use. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

/** MCS user identifiers begin here; on the wire they are offsets from it. */
export const MIN_USER_ID = 1001;
const MAX_USER_ID = 0xffff;

const TWO_BYTE_FORM = 0x8000;
const MAX_LENGTH = 0x7fff;

/**
 * Reads a length determinant. X.691 ends the two-byte form at 14 bits and fragments above that; peers put 15 bits there
 * instead, and none fragments.
 */
export function readPerLength(reader: Reader): number {
  const first = reader.u8();
  return first < 0x80 ? first : ((first & 0x7f) << 8) | reader.u8();
}

function checkLength(length: number): void {
  if (length > MAX_LENGTH) throw new RangeError(`PER length ${length}`);
}

/** Writes a length in its shortest form. */
export function writePerLength(writer: Writer, length: number): void {
  checkLength(length);
  if (length < 0x80) writer.u8(length);
  else writer.u16be(length | TWO_BYTE_FORM);
}

/** Writes a length in the two-byte form whatever its value, as clients do in Send Data Request. */
export function writePerLongLength(writer: Writer, length: number): void {
  checkLength(length);
  writer.u16be(length | TWO_BYTE_FORM);
}

/** Reads a UserId (1001 to 65535). */
export function readUserId(reader: Reader): number {
  const userId = reader.u16be() + MIN_USER_ID;
  if (userId > MAX_USER_ID) throw reader.error('invalid', 'user id');
  return userId;
}

export function writeUserId(writer: Writer, userId: number): void {
  if (userId < MIN_USER_ID || userId > MAX_USER_ID) throw new RangeError(`MCS user id ${userId}`);
  writer.u16be(userId - MIN_USER_ID);
}
