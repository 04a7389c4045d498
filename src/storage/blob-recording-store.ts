/** `RecordingStore` over Azure Blob Storage, or anything that speaks its protocol. */
import { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import { exactLength } from './exact-length.js';
import { MAX_FILES_PER_RECORDING, type ByteRange, type RecordingStore, type StoredFile } from './recording-store.js';
import { StorageError, toStorageError } from './storage-error.js';

export class BlobRecordingStore implements RecordingStore {
  readonly #container: ContainerClient;

  constructor(container: ContainerClient) {
    this.#container = container;
  }

  async size(path: string, signal?: AbortSignal): Promise<number> {
    try {
      const properties = await this.#container.getBlobClient(path).getProperties(abortBy(signal));
      if (properties.contentLength === undefined)
        throw new StorageError('unavailable', `storage gave no size of ${path}`);
      return properties.contentLength;
    } catch (error) {
      throw toStorageError(error, path);
    }
  }

  async readRange(path: string, range: ByteRange, signal?: AbortSignal): Promise<Readable> {
    if (range.sizeBytes === 0) return Readable.from([]);
    try {
      const blob = this.#container.getBlobClient(path);
      const answer = await blob.download(range.offset, range.sizeBytes, abortBy(signal));
      // In Node the body is always a Node stream; in a browser it would be a blob.
      const body = answer.readableStreamBody as Readable | undefined;
      if (body === undefined) throw new StorageError('unavailable', `storage gave no content of ${path}`);
      return exactLength(body, range.sizeBytes, path);
    } catch (error) {
      throw toStorageError(error, path);
    }
  }

  async readSmall(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const sizeBytes = await this.size(path, signal);
    if (sizeBytes > maxBytes) throw new StorageError('too-large', `${path} has ${sizeBytes} bytes, over ${maxBytes}`);
    const bytes = new Uint8Array(sizeBytes);
    let at = 0;
    try {
      const stream = await this.readRange(path, { offset: 0, sizeBytes }, signal);
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
    } catch (error) {
      throw toStorageError(error, path);
    }
    return bytes;
  }

  async listFiles(folder: string, signal?: AbortSignal): Promise<readonly StoredFile[]> {
    const prefix = `${folder}/`;
    const files: StoredFile[] = [];
    try {
      for await (const item of this.#container.listBlobsByHierarchy('/', { prefix, ...abortBy(signal) })) {
        if (item.kind !== 'blob') continue;
        if (files.length === MAX_FILES_PER_RECORDING) {
          throw new StorageError('too-large', `${folder} has more than ${MAX_FILES_PER_RECORDING} files`);
        }
        files.push({ name: item.name.slice(prefix.length), sizeBytes: item.properties.contentLength ?? 0 });
      }
    } catch (error) {
      throw toStorageError(error, folder);
    }
    return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async check(signal?: AbortSignal): Promise<void> {
    try {
      await this.#container.getProperties(abortBy(signal));
    } catch (error) {
      throw toStorageError(error, `container ${this.#container.containerName}`);
    }
  }
}

function abortBy(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
