/**
 * Messages of RDS AAD Auth, [MS-RDPBCGR] 2.2.18: JSON objects in UTF-8. The specification does not say where one ends;
 * Windows and its clients put a zero byte behind it, so one is written, and read whether it is there or not.
 */
import { decodeUtf8, encodeUtf8 } from '../../contract/utf8.js';
import { DecodeError } from '../wire/errors.js';
import { MAX_AAD_MESSAGE_BYTES } from '../wire/limits.js';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const TERMINATOR = 0x00;

/**
 * Size of the message that begins `bytes`, its terminator included if it is there; null when more bytes are needed.
 * @throws DecodeError when no JSON object begins there, or it is too long
 */
export function aadMessageSize(bytes: Uint8Array): number | null {
  // A terminator that came late belongs to the message before.
  let at = 0;
  while (bytes[at] === TERMINATOR) at += 1;
  if (at < bytes.length && bytes[at] !== OPEN) throw new DecodeError('invalid', 'aadMessage', at, 'no JSON object');
  const end = endOfObject(bytes, at);
  if (end === null && bytes.length > MAX_AAD_MESSAGE_BYTES) throw new DecodeError('limit', 'aadMessage', 0);
  if (end === null) return null;
  if (end > MAX_AAD_MESSAGE_BYTES) throw new DecodeError('limit', 'aadMessage', 0);
  return bytes[end] === TERMINATOR ? end + 1 : end;
}

/** Offset behind the closing brace. */
function endOfObject(bytes: Uint8Array, from: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

/** The one field that a message has. @throws DecodeError */
export function decodeAadField(bytes: Uint8Array, field: string): string | number {
  let [start, end] = [0, bytes.length];
  while (bytes[start] === TERMINATOR) start += 1;
  while (end > start && bytes[end - 1] === TERMINATOR) end -= 1;
  const text = decodeUtf8(bytes.subarray(start, end));
  if (text === null) throw new DecodeError('invalid', 'aadMessage', start, 'UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DecodeError('invalid', 'aadMessage', start, 'JSON');
  }
  const found =
    typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === field) : null;
  const content: unknown = found?.[1];
  if (typeof content !== 'string' && typeof content !== 'number') {
    throw new DecodeError('invalid', 'aadMessage', start, `no ${field}`);
  }
  return content;
}

export function encodeAadField(field: string, content: string | number): Uint8Array {
  const json = encodeUtf8(JSON.stringify({ [field]: content }));
  const bytes = new Uint8Array(json.length + 1);
  bytes.set(json);
  return bytes;
}
