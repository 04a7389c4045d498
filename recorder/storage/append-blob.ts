/**
 * An append blob with one writer. Every append carries the position at which it expects to land, so that storage refuses a
 * repeated one; whether a refusal means "already done" or "somebody else wrote" is told by looking at what is there.
 */
import type { AppendBlobClient } from '@azure/storage-blob';
import { withRetries, type RetryPolicy } from './retry.js';
import { StorageError, statusOf } from './storage-error.js';

/** Largest block that every service version takes. */
export const MAX_BLOCK_BYTES = 4 * 1024 * 1024;
/** Storage allows 50,000; the rest is a margin for the segment that crosses this line. */
export const MAX_BLOCKS = 45_000;

/** Length and number of blocks of what is stored. */
export interface AppendBlobState {
  readonly lengthBytes: number;
  readonly blocks: number;
}

export class AppendBlob {
  readonly name: string;
  readonly #client: AppendBlobClient;
  readonly #retries: RetryPolicy;

  constructor(client: AppendBlobClient, retries: RetryPolicy) {
    this.#client = client;
    this.#retries = retries;
    this.name = client.name;
  }

  /** Makes the blob if there is none, and says what it holds. */
  async create(contentType: string): Promise<AppendBlobState> {
    await withRetries(this.#doing('create'), this.#retries, async () => {
      try {
        const blobHTTPHeaders = { blobContentType: contentType };
        await this.#client.create({ conditions: { ifNoneMatch: '*' }, blobHTTPHeaders });
      } catch (error) {
        if (statusOf(error) !== 409 && statusOf(error) !== 412) throw error;
      }
    });
    return this.state();
  }

  /** What is stored. @throws StorageError `not-found` */
  state(): Promise<AppendBlobState> {
    return withRetries(this.#doing('look at'), this.#retries, async () => {
      const { contentLength, blobCommittedBlockCount } = await this.#client.getProperties();
      return { lengthBytes: contentLength ?? 0, blocks: blobCommittedBlockCount ?? 0 };
    });
  }

  /**
   * Appends `bytes` at `position`, in as many blocks as they need; returns how many.
   * @throws StorageError `conflict` when the blob does not end at `position`.
   */
  async append(position: number, bytes: Uint8Array): Promise<number> {
    let blocks = 0;
    for (let at = 0; at < bytes.length; at += MAX_BLOCK_BYTES) {
      await this.#appendBlock(position + at, bytes.subarray(at, at + MAX_BLOCK_BYTES));
      blocks += 1;
    }
    return blocks;
  }

  #appendBlock(position: number, block: Uint8Array): Promise<void> {
    return withRetries(this.#doing('append to'), this.#retries, async () => {
      try {
        const body = Buffer.from(block.buffer, block.byteOffset, block.length);
        await this.#client.appendBlock(body, block.length, { conditions: { appendPosition: position } });
      } catch (error) {
        if (statusOf(error) !== 412) throw error;
        if (!(await this.#holds(position, block))) {
          throw new StorageError('conflict', `cannot ${this.#doing('append to')}: it does not end at ${position}`);
        }
      }
    });
  }

  /** True when `block` is the blob's end: an append whose answer was lost. */
  async #holds(position: number, block: Uint8Array): Promise<boolean> {
    const { contentLength } = await this.#client.getProperties();
    if (contentLength !== position + block.length) return false;
    const stored = await this.#client.downloadToBuffer(position, block.length);
    return stored.equals(block);
  }

  #doing(verb: string): string {
    return `${verb} ${this.name.slice(this.name.lastIndexOf('/') + 1)}`;
  }
}
