/** Checkpoints in a folder: one append-only file of JSON lines for each chain. */
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditCheckpoint } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';
import { type CheckpointStore, checkpointFileName, formatCheckpoint, parseCheckpoint } from './checkpoint.js';

const LINE_FEED = 0x0a;

export class FolderCheckpointStore implements CheckpointStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async append(checkpoint: AuditCheckpoint): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(this.#path(checkpoint.chainId), 'a+', 0o600);
    try {
      await dropTornLine(file);
      await file.appendFile(`${formatCheckpoint(checkpoint)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async *read(chainId: ChainId): AsyncIterable<AuditCheckpoint | null> {
    const text = await readFile(this.#path(chainId), 'utf8').catch(emptyWhenMissing);
    // What follows the last line feed is a line that a crash tore.
    for (const line of text.split('\n').slice(0, -1)) yield parseCheckpoint(line);
  }

  #path(chainId: ChainId): string {
    return join(this.#folder, checkpointFileName(chainId));
  }
}

/** A line that a crash tore was never promised to anybody. */
async function dropTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  if (size === 0) return;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer[0] === LINE_FEED) return;
  const whole = Buffer.alloc(size);
  await file.read(whole, 0, size, 0);
  await file.truncate(whole.lastIndexOf(LINE_FEED) + 1);
}

function emptyWhenMissing(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}
