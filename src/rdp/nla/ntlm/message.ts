/** What all three messages of NTLM have in common: signature, type, version, and a payload that fields point into; [MS-NLMP] 2.2.1. */
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { ascii, equalInConstantTime } from '../bytes.js';

const SIGNATURE = ascii('NTLMSSP\0');
/** [MS-NLMP] 2.2.2.10: a build that nobody has, and the revision of NTLM that everybody has. */
export const VERSION = Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 15);

/** True for the first bytes of any NTLM message, which no SPNEGO token begins with. */
export function isNtlmMessage(token: Uint8Array): boolean {
  return equalInConstantTime(token.subarray(0, SIGNATURE.length), SIGNATURE);
}

/** Takes signature and type. Throws "invalid" for another message. */
export function openMessage(message: Uint8Array, type: number, structure: string): Reader {
  const reader = new Reader(message, structure);
  if (!equalInConstantTime(reader.bytes(SIGNATURE.length), SIGNATURE)) throw reader.error('invalid', 'signature');
  if (reader.u32() !== type) throw reader.error('invalid', 'message type');
  return reader;
}

export function beginMessage(type: number): Writer {
  return new Writer().bytes(SIGNATURE).u32(type);
}

/** Takes the length, maximum length and offset of a payload field; returns a view of the field. */
export function readPayloadField(reader: Reader): Uint8Array {
  const length = reader.u16();
  reader.skip(2);
  const offset = reader.u32();
  if (length === 0) return new Uint8Array(0);
  if (offset > reader.data.length || length > reader.data.length - offset) {
    throw reader.error('truncated', 'payload field');
  }
  return reader.data.subarray(offset, offset + length);
}

/** Payload fields in the order in which they are added, one after the other behind the header. */
export class Payload {
  readonly #parts = new Writer();
  readonly #headerBytes: number;

  constructor(headerBytes: number) {
    this.#headerBytes = headerBytes;
  }

  /** Throws RangeError for a field that a 16-bit length cannot have. */
  add(header: Writer, field: Uint8Array): void {
    if (field.length > 0xffff) throw new RangeError('NTLM payload field too long');
    header
      .u16(field.length)
      .u16(field.length)
      .u32(this.#headerBytes + this.#parts.length);
    this.#parts.bytes(field);
  }

  bytes(): Uint8Array {
    return this.#parts.finish();
  }
}
