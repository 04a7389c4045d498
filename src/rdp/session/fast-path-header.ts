/**
 * The header that fast-path input, [MS-RDPBCGR] 2.2.8.1.2, and fast-path output, 2.2.9.1.2, have in common: one byte of
 * action, number of events (input only) and flags, then a length of one or two bytes that counts the whole PDU.
 */
import { MAX_FAST_PATH_BYTES } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

const ACTION_MASK = 0x03;
const ACTION_FASTPATH = 0;
const FLAG_ENCRYPTED = 0x2;
const LONG_LENGTH = 0x80;
const MAX_SHORT_LENGTH = 0x7f;

export interface FastPathHeader {
  /** Number of input events, or 0; four bits. */
  readonly numEvents: number;
  /** Two bits that belong to Standard RDP Security. */
  readonly flags: number;
}

/**
 * Takes one PDU: its header, and a reader of what follows. Throws "invalid" for another action, "unsupported" for a PDU
 * that is encrypted by Standard RDP Security, "truncated" when the length is more than there is.
 */
export function decodeFastPathHeader(reader: Reader, structure: string): FastPathHeader & { readonly body: Reader } {
  const start = reader.offset;
  const first = reader.u8();
  if ((first & ACTION_MASK) !== ACTION_FASTPATH) throw reader.error('invalid', 'action');
  const flags = first >> 6;
  if ((flags & FLAG_ENCRYPTED) !== 0) throw reader.error('unsupported', 'flags');
  const length1 = reader.u8();
  const length = (length1 & LONG_LENGTH) === 0 ? length1 : ((length1 & MAX_SHORT_LENGTH) << 8) | reader.u8();
  const headerBytes = reader.offset - start;
  if (length < headerBytes) throw reader.error('invalid', 'length');
  return { numEvents: (first >> 2) & 0xf, flags, body: reader.sub(length - headerBytes, structure) };
}

/** Puts the header before `body`. Throws RangeError when the PDU does not fit 15 bits of length. */
export function encodeFastPath(header: FastPathHeader, body: Uint8Array): Uint8Array {
  const short = body.length + 2 <= MAX_SHORT_LENGTH;
  const length = body.length + (short ? 2 : 3);
  if (length > MAX_FAST_PATH_BYTES) throw new RangeError(`FastPath: a PDU cannot have ${length} bytes`);
  const writer = new Writer().u8(ACTION_FASTPATH | (header.numEvents << 2) | (header.flags << 6));
  if (short) writer.u8(length);
  else writer.u16be((LONG_LENGTH << 8) | length);
  return writer.bytes(body).finish();
}
