/** The part of BER (ITU-T X.690) that MCS Connect-Initial and Connect-Response use: short and 16-bit definite lengths. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

export const BER_BOOLEAN = 0x01;
export const BER_INTEGER = 0x02;
export const BER_OCTET_STRING = 0x04;
export const BER_ENUMERATED = 0x0a;
export const BER_SEQUENCE = 0x30;

/** First octet of an APPLICATION tag above 30 whose number follows in one octet. */
const APPLICATION_CONSTRUCTED = 0x7f;

const LONG_FORM_1 = 0x81;
const LONG_FORM_2 = 0x82;
const MAX_INTEGER_BYTES = 4;

/** Reads a definite length of at most 16 bits. */
export function readLength(reader: Reader): number {
  const first = reader.u8();
  if (first < 0x80) return first;
  if (first === LONG_FORM_1) return reader.u8();
  if (first === LONG_FORM_2) return reader.u16be();
  // No element is longer than a TPKT, and an indefinite length would need a search for its end.
  throw reader.error('unsupported', 'length form');
}

/** The octets of a length, in the shortest form. */
function lengthOctets(length: number): readonly number[] {
  if (length > 0xffff) throw new RangeError(`BER element of ${length} bytes`);
  if (length < 0x80) return [length];
  if (length < 0x100) return [LONG_FORM_1, length];
  return [LONG_FORM_2, length >> 8, length & 0xff];
}

/** Reads an element with a one-octet tag; returns a reader of its contents. */
export function readElement(reader: Reader, tag: number, structure: string): Reader {
  if (reader.u8() !== tag) throw reader.error('invalid', `tag of ${structure}`);
  return reader.sub(readLength(reader), structure);
}

export function writeElement(writer: Writer, tag: number, contents: Uint8Array): void {
  writer.bytes(Uint8Array.of(tag, ...lengthOctets(contents.length))).bytes(contents);
}

/** Reads an element tagged [APPLICATION `number`] (31 to 127); returns a reader of its contents. */
export function readApplication(reader: Reader, number: number, structure: string): Reader {
  if (reader.u8() !== APPLICATION_CONSTRUCTED || reader.u8() !== number) {
    throw reader.error('invalid', `tag of ${structure}`);
  }
  return reader.sub(readLength(reader), structure);
}

export function writeApplication(writer: Writer, number: number, contents: Uint8Array): void {
  const header = Uint8Array.of(APPLICATION_CONSTRUCTED, number, ...lengthOctets(contents.length));
  writer.bytes(header).bytes(contents);
}

/** Reads a non-negative INTEGER or ENUMERATED of up to four octets; clients disagree about a leading zero. */
export function readUnsigned(reader: Reader, tag: number, structure: string): number {
  const contents = readElement(reader, tag, structure);
  if (contents.remaining === 0 || contents.remaining > MAX_INTEGER_BYTES) {
    throw contents.error('invalid', `${contents.remaining} octets`);
  }
  let value = 0;
  while (contents.remaining > 0) value = value * 0x100 + contents.u8();
  return value;
}

/** Writes a non-negative INTEGER or ENUMERATED below 2^31 in its shortest form. */
export function writeUnsigned(writer: Writer, tag: number, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0x7fff_ffff) throw new RangeError(`BER integer ${value}`);
  const octets: number[] = [];
  for (let rest = value; rest > 0 || octets.length === 0; rest >>>= 8) octets.unshift(rest & 0xff);
  if ((octets[0] ?? 0) & 0x80) octets.unshift(0);
  writeElement(writer, tag, Uint8Array.from(octets));
}
