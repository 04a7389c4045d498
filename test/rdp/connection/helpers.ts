import { expect } from 'vitest';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';

/** Bytes of a hex dump; white space is ignored. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A reader of all of `bytes`. */
export function over(bytes: Uint8Array): Reader {
  return new Reader(bytes, 'test');
}

/** The code of the DecodeError that `decode` throws; fails when it throws something else or nothing. */
export function codeOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return (error as DecodeError).code;
  }
  return 'decoded';
}

/** Every shorter prefix of `pdu` must be refused as truncated. */
export function expectTruncations(pdu: Uint8Array, decode: (reader: Reader) => unknown): void {
  for (let length = 0; length < pdu.length; length++) {
    const code = codeOf(() => decode(over(pdu.slice(0, length))));
    expect(code, `${length} of ${pdu.length} bytes`).toBe('truncated');
  }
}

/** Whatever the bytes are, `decode` returns or throws DecodeError. */
export function expectOnlyDecodeErrors(bytes: Uint8Array, decode: (reader: Reader) => unknown): void {
  try {
    decode(over(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
  }
}
