/** Where traces lie: `<data>/traces/<sessionId>/part-0001.trace`. A folder is there until its recording was verified. */
import { createDecipheriv } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isUuidV7, sessionId, type SessionId } from '../../contract/ids.js';
import { decodeTraceHeader, TraceFormatError, traceNonce } from '../../contract/trace-codec.js';
import { MAX_TRACE_HEADER_BYTES, TRACE_PREFIX_BYTES, TRACE_TAG_BYTES, type TraceHeader } from '../../contract/trace.js';
import type { KeyWrapper } from '../keys/key-store.js';

const PART_FILE = /^part-(\d{4})\.trace$/;

/** One part found on disk, its header verified. */
export interface FoundPart {
  readonly part: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly header: TraceHeader;
  readonly key: Buffer;
}

export class TraceFolder {
  readonly #root: string;

  constructor(dataDir: string) {
    this.#root = path.join(dataDir, 'traces');
  }

  /** Path of a part; the session's folder is made. */
  async pathForPart(id: SessionId, part: number): Promise<string> {
    const folder = path.join(this.#root, id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return path.join(folder, `part-${String(part).padStart(4, '0')}.trace`);
  }

  async remove(id: SessionId): Promise<void> {
    await rm(path.join(this.#root, id), { recursive: true, force: true });
  }

  /** Sessions that have a trace on this disk. */
  async sessions(): Promise<readonly SessionId[]> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const names = await readdir(this.#root);
    return names.filter(isUuidV7).toSorted().map(sessionId);
  }

  /**
   * Parts of a session in order. A file whose header was never completed holds nothing that was shown and is left out.
   * @throws TraceFormatError, KeyFileError when a header does not verify.
   */
  async parts(id: SessionId, wrapper: KeyWrapper): Promise<readonly FoundPart[]> {
    const folder = path.join(this.#root, id);
    const names = (await readdir(folder)).filter((name) => PART_FILE.test(name)).toSorted();
    const parts = await Promise.all(names.map((name) => readPart(path.join(folder, name), wrapper)));
    return parts.filter((part) => part !== null);
  }
}

async function readPart(file: string, wrapper: KeyWrapper): Promise<FoundPart | null> {
  const start = await readStart(file, TRACE_PREFIX_BYTES + MAX_TRACE_HEADER_BYTES + TRACE_TAG_BYTES);
  const decoded = decodeTraceHeader(start);
  if (decoded === null || start.length < decoded.headerBytes + TRACE_TAG_BYTES) return null;
  const { header, headerBytes } = decoded;
  const key = wrapper.unwrap(header.sessionId, header.wrappedKey);
  const tag = start.subarray(headerBytes, headerBytes + TRACE_TAG_BYTES);
  verifyHeader(start.subarray(0, headerBytes), tag, header.part, key);
  const { size } = await stat(file);
  return { part: header.part, path: file, sizeBytes: size, header, key };
}

async function readStart(file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes);
    const { bytesRead } = await handle.read(buffer, 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function verifyHeader(header: Uint8Array, tag: Uint8Array, part: number, key: Uint8Array): void {
  const decipher = createDecipheriv('aes-256-gcm', key, traceNonce(part, 0n)).setAAD(header).setAuthTag(tag);
  try {
    decipher.final();
  } catch {
    throw new TraceFormatError('the header was changed', 0);
  }
}
