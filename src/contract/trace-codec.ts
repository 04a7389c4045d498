/**
 * Bytes of the trace's structures; the layout is in `trace.ts`. Sealing itself (AES-256-GCM) is done by those who read
 * and write files: this module gives nonces and additional data.
 */
import { canonicalJson, type Json } from './json.js';
import {
  MAX_TRACE_CHUNK_BYTES,
  MAX_TRACE_HEADER_BYTES,
  MAX_TRACE_RECORD_BYTES,
  TRACE_CHUNK_HEADER_BYTES,
  TRACE_MAGIC,
  TRACE_NONCE_BYTES,
  TRACE_PREFIX_BYTES,
  TRACE_RECORD_HEADER_BYTES,
  TRACE_VERSION,
  TraceRecordKind,
  type TraceHeader,
  type TraceRecord,
} from './trace.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

/** The file is not a trace, or not one that this version reads. Never carries the file's bytes. */
export class TraceFormatError extends Error {
  override readonly name = 'TraceFormatError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`trace: ${message} at offset ${offset}`);
    this.offset = offset;
  }
}

/** Prefix and header; the header tag follows them in the file. */
export function encodeTraceHeader(header: TraceHeader): Uint8Array {
  // An interface of plain fields is JSON; the cast only adds the index signature.
  const json = encodeUtf8(canonicalJson(header as unknown as Json));
  const bytes = new Uint8Array(TRACE_PREFIX_BYTES + json.length);
  const view = new DataView(bytes.buffer);
  bytes.set(TRACE_MAGIC, 0);
  view.setUint16(4, TRACE_VERSION, true);
  view.setUint32(6, json.length, true);
  bytes.set(json, TRACE_PREFIX_BYTES);
  return bytes;
}

/**
 * Reads prefix and header from the file's start; `headerBytes` is where the header tag begins. Null when more bytes are
 * needed. The result is to be trusted only after the header tag was verified.
 * @throws TraceFormatError when it is not a trace or of another version.
 */
export function decodeTraceHeader(bytes: Uint8Array): { header: TraceHeader; headerBytes: number } | null {
  if (bytes.length < TRACE_PREFIX_BYTES) return null;
  if (TRACE_MAGIC.some((byte, index) => bytes[index] !== byte)) throw new TraceFormatError('not a trace file', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(4, true);
  if (version !== TRACE_VERSION) throw new TraceFormatError(`version ${version} is not supported`, 4);
  const length = view.getUint32(6, true);
  if (length > MAX_TRACE_HEADER_BYTES) throw new TraceFormatError('header is too long', 6);
  const headerBytes = TRACE_PREFIX_BYTES + length;
  if (bytes.length < headerBytes) return null;
  return { header: parseHeader(bytes.subarray(TRACE_PREFIX_BYTES, headerBytes)), headerBytes };
}

function parseHeader(json: Uint8Array): TraceHeader {
  const text = decodeUtf8(json);
  if (text === null) throw new TraceFormatError('header is not UTF-8', TRACE_PREFIX_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TraceFormatError('header is not JSON', TRACE_PREFIX_BYTES);
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'witness-trace') {
    throw new TraceFormatError('header has another format', TRACE_PREFIX_BYTES);
  }
  // The header tag proves that the gateway wrote this value from a TraceHeader.
  return value as TraceHeader;
}

/** Nonce of the header (counter 0) or of chunk `counter - 1` of a part. */
export function traceNonce(part: number, counter: bigint): Uint8Array {
  const nonce = new Uint8Array(TRACE_NONCE_BYTES);
  const view = new DataView(nonce.buffer);
  view.setUint32(0, part, true);
  view.setBigUint64(4, counter, true);
  return nonce;
}

/** The 8 bytes before a chunk's ciphertext. */
export function encodeChunkHeader(length: number, index: number): Uint8Array {
  const bytes = new Uint8Array(TRACE_CHUNK_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, index, true);
  return bytes;
}

/** Additional data of a chunk: the header tag, then the chunk's header. */
export function chunkAdditionalData(headerTag: Uint8Array, length: number, index: number): Uint8Array {
  const data = new Uint8Array(headerTag.length + TRACE_CHUNK_HEADER_BYTES);
  data.set(headerTag, 0);
  data.set(encodeChunkHeader(length, index), headerTag.length);
  return data;
}

/**
 * Length and index of the chunk at `offset`; null when more bytes are needed.
 * @throws TraceFormatError when the length is above the limit.
 */
export function decodeChunkHeader(bytes: Uint8Array, offset: number): { length: number; index: number } | null {
  if (bytes.length - offset < TRACE_CHUNK_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(offset, true);
  if (length > MAX_TRACE_CHUNK_BYTES) throw new TraceFormatError('chunk is too long', offset);
  return { length, index: view.getUint32(offset + 4, true) };
}

const INITIAL_BYTES = 16 * 1024;

/** Collects the records of the next chunk. */
export class TraceRecordWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  /** Bytes collected since the last `take`. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds one record; the payload is copied.
   * @throws RangeError when the payload is longer than a record can be, or the chunk is full.
   */
  append(kind: TraceRecordKind, timeMs: number, payload: Uint8Array): void {
    if (payload.length > MAX_TRACE_RECORD_BYTES) throw new RangeError('trace record is too long');
    const at = this.#length;
    const end = at + TRACE_RECORD_HEADER_BYTES + payload.length;
    if (end > MAX_TRACE_CHUNK_BYTES) throw new RangeError('trace chunk is full');
    if (end > this.#bytes.length) this.#grow(end);
    const view = new DataView(this.#bytes.buffer);
    view.setUint32(at, kind | (payload.length << 8), true);
    view.setUint32(at + 4, timeMs, true);
    this.#bytes.set(payload, at + TRACE_RECORD_HEADER_BYTES);
    this.#length = end;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.min(MAX_TRACE_CHUNK_BYTES, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** The chunk's plaintext, valid until the next `append`; the writer is empty afterwards. */
  take(): Uint8Array {
    const plaintext = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return plaintext;
  }
}

const KINDS: ReadonlySet<number> = new Set(Object.values(TraceRecordKind));

function isKind(value: number): value is TraceRecordKind {
  return KINDS.has(value);
}

/**
 * The records of a chunk's plaintext; payloads are views of it.
 * @throws TraceFormatError when the plaintext does not divide into records or a kind is not known.
 */
export function* iterateTraceRecords(plaintext: Uint8Array): Iterable<TraceRecord> {
  const view = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength);
  let at = 0;
  while (at < plaintext.length) {
    if (plaintext.length - at < TRACE_RECORD_HEADER_BYTES) throw new TraceFormatError('record is cut short', at);
    const first = view.getUint32(at, true);
    const kind = first & 0xff;
    const start = at + TRACE_RECORD_HEADER_BYTES;
    const end = start + (first >>> 8);
    if (end > plaintext.length) throw new TraceFormatError('record is cut short', at);
    if (!isKind(kind)) throw new TraceFormatError('record kind is not known', at);
    yield { kind, timeMs: view.getUint32(at + 4, true), payload: plaintext.subarray(start, end) };
    at = end;
  }
}
