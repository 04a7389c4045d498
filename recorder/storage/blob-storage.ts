/** Blob storage as a recorder uses it: append blobs, blobs that are written once, listing, and reading. */
import { BlobServiceClient, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import type { StorageAccess } from '../../src/contract/recorder-protocol.js';
import { AppendBlob } from './append-blob.js';
import { STORAGE_RETRIES, withRetries, type RetryPolicy } from './retry.js';
import { StorageError, statusOf } from './storage-error.js';

const OPERATION_TIMEOUT_MS = 30_000;
/** A broken download is continued where it broke. */
const DOWNLOAD_RETRIES = 5;
/** Repetition is done here, where a lost answer to an append is understood. */
const PIPELINE: StoragePipelineOptions = { retryOptions: { maxTries: 1, tryTimeoutInMs: OPERATION_TIMEOUT_MS } };

/** A blob of a listing. */
export interface StoredBlob {
  readonly name: string;
  readonly sizeBytes: number;
}

/** One container. */
export class BlobStorage {
  readonly #container: ContainerClient;
  readonly #retries: RetryPolicy;

  private constructor(container: ContainerClient, retries: RetryPolicy) {
    this.#container = container;
    this.#retries = retries;
  }

  /** Opens a container, and makes it where it is missing. @throws StorageError */
  static async open(access: StorageAccess, retries: RetryPolicy = STORAGE_RETRIES): Promise<BlobStorage> {
    const container = (await serviceClient(access.connection)).getContainerClient(access.container);
    await withRetries('open the container', retries, async () => {
      if (!(await container.exists())) await container.createIfNotExists();
    });
    return new BlobStorage(container, retries);
  }

  /** Blobs whose names begin with `prefix`, in the order of their names. */
  list(prefix: string): Promise<StoredBlob[]> {
    return withRetries('list blobs', this.#retries, async () => {
      const found: StoredBlob[] = [];
      for await (const { name, properties } of this.#container.listBlobsFlat({ prefix })) {
        found.push({ name, sizeBytes: properties.contentLength ?? 0 });
      }
      return found;
    });
  }

  appendBlob(name: string): AppendBlob {
    return new AppendBlob(this.#container.getAppendBlobClient(name), this.#retries);
  }

  /** The bytes of a blob as they come in. @throws StorageError `not-found` */
  async *read(name: string): AsyncGenerator<Uint8Array, void> {
    const doing = `read ${baseName(name)}`;
    const response = await withRetries(doing, this.#retries, () =>
      this.#container.getBlobClient(name).download(0, undefined, { maxRetryRequests: DOWNLOAD_RETRIES }),
    );
    if (response.readableStreamBody === undefined) throw new StorageError('unavailable', `cannot ${doing}: no body`);
    try {
      for await (const chunk of response.readableStreamBody) yield chunk as Buffer;
    } catch {
      throw new StorageError('unavailable', `cannot ${doing}: the connection broke`);
    }
  }

  /** The whole of a small blob; null when there is none. */
  async readSmall(name: string): Promise<Uint8Array | null> {
    try {
      return await withRetries(`read ${baseName(name)}`, this.#retries, () =>
        this.#container.getBlobClient(name).downloadToBuffer(),
      );
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not-found') return null;
      throw error;
    }
  }

  /**
   * Writes a blob that must not exist. A blob with the same content is taken for an earlier attempt whose answer was lost.
   * @throws StorageError `conflict` when other content is there.
   */
  async writeOnce(name: string, bytes: Uint8Array, contentType: string): Promise<void> {
    const doing = `write ${baseName(name)}`;
    await withRetries(doing, this.#retries, async () => {
      try {
        await this.#container.getBlockBlobClient(name).upload(Buffer.from(bytes), bytes.length, {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: contentType },
        });
      } catch (error) {
        if (statusOf(error) !== 409 && statusOf(error) !== 412) throw error;
        const stored = await this.#container.getBlobClient(name).downloadToBuffer();
        if (!stored.equals(bytes)) throw new StorageError('conflict', `cannot ${doing}: it exists`);
      }
    });
  }
}

async function serviceClient(connection: string): Promise<BlobServiceClient> {
  try {
    if (!/^https?:\/\//.test(connection)) return BlobServiceClient.fromConnectionString(connection, PIPELINE);
    // Loaded where it is used: it takes a good part of a recorder's start.
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new BlobServiceClient(connection, new DefaultAzureCredential(), PIPELINE);
  } catch {
    throw new StorageError('misconfigured', 'the connection is neither a connection string nor an account URL');
  }
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
