/**
 * Reads one part of a trace, also while it grows: it reads up to the size it has been told of, chunk by chunk, and never
 * holds more than one. Everything it hands out has been authenticated. The format is in `src/contract/trace.ts`.
 */
import { createDecipheriv, createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import {
  chunkAdditionalData,
  decodeChunkHeader,
  decodeTraceHeader,
  iterateTraceRecords,
  TraceFormatError,
  traceNonce,
} from '../../src/contract/trace-codec.js';
import {
  MAX_TRACE_HEADER_BYTES,
  TRACE_CHUNK_HEADER_BYTES,
  TRACE_PREFIX_BYTES,
  TRACE_TAG_BYTES,
  type TraceHeader,
  type TraceRecord,
} from '../../src/contract/trace.js';

/** The trace is not what the gateway wrote. Names the place, never the content. */
export class TraceCorruptError extends Error {
  override readonly name = 'TraceCorruptError';
  /** -1 for the header. */
  readonly chunkIndex: number;
  readonly offset: number;

  constructor(chunkIndex: number, offset: number, detail: string) {
    const where = chunkIndex < 0 ? 'header' : `chunk ${chunkIndex}`;
    super(`trace ${where} at offset ${offset}: ${detail}`);
    this.chunkIndex = chunkIndex;
    this.offset = offset;
  }
}

/** What a step of reading gave. */
export type TraceStep =
  | { readonly type: 'header'; readonly header: TraceHeader }
  | { readonly type: 'records'; readonly records: readonly TraceRecord[] }
  /** Nothing whole to read until more is written. */
  | { readonly type: 'wait' }
  /** The part is closed and read. `tornBytes` at its end were being written when the gateway died. */
  | { readonly type: 'end'; readonly sizeBytes: number; readonly tornBytes: number; readonly sha256: string };

/** As much is read at once as there is, up to so much; a chunk that is longer is read whole. */
const READ_BYTES = 256 * 1024;

export class TraceReader {
  readonly #part: number;
  readonly #path: string;
  readonly #key: Uint8Array;
  readonly #hash = createHash('sha256');
  #file: Promise<FileHandle> | null = null;
  #knownBytes = 0;
  #closed = false;
  /** Start of what has not been handed out. Everything before it is hashed. */
  #offset = 0;
  #chunkIndex = 0;
  #headerTag: Uint8Array | null = null;
  #corrupt = false;
  /** What was read last, in memory that is used again: `#bufferedBytes` of the file from `#bufferAt` on. */
  #buffer = new Uint8Array(0);
  #bufferAt = 0;
  #bufferedBytes = 0;

  /** @param key The session's key, 32 bytes. */
  constructor(part: number, path: string, key: Uint8Array) {
    this.#part = part;
    this.#path = path;
    this.#key = key;
  }

  /** Bytes that have been read and authenticated. */
  get bytesRead(): number {
    return this.#offset;
  }

  /** True when the file will not grow any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The file has grown to `sizeBytes`. */
  grew(sizeBytes: number): void {
    if (!this.#closed) this.#knownBytes = Math.max(this.#knownBytes, sizeBytes);
  }

  /** The file will not grow any more. Without a size it is what the file has. */
  async closePart(sizeBytes?: number): Promise<void> {
    const { size } = await (await this.#open()).stat();
    this.#knownBytes = sizeBytes ?? size;
    if (size < this.#knownBytes) throw new TraceCorruptError(this.#chunkIndex, size, 'the file is shorter than it was');
    this.#closed = true;
  }

  /**
   * Reads the next chunk, the header first. Records are views of it and good until the next call.
   * @throws TraceCorruptError when a tag does not verify or a length makes no sense; `skipRest` is all that can follow.
   */
  async next(): Promise<TraceStep> {
    for (;;) {
      // As it was before the read: what the part has when it is closed meanwhile has not been looked at.
      const closed = this.#closed;
      const step = this.#headerTag === null ? await this.#readHeader() : await this.#readChunk();
      if (step !== null) return step;
      if (closed) return this.#end(this.#knownBytes - this.#offset);
      if (!this.#closed) return { type: 'wait' };
    }
  }

  /** After corruption in a closed part: hashes what is left. Returns how many bytes that is, and the end. */
  async skipRest(): Promise<{ readonly skippedBytes: number; readonly end: TraceStep & { readonly type: 'end' } }> {
    const skippedBytes = this.#knownBytes - this.#offset;
    this.#corrupt = true;
    return { skippedBytes, end: await this.#end(0) };
  }

  /** Closes the file. */
  async close(): Promise<void> {
    const file = await this.#file?.catch(() => null);
    this.#file = null;
    await file?.close();
  }

  async #readHeader(): Promise<TraceStep | null> {
    const most = TRACE_PREFIX_BYTES + MAX_TRACE_HEADER_BYTES + TRACE_TAG_BYTES;
    const bytes = await this.#read(0, Math.min(this.#knownBytes, most));
    const decoded = this.#guard(-1, 0, () => decodeTraceHeader(bytes));
    if (decoded === null || bytes.length < decoded.headerBytes + TRACE_TAG_BYTES) return null;
    const { header, headerBytes } = decoded;
    const tag = bytes.slice(headerBytes, headerBytes + TRACE_TAG_BYTES);
    const opened = this.#unseal(0n, bytes.subarray(0, headerBytes), bytes.subarray(0, 0), tag);
    if (opened === null) throw new TraceCorruptError(-1, 0, 'the tag does not verify');
    if (header.part !== this.#part) throw new TraceCorruptError(-1, 0, 'it belongs to another part');
    this.#headerTag = tag;
    this.#consume(bytes.subarray(0, headerBytes + TRACE_TAG_BYTES));
    return { type: 'header', header };
  }

  async #readChunk(): Promise<TraceStep | null> {
    const headerTag = this.#headerTag;
    const available = this.#knownBytes - this.#offset;
    if (this.#corrupt || headerTag === null || available < TRACE_CHUNK_HEADER_BYTES) return null;
    const index = this.#chunkIndex;
    const at = this.#offset;
    const prefix = await this.#read(at, TRACE_CHUNK_HEADER_BYTES);
    const header = this.#guard(index, at, () => decodeChunkHeader(prefix, 0));
    if (header === null) return null;
    if (header.index !== index) throw new TraceCorruptError(index, at, 'another chunk is in its place');
    const totalBytes = TRACE_CHUNK_HEADER_BYTES + header.length + TRACE_TAG_BYTES;
    if (available < totalBytes) return null;
    const chunk = await this.#read(at, totalBytes);
    const additional = chunkAdditionalData(headerTag, header.length, index);
    const tagAt = TRACE_CHUNK_HEADER_BYTES + header.length;
    const sealed = chunk.subarray(TRACE_CHUNK_HEADER_BYTES, tagAt);
    const plaintext = this.#unseal(BigInt(index) + 1n, additional, sealed, chunk.subarray(tagAt));
    if (plaintext === null) throw new TraceCorruptError(index, at, 'the tag does not verify');
    const records = this.#guard(index, at, () => [...iterateTraceRecords(plaintext)]);
    this.#chunkIndex += 1;
    this.#consume(chunk);
    return { type: 'records', records };
  }

  #unseal(counter: bigint, additional: Uint8Array, sealed: Uint8Array, tag: Uint8Array): Uint8Array | null {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, traceNonce(this.#part, counter));
    decipher.setAAD(additional);
    decipher.setAuthTag(tag);
    const plaintext = decipher.update(sealed);
    try {
      decipher.final();
      return plaintext;
    } catch {
      return null;
    }
  }

  #guard<T>(chunkIndex: number, offset: number, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof TraceFormatError) throw new TraceCorruptError(chunkIndex, offset, error.message);
      throw error;
    }
  }

  #consume(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#offset += bytes.length;
  }

  async #end(tornBytes: number): Promise<TraceStep & { readonly type: 'end' }> {
    while (this.#offset < this.#knownBytes) {
      this.#consume(await this.#read(this.#offset, Math.min(READ_BYTES, this.#knownBytes - this.#offset)));
    }
    return { type: 'end', sizeBytes: this.#knownBytes, tornBytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** A part may be closed while its reading begins: there is one handle for both. */
  #open(): Promise<FileHandle> {
    this.#file ??= open(this.#path, 'r').catch((error: unknown) => {
      this.#file = null;
      throw error;
    });
    return this.#file;
  }

  /** A view of so many bytes of the file, good until the next call. */
  async #read(position: number, length: number): Promise<Uint8Array> {
    const from = position - this.#bufferAt;
    if (from < 0 || from + length > this.#bufferedBytes) {
      await this.#fill(position, length);
      return this.#buffer.subarray(0, length);
    }
    return this.#buffer.subarray(from, from + length);
  }

  /** Reads at least `length` bytes, and what else is known to be there. */
  async #fill(position: number, length: number): Promise<void> {
    const wanted = Math.max(length, Math.min(READ_BYTES, this.#knownBytes - position));
    if (this.#buffer.length < wanted) this.#buffer = new Uint8Array(Math.max(wanted, READ_BYTES));
    const file = await this.#open();
    this.#bufferAt = position;
    this.#bufferedBytes = 0;
    while (this.#bufferedBytes < wanted) {
      const missing = wanted - this.#bufferedBytes;
      const at = position + this.#bufferedBytes;
      const { bytesRead } = await file.read(this.#buffer, this.#bufferedBytes, missing, at);
      if (bytesRead === 0 && this.#bufferedBytes >= length) return;
      if (bytesRead === 0) throw new TraceCorruptError(this.#chunkIndex, at, 'the file is shorter than it was');
      this.#bufferedBytes += bytesRead;
    }
  }
}
