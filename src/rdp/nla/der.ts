/**
 * The part of DER (ITU-T X.690) that SPNEGO and CredSSP use: one-octet tags and definite lengths of up to four octets.
 * Windows writes lengths in longer forms than DER asks for, so longer forms are read.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { concat } from './bytes.js';

export const DER_INTEGER = 0x02;
export const DER_BIT_STRING = 0x03;
export const DER_OCTET_STRING = 0x04;
export const DER_OBJECT_IDENTIFIER = 0x06;
export const DER_ENUMERATED = 0x0a;
export const DER_SEQUENCE = 0x30;
/** [APPLICATION 0], constructed: the wrapping of RFC 2743 3.1. */
export const DER_APPLICATION_0 = 0x60;

/** The tag of an explicit, constructed context field. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}

const MAX_LENGTH_OCTETS = 4;

function readLength(reader: Reader): number {
  const first = reader.u8();
  if (first < 0x80) return first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > MAX_LENGTH_OCTETS) throw reader.error('unsupported', 'length form');
  let length = 0;
  for (let octet = 0; octet < octets; octet++) length = length * 0x100 + reader.u8();
  return length;
}

/** Size in bytes, header included, of the element that begins `bytes`; null when more bytes are needed to know it. */
export function derElementSize(bytes: Uint8Array): number | null {
  const first = bytes[1];
  if (first === undefined) return null;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  // An indefinite length, or one that nothing here has: the caller's limit refuses it.
  if (octets === 0 || octets > MAX_LENGTH_OCTETS) return Number.POSITIVE_INFINITY;
  if (bytes.length < 2 + octets) return null;
  let length = 0;
  for (let octet = 0; octet < octets; octet++) length = length * 0x100 + (bytes[2 + octet] ?? 0);
  return 2 + octets + length;
}

/** Takes an element with this tag; returns a reader of its contents. */
export function readDer(reader: Reader, tag: number, structure: string): Reader {
  if (reader.u8() !== tag) throw reader.error('invalid', `tag of ${structure}`);
  return reader.sub(readLength(reader), structure);
}

/** Takes a context field with exactly one element of `tag` in it; null when the field is not next. */
export function readOptional(reader: Reader, number: number, tag: number, structure: string): Reader | null {
  if (reader.remaining === 0 || reader.peekU8() !== contextTag(number)) return null;
  const field = readDer(reader, contextTag(number), structure);
  const element = readDer(field, tag, structure);
  field.end();
  return element;
}

/** The same for a field that must be there. */
export function readField(reader: Reader, number: number, tag: number, structure: string): Reader {
  const element = readOptional(reader, number, tag, structure);
  if (element === null) throw reader.error('invalid', `no ${structure}`);
  return element;
}

/** Value of an INTEGER's or ENUMERATED's contents of one to five octets, as an unsigned number below 2^32. */
export function unsignedOf(contents: Reader): number {
  if (contents.remaining === 0 || contents.remaining > 5) {
    throw contents.error('invalid', `${contents.remaining} octets`);
  }
  // NTSTATUS codes have the sign bit; some write them in four octets (negative), some in five.
  if (contents.remaining === 5 && contents.u8() !== 0) throw contents.error('limit', 'integer');
  let value = 0;
  while (contents.remaining > 0) value = value * 0x100 + contents.u8();
  return value;
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) octets.unshift(rest & 0xff);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}

/** An element of these contents, with its length in the shortest form. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(...contents);
  return new Writer().u8(tag).bytes(lengthOctets(body.length)).bytes(body).finish();
}

/** An explicit context field; empty when there is no element. */
export function derField(number: number, element: Uint8Array | null): Uint8Array {
  return element === null ? new Uint8Array(0) : der(contextTag(number), element);
}

/** A non-negative INTEGER or ENUMERATED below 2^32 in its shortest form. */
export function derUnsigned(tag: number, value: number): Uint8Array {
  const octets: number[] = [];
  for (let rest = value; rest > 0 || octets.length === 0; rest = Math.floor(rest / 0x100)) octets.unshift(rest % 0x100);
  if ((octets[0] ?? 0) & 0x80) octets.unshift(0);
  return der(tag, Uint8Array.from(octets));
}
