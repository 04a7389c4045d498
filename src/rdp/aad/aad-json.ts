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

/** Finds where a message ends that arrives in pieces, and looks at each of its bytes once. One for each message. */
export class AadMessageScan {
  #at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /**
   * Size of the message that begins `bytes`, its terminator included if it is there; null when more bytes are needed.
   * @param bytes what came so far: that of the call before, and what came since
   * @throws DecodeError when no JSON object begins there, or it is too long
   */
  size(bytes: Uint8Array): number | null {
    const end = this.#endOfObject(bytes);
    if ((end ?? bytes.length) > MAX_AAD_MESSAGE_BYTES) throw new DecodeError('limit', 'aadMessage', 0);
    if (end === null) return null;
    return bytes[end] === TERMINATOR ? end + 1 : end;
  }

  /** Offset behind the closing brace. */
  #endOfObject(bytes: Uint8Array): number | null {
    for (; this.#at < bytes.length; this.#at += 1) {
      const byte = bytes[this.#at] ?? TERMINATOR;
      // A terminator that came late belongs to the message before.
      if (this.#depth === 0 && byte === TERMINATOR) continue;
      if (this.#depth === 0 && byte !== OPEN)
        throw new DecodeError('invalid', 'aadMessage', this.#at, 'no JSON object');
      this.#take(byte);
      if (this.#depth === 0) return this.#at + 1;
    }
    return null;
  }

  #take(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (this.#inString) {
      this.#escaped = byte === BACKSLASH;
      this.#inString = byte !== QUOTE;
    } else if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN) this.#depth += 1;
    else if (byte === CLOSE) this.#depth -= 1;
  }
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
