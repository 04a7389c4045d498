/**
 * Checkpoints in blob storage: append blobs `audit/checkpoints/<chain>.ndjson`. In a container under a time-based
 * retention policy that allows protected appends, nobody can take a checkpoint back.
 */
import type { ContainerClient } from '@azure/storage-blob';
import type { AuditCheckpoint } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';
import { type CheckpointStore, checkpointFileName, formatCheckpoint, parseCheckpoint } from './checkpoint.js';

const PREFIX = 'audit/checkpoints/';
/** An append blob takes 50,000 blocks; a checkpoint is a block. */
const DEFAULT_MAX_BLOCKS = 45_000;

export class BlobCheckpointStore implements CheckpointStore {
  readonly #container: ContainerClient;
  readonly #maxBlocks: number;
  /** Number of the blob that a chain is being appended to. */
  readonly #parts = new Map<ChainId, number>();

  constructor(container: ContainerClient, maxBlocks = DEFAULT_MAX_BLOCKS) {
    this.#container = container;
    this.#maxBlocks = maxBlocks;
  }

  async append(checkpoint: AuditCheckpoint): Promise<void> {
    const { chainId } = checkpoint;
    const part = this.#parts.get(chainId) ?? (await this.#lastPart(chainId));
    const blob = this.#container.getAppendBlobClient(blobName(chainId, part));
    await blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: 'application/x-ndjson' } });
    const line = Buffer.from(`${formatCheckpoint(checkpoint)}\n`);
    const { blobCommittedBlockCount = 0 } = await blob.appendBlock(line, line.length);
    this.#parts.set(chainId, blobCommittedBlockCount >= this.#maxBlocks ? part + 1 : part);
  }

  async *read(chainId: ChainId): AsyncIterable<AuditCheckpoint | null> {
    const last = await this.#lastPart(chainId);
    for (let part = 1; part <= last; part++) {
      const blob = this.#container.getAppendBlobClient(blobName(chainId, part));
      if (!(await blob.exists())) continue;
      const text = (await blob.downloadToBuffer()).toString('utf8');
      for (const line of text.split('\n')) if (line !== '') yield parseCheckpoint(line);
    }
  }

  /** The last blob that is there and not full, or the one after it; 1 when there is none. */
  async #lastPart(chainId: ChainId): Promise<number> {
    let part = 1;
    for (;;) {
      const blob = this.#container.getAppendBlobClient(blobName(chainId, part));
      if (!(await blob.exists())) return part;
      const { blobCommittedBlockCount = 0 } = await blob.getProperties();
      if (blobCommittedBlockCount < this.#maxBlocks) return part;
      part++;
    }
  }
}

/** The first blob carries the chain's plain name, the ones after it a number. */
function blobName(chainId: ChainId, part: number): string {
  const name = checkpointFileName(chainId);
  return part === 1 ? `${PREFIX}${name}` : `${PREFIX}${name.replace(/ndjson$/, `${part}.ndjson`)}`;
}
