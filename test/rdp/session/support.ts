/** What the tests of the session's codecs share. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);

/** A PDU of the specification's examples, from its Share Control Header on. */
export function example(name: string): Uint8Array {
  const text = readFileSync(new URL(`ms-rdpbcgr-examples/${name}.hex`, FIXTURES), 'utf8');
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** A file of the fixtures. */
export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, FIXTURES)));
}

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

export function read<T>(decode: (reader: Reader) => T, bytes: Uint8Array): T {
  return decode(new Reader(bytes, 'Test'));
}

/** Decoding takes all bytes. */
export function readAll<T>(decode: (reader: Reader) => T, bytes: Uint8Array): T {
  const reader = new Reader(bytes, 'Test');
  const value = decode(reader);
  expect(reader.remaining).toBe(0);
  return value;
}

/** Runs `decode` and returns what it threw, which has to be a DecodeError. */
export function decodeError(decode: (reader: Reader) => unknown, bytes: Uint8Array): DecodeError {
  try {
    read(decode, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return error as DecodeError;
  }
  throw new Error('decoding did not fail');
}

/** Every proper prefix of `bytes` fails with a DecodeError, except those whose lengths are in `complete`. */
export function expectTruncationsToFail(
  decode: (reader: Reader) => unknown,
  bytes: Uint8Array,
  complete: readonly number[] = [],
): void {
  for (let length = 0; length < bytes.length; length += 1) {
    const prefix = bytes.slice(0, length);
    if (complete.includes(length)) read(decode, prefix);
    else expect(decodeError(decode, prefix).code, `${length} bytes`).toMatch(/^(truncated|invalid)$/);
  }
}

/** Whatever the bytes, decoding ends in a value or a DecodeError. */
export function expectNoSurprise(decode: (reader: Reader) => unknown, bytes: Uint8Array): void {
  try {
    read(decode, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
  }
}
