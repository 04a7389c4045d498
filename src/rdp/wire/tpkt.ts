/**
 * Framing of the byte stream inside TLS: TPKT (RFC 1006 section 6) and fast-path PDUs ([MS-RDPBCGR] 2.2.8.1.2 and
 * 2.2.9.1.2). The two are told apart by the first byte.
 */
import { DecodeError } from './errors.js';
import { MAX_FAST_PATH_BYTES, MAX_TPKT_BYTES } from './limits.js';
import type { Reader } from './reader.js';

export const TPKT_VERSION = 3;
export const TPKT_HEADER_BYTES = 4;

/** RFC 1006: the header and the shortest X.224 TPDU. */
const MIN_TPKT_BYTES = 7;

/** The two low bits of a fast-path PDU's first byte: 0 is fast-path, 3 is X.224, the others do not exist. */
const ACTION_MASK = 0x03;

/** TPKT's header is the longest that is needed to know a PDU's length. */
const MAX_HEADER_BYTES = TPKT_HEADER_BYTES;

/** True for a whole fast-path PDU, false for a TPKT. */
export function isFastPath(pdu: Uint8Array): boolean {
  return pdu[0] !== TPKT_VERSION;
}

function tpktLength(bytes: Uint8Array, offset: number): number | null {
  const high = bytes[offset + 2];
  const low = bytes[offset + 3];
  if (high === undefined || low === undefined) return null;
  const length = (high << 8) | low;
  if (length < MIN_TPKT_BYTES) throw new DecodeError('invalid', 'tpktHeader', offset + 2, `length ${length}`);
  return length;
}

function fastPathLength(bytes: Uint8Array, offset: number): number | null {
  const length1 = bytes[offset + 1];
  if (length1 === undefined) return null;
  const length2 = length1 & 0x80 ? bytes[offset + 2] : 0;
  if (length2 === undefined) return null;
  const headerBytes = length1 & 0x80 ? 3 : 2;
  const length = length1 & 0x80 ? ((length1 & 0x7f) << 8) | length2 : length1;
  if (length < headerBytes) throw new DecodeError('invalid', 'fastPathHeader', offset + 1, `length ${length}`);
  return length;
}

/**
 * Length in bytes, header included, of the PDU that begins at `offset`; null when more bytes are needed to know it.
 * At most `MAX_TPKT_BYTES`. Throws DecodeError for a byte that begins neither kind and for impossible lengths.
 */
export function frameLength(bytes: Uint8Array, offset = 0): number | null {
  const first = bytes[offset];
  if (first === undefined) return null;
  if (first === TPKT_VERSION) return tpktLength(bytes, offset);
  if ((first & ACTION_MASK) !== 0) throw new DecodeError('invalid', 'frame', offset, 'neither TPKT nor fast-path');
  return fastPathLength(bytes, offset);
}

/** Takes a TPKT header and returns a reader of its payload (an X.224 TPDU). */
export function decodeTpkt(reader: Reader, structure: string): Reader {
  const version = reader.u8();
  if (version !== TPKT_VERSION) throw reader.error('invalid', 'TPKT version');
  reader.skip(1);
  const length = reader.u16be();
  if (length < MIN_TPKT_BYTES) throw reader.error('invalid', `TPKT length ${length}`);
  return reader.sub(length - TPKT_HEADER_BYTES, structure);
}

/** Puts a TPKT header before `payload`. Throws RangeError when the payload does not fit a 16-bit length. */
export function encodeTpkt(payload: Uint8Array): Uint8Array {
  const length = TPKT_HEADER_BYTES + payload.length;
  if (length < MIN_TPKT_BYTES || length > MAX_TPKT_BYTES) throw new RangeError(`TPKT of ${length} bytes`);
  const pdu = new Uint8Array(length);
  pdu[0] = TPKT_VERSION;
  pdu[2] = length >> 8;
  pdu[3] = length & 0xff;
  pdu.set(payload, TPKT_HEADER_BYTES);
  return pdu;
}

/**
 * Cuts a byte stream into whole PDUs. What it holds back is at most one PDU. A PDU that lies inside one chunk is a view
 * of that chunk; one that spans chunks is copied once, into memory of its own, so chunks must not be reused by the
 * caller while PDUs are. After an error the stream has no more frames and the framer must be dropped.
 */
export class Framer {
  readonly #maxPduBytes: number;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerLength = 0;
  #partial: Uint8Array | null = null;
  #filled = 0;

  /** `maxPduBytes` is for phases in which only short PDUs are due; a longer one throws "limit" before it is collected. */
  constructor(maxPduBytes: number = Math.max(MAX_TPKT_BYTES, MAX_FAST_PATH_BYTES)) {
    this.#maxPduBytes = maxPduBytes;
  }

  /** Bytes held back because their PDU is not whole. */
  get pendingBytes(): number {
    return this.#partial === null ? this.#headerLength : this.#filled;
  }

  /** Takes the stream's next bytes and returns the PDUs that are whole, in order. Throws DecodeError. */
  push(bytes: Uint8Array): Uint8Array[] {
    const pdus: Uint8Array[] = [];
    // A Buffer's slice() is a view, and whoever keeps a PDU relies on a copy.
    const chunk = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = this.pendingBytes > 0 ? this.#resume(chunk, pdus) : 0;
    while (offset < chunk.length) {
      const length = this.#lengthAt(chunk, offset);
      if (length === null || length > chunk.length - offset) {
        this.#hold(chunk, offset, length);
        break;
      }
      pdus.push(chunk.subarray(offset, offset + length));
      offset += length;
    }
    return pdus;
  }

  #lengthAt(bytes: Uint8Array, offset: number): number | null {
    const length = frameLength(bytes, offset);
    if (length !== null && length > this.#maxPduBytes) {
      throw new DecodeError('limit', 'frame', offset, `${length} bytes, at most ${this.#maxPduBytes}`);
    }
    return length;
  }

  /** Keeps the beginning of a PDU; `length` is null while the header itself is incomplete. */
  #hold(bytes: Uint8Array, offset: number, length: number | null): void {
    const rest = bytes.subarray(offset);
    if (length === null) {
      this.#header.set(rest);
      this.#headerLength = rest.length;
      return;
    }
    this.#partial = new Uint8Array(length);
    this.#partial.set(rest);
    this.#filled = rest.length;
  }

  /** Goes on with the PDU that earlier chunks began. Returns how many bytes of `chunk` it took. */
  #resume(chunk: Uint8Array, pdus: Uint8Array[]): number {
    let offset = 0;
    while (this.#partial === null) {
      const byte = chunk[offset];
      if (byte === undefined) return offset;
      offset += 1;
      this.#header[this.#headerLength] = byte;
      this.#headerLength += 1;
      const header = this.#header.subarray(0, this.#headerLength);
      const length = this.#lengthAt(header, 0);
      if (length !== null) this.#hold(header, 0, length);
    }
    this.#headerLength = 0;
    const take = Math.min(this.#partial.length - this.#filled, chunk.length - offset);
    this.#partial.set(chunk.subarray(offset, offset + take), this.#filled);
    this.#filled += take;
    if (this.#filled === this.#partial.length) {
      pdus.push(this.#partial);
      this.#partial = null;
      this.#filled = 0;
    }
    return offset + take;
  }
}
