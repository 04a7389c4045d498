/** Recordings in memory, for tests of what reads them. */
import { Readable } from 'node:stream';
import { exactLength } from '../../../../src/storage/exact-length.js';
import type { ByteRange, RecordingStore, StoredFile } from '../../../../src/storage/recording-store.js';
import { StorageError } from '../../../../src/storage/storage-error.js';

export class MemoryStore implements RecordingStore {
  readonly files = new Map<string, Uint8Array>();
  /** Ranges that were read. */
  readonly reads: { path: string; range: ByteRange }[] = [];
  /** Thrown by every call while it is set. */
  failure: StorageError | null = null;

  #get(path: string): Uint8Array {
    if (this.failure !== null) throw this.failure;
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new StorageError('not-found', path);
    return bytes;
  }

  size(path: string): Promise<number> {
    return attempt(() => this.#get(path).length);
  }

  readRange(path: string, range: ByteRange): Promise<Readable> {
    return attempt(() => {
      if (range.sizeBytes === 0) return Readable.from([]);
      this.reads.push({ path, range });
      const part = this.#get(path).subarray(range.offset, range.offset + range.sizeBytes);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < part.length; at += 1000) chunks.push(part.subarray(at, at + 1000));
      return exactLength(Readable.from(chunks), range.sizeBytes, path);
    });
  }

  readSmall(path: string, maxBytes: number): Promise<Uint8Array> {
    return attempt(() => {
      const bytes = this.#get(path);
      if (bytes.length > maxBytes) throw new StorageError('too-large', path);
      return bytes;
    });
  }

  listFiles(folder: string): Promise<readonly StoredFile[]> {
    return attempt(() =>
      [...this.files]
        .filter(([path]) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'))
        .map(([path, bytes]) => ({ name: path.slice(folder.length + 1), sizeBytes: bytes.length })),
    );
  }

  check(): Promise<void> {
    return attempt(() => {
      if (this.failure !== null) throw this.failure;
    });
  }
}

/** Throws as a promise does. */
async function attempt<Value>(action: () => Value): Promise<Value> {
  return await Promise.resolve().then(action);
}
