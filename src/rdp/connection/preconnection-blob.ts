/**
 * RDP_PRECONNECTION_PDU, [MS-RDPEPS] 2.2.1: what a client may send before its X.224 Connection Request to say which
 * source it wants. Its version is agreed out of band, so it is recognised by what it is not: a TPKT.
 */
import { DecodeError } from '../wire/errors.js';
import { MAX_PRECONNECTION_BLOB_BYTES } from '../wire/limits.js';
import { Reader } from '../wire/reader.js';
import { TPKT_VERSION } from '../wire/tpkt.js';
import { Writer } from '../wire/writer.js';
import { bytesFromUtf16, readUtf16 } from './text.js';

const STRUCTURE = 'RDP_PRECONNECTION_PDU';
const SIZE_FIELD_BYTES = 4;
const VERSION_1_BYTES = 16;
const VERSION_1 = 1;
const VERSION_2 = 2;

export interface PreconnectionBlob {
  readonly flags: number;
  readonly id: number;
  /** The string of version 2 as sent, with its terminator if it has one; null for version 1. */
  readonly wszPcb: string | null;
  /** Bytes that `cbSize` covers beyond the known fields; usually empty. */
  readonly trailing: Uint8Array;
}

/** What a stream begins with. */
export type PreconnectionStart =
  /** A TPKT: there is no blob. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'need-more-bytes' }
  /** A blob; what follows it begins `sizeBytes` later. */
  | { readonly kind: 'blob'; readonly blob: PreconnectionBlob; readonly sizeBytes: number };

/** Looks at the first bytes of a stream. Throws DecodeError for what is neither TPKT nor blob ("limit": too long). */
export function readPreconnectionBlob(bytes: Uint8Array): PreconnectionStart {
  if (bytes.length === 0) return { kind: 'need-more-bytes' };
  // cbSize is even in both versions, so that a blob never begins with TPKT's 3.
  if (bytes[0] === TPKT_VERSION) return { kind: 'absent' };
  if (bytes.length < SIZE_FIELD_BYTES) return { kind: 'need-more-bytes' };
  const sizeBytes = new Reader(bytes, STRUCTURE).u32();
  if (sizeBytes > MAX_PRECONNECTION_BLOB_BYTES) throw new DecodeError('limit', STRUCTURE, 0, 'cbSize');
  if (sizeBytes < VERSION_1_BYTES) throw new DecodeError('invalid', STRUCTURE, 0, 'cbSize');
  if (bytes.length < sizeBytes) return { kind: 'need-more-bytes' };
  const blob = decodePreconnectionBlob(new Reader(bytes, STRUCTURE, 0, sizeBytes));
  return { kind: 'blob', blob, sizeBytes };
}

/** Decodes one whole blob. */
export function decodePreconnectionBlob(reader: Reader): PreconnectionBlob {
  const sizeBytes = reader.u32();
  if (sizeBytes > MAX_PRECONNECTION_BLOB_BYTES) throw reader.error('limit', 'cbSize');
  if (sizeBytes < VERSION_1_BYTES) throw reader.error('invalid', 'cbSize');
  const body = reader.sub(sizeBytes - SIZE_FIELD_BYTES, STRUCTURE);
  const flags = body.u32();
  const version = body.u32();
  if (version !== VERSION_1 && version !== VERSION_2) throw body.error('unsupported', `version ${version}`);
  const id = body.u32();
  const wszPcb = version === VERSION_2 ? readUtf16(body, body.u16() * 2) : null;
  return { flags, id, wszPcb, trailing: body.rest() };
}

/** Encodes version 2 when there is a string, else version 1. Throws RangeError when it is longer than the limit. */
export function encodePreconnectionBlob(value: PreconnectionBlob): Uint8Array {
  const stringBytes = value.wszPcb === null ? 0 : 2 + value.wszPcb.length * 2;
  const sizeBytes = VERSION_1_BYTES + stringBytes + value.trailing.length;
  if (sizeBytes > MAX_PRECONNECTION_BLOB_BYTES) throw new RangeError(`${STRUCTURE} of ${sizeBytes} bytes`);
  const writer = new Writer();
  writer.u32(sizeBytes).u32(value.flags);
  writer.u32(value.wszPcb === null ? VERSION_1 : VERSION_2).u32(value.id);
  if (value.wszPcb !== null) writer.u16(value.wszPcb.length).bytes(bytesFromUtf16(value.wszPcb));
  return writer.bytes(value.trailing).finish();
}
