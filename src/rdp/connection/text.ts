/**
 * Text as RDP carries it, without loss: every byte string is a JavaScript string and back. Wrong surrogates and
 * embedded NULs survive, because a relay must send on what it received.
 */
import type { Reader } from '../wire/reader.js';

/** "ANSI" text of an unknown code page: one character (U+0000 to U+00FF) per byte. */
export function latin1FromBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The reverse. Throws RangeError for a character above U+00FF. */
export function bytesFromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0xff) throw new RangeError(`character ${at} does not fit one byte`);
    bytes[at] = unit;
  }
  return bytes;
}

/** Reads `sizeBytes` of UTF-16LE. Throws DecodeError for an odd size. */
export function readUtf16(reader: Reader, sizeBytes: number): string {
  if (sizeBytes % 2 !== 0) throw reader.error('invalid', 'odd size of Unicode text');
  reader.need(sizeBytes);
  let text = '';
  for (let unit = 0; unit < sizeBytes / 2; unit++) text += String.fromCharCode(reader.u16());
  return text;
}

/** UTF-16LE of `text`, without a terminator of its own. */
export function bytesFromUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes[at * 2] = unit & 0xff;
    bytes[at * 2 + 1] = unit >> 8;
  }
  return bytes;
}

/** The part before the first NUL, or all of it. */
export function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}
