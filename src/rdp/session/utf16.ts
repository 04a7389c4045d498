/** UTF-16LE text with the null at its end that Windows counts as a part of it. */
import type { Reader } from '../wire/reader.js';
import { readUtf16, untilNul } from '../connection/text.js';

/** The characters of `sizeBytes` bytes, up to a null. Throws DecodeError for an odd size. */
export function decodeTerminatedUtf16(reader: Reader, sizeBytes: number): string {
  return untilNul(readUtf16(reader, sizeBytes));
}

/** The text and a null. */
export function encodeTerminatedUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * (text.length + 1));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), true);
  return bytes;
}
