/** Writes checkpoints: after a number of rows, after a time, and at the end. */
import type { ChainId } from '../contract/ids.js';
import type { ChainHead } from './chain.js';
import { type CheckpointStore, makeCheckpoint } from './checkpoint.js';
import type { Signer } from './signer.js';

export interface CheckpointerOptions {
  readonly chainId: ChainId;
  readonly store: CheckpointStore;
  readonly signer: Signer;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A checkpoint is due when this many rows have come since the last one. Default 256. */
  readonly everyRows?: number;
  /** And when rows have waited this long for one. Default 5 minutes. */
  readonly everyMs?: number;
}

const DEFAULT_EVERY_ROWS = 256;
const DEFAULT_EVERY_MS = 5 * 60_000;

export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #everyRows: number;
  readonly #everyMs: number;
  #head: ChainHead;
  #written: number;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failure: string | null = null;

  /** @param head where the chain ends; @param written sequence of the last checkpoint that is stored */
  constructor(options: CheckpointerOptions, head: ChainHead, written: number) {
    this.#options = options;
    this.#everyRows = options.everyRows ?? DEFAULT_EVERY_ROWS;
    this.#everyMs = options.everyMs ?? DEFAULT_EVERY_MS;
    this.#head = head;
    this.#written = written;
    if (head.sequence > written) this.#arm();
  }

  /** Why the last checkpoint could not be stored, or null. It is tried again at the next occasion. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Sequence of the last row that a stored checkpoint covers. */
  get written(): number {
    return this.#written;
  }

  /** The chain has grown. Returns at once: a slow store does not hold up the audit log. */
  advance(head: ChainHead): void {
    this.#head = head;
    const due = head.sequence - this.#written >= this.#everyRows;
    // While the store fails, the timer tries again: not every row does.
    if (due && this.#failure === null && this.#writing === null) void this.flush();
    else this.#arm();
  }

  /** Stores a checkpoint of the chain's end if there is none. What goes wrong is in `failure`. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    if (this.#head.sequence <= this.#written) return;
    this.#writing = this.#write(this.#head);
    await this.#writing;
  }

  async stop(): Promise<void> {
    await this.flush();
    this.#disarm();
  }

  async #write(head: ChainHead): Promise<void> {
    const { chainId, store, signer, clock } = this.#options;
    this.#disarm();
    try {
      await store.append(makeCheckpoint(chainId, head, clock(), signer));
      this.#written = head.sequence;
      this.#failure = null;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : 'the store refused the checkpoint';
    } finally {
      this.#writing = null;
      if (this.#head.sequence > this.#written) this.#arm();
    }
  }

  #arm(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, this.#everyMs);
    this.#timer.unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
