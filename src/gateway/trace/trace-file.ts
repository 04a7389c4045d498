/**
 * Writes one part of a session's trace. Records are collected while a write is under way and sealed as one chunk when it
 * is done, so a busy session costs few writes and a quiet one waits for none.
 */
import { createCipheriv } from 'node:crypto';
import { close, fdatasync, ftruncate, open, write } from 'node:fs';
import { promisify } from 'node:util';
import {
  chunkAdditionalData,
  encodeChunkHeader,
  encodeTraceHeader,
  TraceRecordWriter,
  traceNonce,
} from '../../contract/trace-codec.js';
import { TRACE_CHUNK_HEADER_BYTES, TRACE_TAG_BYTES, type TraceHeader, TraceRecordKind } from '../../contract/trace.js';

/** `process`: a byte shown survives the death of the gateway. `power`: also that of the machine (fdatasync). */
export type Durability = 'process' | 'power';

/** A longer chunk is rare, and its memory is not kept for the next one. */
const KEPT_CHUNK_BYTES = 256 * 1024;

/** The file system calls that a trace needs; a test makes each of them fail in turn. */
export interface TraceFileSystem {
  open(path: string): Promise<number>;
  write(fd: number, bytes: Uint8Array, position: number): Promise<number>;
  sync(fd: number): Promise<void>;
  truncate(fd: number, length: number): Promise<void>;
  close(fd: number): Promise<void>;
}

const openFile = promisify(open);
const writeAt = promisify(write);

/** The real file system. A part is written once: an existing file is refused. */
export const nodeTraceFileSystem: TraceFileSystem = {
  open: (path) => openFile(path, 'wx', 0o600),
  write: async (fd, bytes, position) => (await writeAt(fd, bytes, 0, bytes.length, position)).bytesWritten,
  sync: promisify(fdatasync),
  truncate: promisify(ftruncate),
  close: promisify(close),
};

/** The trace can not be written any longer; `cause` is the file system's error. */
export class TraceWriteError extends Error {
  override readonly name = 'TraceWriteError';
}

export interface TraceFileOptions {
  readonly path: string;
  readonly header: TraceHeader;
  readonly key: Uint8Array;
  readonly durability: Durability;
  readonly fileSystem?: TraceFileSystem;
  /** Told after each write how long the file is. */
  readonly onGrew?: (sizeBytes: number) => void;
}

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One open part of a trace. */
export class TraceFile {
  readonly #fs: TraceFileSystem;
  readonly #fd: number;
  readonly #options: TraceFileOptions;
  readonly #records = new TraceRecordWriter();
  readonly #waiters: Waiter[] = [];
  /** The chunk that is being written, in memory that is used again: there is one at a time. */
  #chunk = Buffer.alloc(0);
  #headerTag: Uint8Array = new Uint8Array(0);
  #chunkIndex = 0;
  #sizeBytes = 0;
  #appended = 0;
  #written = 0;
  #writing = false;
  #failure: TraceWriteError | null = null;

  private constructor(options: TraceFileOptions, fs: TraceFileSystem, fd: number) {
    this.#options = options;
    this.#fs = fs;
    this.#fd = fd;
  }

  /**
   * Creates the file and writes its header.
   * @throws TraceWriteError when that fails.
   */
  static async create(options: TraceFileOptions): Promise<TraceFile> {
    const fs = options.fileSystem ?? nodeTraceFileSystem;
    let fd: number | null = null;
    try {
      fd = await fs.open(options.path);
      const trace = new TraceFile(options, fs, fd);
      await trace.#writeHeader();
      return trace;
    } catch (error) {
      if (fd !== null) await fs.close(fd).catch(() => {});
      throw new TraceWriteError('the trace cannot be created', { cause: error });
    }
  }

  /** Bytes in the file. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Bytes of records that wait to be written. */
  get pendingBytes(): number {
    return this.#records.length;
  }

  /** True when all that was appended is in the file. */
  get settled(): boolean {
    return this.#written === this.#appended;
  }

  /** Adds a record; it is in the file when `flush` resolves. */
  append(kind: TraceRecordKind, timeMs: number, payload: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure;
    this.#records.append(kind, timeMs, payload);
    this.#appended += 1;
    this.#pump();
  }

  /** Resolves when everything appended so far is in the file; rejects with `TraceWriteError` when it cannot be. */
  flush(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.settled) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ position: this.#appended, resolve, reject });
    });
  }

  /** Flushes and closes. A chunk that a failed write tore is cut off: none of it was shown. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      if (this.#failure !== null) await this.#fs.truncate(this.#fd, this.#sizeBytes).catch(() => {});
      await this.#fs.close(this.#fd);
    }
  }

  async #writeHeader(): Promise<void> {
    const header = encodeTraceHeader(this.#options.header);
    const nonce = traceNonce(this.#options.header.part, 0n);
    const cipher = createCipheriv('aes-256-gcm', this.#options.key, nonce).setAAD(header);
    cipher.final();
    this.#headerTag = new Uint8Array(cipher.getAuthTag());
    await this.#writeAll(Buffer.concat([header, this.#headerTag]));
  }

  #pump(): void {
    if (this.#writing || this.#failure !== null || this.#records.length === 0) return;
    this.#writing = true;
    const position = this.#appended;
    this.#writeAll(this.#seal(this.#records.take())).then(
      () => this.#wrote(position),
      (error: unknown) => this.#fail(error),
    );
  }

  #wrote(position: number): void {
    this.#writing = false;
    if (this.#chunk.length > KEPT_CHUNK_BYTES) this.#chunk = Buffer.alloc(0);
    this.#written = position;
    while (this.#waiters[0] !== undefined && this.#waiters[0].position <= position) this.#waiters.shift()?.resolve();
    this.#pump();
  }

  #fail(cause: unknown): void {
    this.#writing = false;
    this.#failure = new TraceWriteError('the trace cannot be written', { cause });
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
  }

  #seal(plaintext: Uint8Array): Uint8Array {
    const index = this.#chunkIndex;
    this.#chunkIndex += 1;
    const nonce = traceNonce(this.#options.header.part, BigInt(index + 1));
    const cipher = createCipheriv('aes-256-gcm', this.#options.key, nonce);
    cipher.setAAD(chunkAdditionalData(this.#headerTag, plaintext.length, index));
    const sealedBytes = TRACE_CHUNK_HEADER_BYTES + plaintext.length + TRACE_TAG_BYTES;
    if (this.#chunk.length < sealedBytes)
      this.#chunk = Buffer.allocUnsafe(Math.max(sealedBytes, 2 * this.#chunk.length));
    const chunk = this.#chunk.subarray(0, sealedBytes);
    chunk.set(encodeChunkHeader(plaintext.length, index), 0);
    chunk.set(cipher.update(plaintext), TRACE_CHUNK_HEADER_BYTES);
    cipher.final();
    chunk.set(cipher.getAuthTag(), TRACE_CHUNK_HEADER_BYTES + plaintext.length);
    return chunk;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const count = await this.#fs.write(this.#fd, bytes.subarray(done), this.#sizeBytes + done);
      if (count === 0) throw new Error('the file system wrote nothing');
      done += count;
    }
    if (this.#options.durability === 'power') await this.#fs.sync(this.#fd);
    this.#sizeBytes += bytes.length;
    this.#options.onGrew?.(this.#sizeBytes);
  }
}
