/**
 * The audit log of one gateway: a hash chain of rows in the database. [invariant 5] `append` resolves after the row is
 * durable; whoever has an effect to cause waits for it, and has none when it rejects.
 */
import type { AuditEvent, AuditRow } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';
import type { AuditEventRepository } from '../database/audit-events.js';
import { auditRowHash, type ChainHead, EMPTY_CHAIN, nextRow } from './chain.js';
import { isGenuine } from './checkpoint.js';
import { Checkpointer, type CheckpointerOptions } from './checkpointer.js';

export interface AuditLogOptions extends CheckpointerOptions {
  readonly events: Pick<AuditEventRepository, 'insert' | 'head' | 'page'>;
}

export class AuditError extends Error {
  override readonly name = 'AuditError';
  /** `chain-broken`: what is stored is not what was written. `append-failed`: the row is not stored. */
  readonly code: 'append-failed' | 'chain-broken' | 'stopped';

  constructor(code: AuditError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

interface Pending {
  readonly event: AuditEvent;
  readonly resolve: (row: AuditRow) => void;
  readonly reject: (error: AuditError) => void;
}

/** Rows of one transaction. Events that arrive while one is being written go into the next together. */
const MAX_BATCH_ROWS = 100;
/** Events that may wait. More than this means that the database does not keep up at all. */
const MAX_PENDING = 10_000;

export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #checkpointer: Checkpointer;
  readonly #pending: Pending[] = [];
  #head: ChainHead;
  /** End of the batch whose fate is unknown: its commit may have happened although it was reported as failed. */
  #attempted: ChainHead | null = null;
  #writing: Promise<void> | null = null;
  #failing: string | null = null;
  #stopped = false;

  /**
   * Continues the chain where it ends.
   * @throws AuditError `chain-broken` when the chain is not what its last row or its last checkpoint says
   */
  static async start(options: AuditLogOptions): Promise<AuditLog> {
    const last = await options.events.head(options.chainId);
    if (last !== null && auditRowHash(last) !== last.hash) throw broken(options.chainId, last.sequence);
    const head = last ?? EMPTY_CHAIN;
    return new AuditLog(options, head, await checkAgainstCheckpoints(options, head));
  }

  private constructor(options: AuditLogOptions, head: ChainHead, checkpointed: number) {
    this.#options = options;
    this.#head = head;
    this.#checkpointer = new Checkpointer(options, head, checkpointed);
  }

  get chainId(): ChainId {
    return this.#options.chainId;
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** Why the last append failed, or null when it succeeded. */
  get failing(): string | null {
    return this.#failing;
  }

  /** Why checkpoints are not being stored, or null. */
  get checkpointFailure(): string | null {
    return this.#checkpointer.failure;
  }

  /**
   * Adds an event to the chain; resolves with its row after commit.
   * @throws AuditError when the row is not stored
   */
  append(event: AuditEvent): Promise<AuditRow> {
    if (this.#stopped) return Promise.reject(new AuditError('stopped', 'The audit log was stopped'));
    if (this.#pending.length >= MAX_PENDING) {
      return Promise.reject(new AuditError('append-failed', 'Too many audit events wait for the database'));
    }
    return new Promise((resolve, reject) => {
      this.#pending.push({ event, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Stores a checkpoint at once, for whoever is about to refer to the chain's position. */
  async checkpoint(): Promise<void> {
    await this.#checkpointer.flush();
  }

  /** Writes what waits, then a last checkpoint. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
    await this.#checkpointer.stop();
  }

  async #writeAll(): Promise<void> {
    // Everything that is appended in this turn of the event loop shares the first transaction.
    await Promise.resolve();
    while (this.#pending.length > 0) await this.#writeBatch(this.#pending.splice(0, MAX_BATCH_ROWS));
    this.#writing = null;
  }

  async #writeBatch(batch: readonly Pending[]): Promise<void> {
    let rows: readonly AuditRow[];
    try {
      if (this.#attempted !== null) await this.#settle(this.#attempted);
      rows = this.#chain(batch);
      this.#attempted = rows.at(-1) ?? null;
      await this.#options.events.insert(rows);
    } catch (error) {
      this.#failing = error instanceof Error ? error.message : 'the database refused the rows';
      const failure = error instanceof AuditError ? error : notStored(error);
      for (const pending of batch) pending.reject(failure);
      return;
    }
    this.#attempted = null;
    this.#failing = null;
    this.#head = rows.at(-1) ?? this.#head;
    this.#checkpointer.advance(this.#head);
    for (const [index, row] of rows.entries()) batch[index]?.resolve(row);
  }

  #chain(batch: readonly Pending[]): readonly AuditRow[] {
    const timeMs = this.#options.clock();
    let head = this.#head;
    return batch.map(({ event }) => {
      const row = nextRow(this.chainId, head, event, timeMs);
      head = row;
      return row;
    });
  }

  /** Finds out whether a batch was committed. Whatever else the chain ends with was written by somebody else. */
  async #settle(attempted: ChainHead): Promise<void> {
    const { events, chainId } = this.#options;
    const stored = (await events.head(chainId)) ?? EMPTY_CHAIN;
    const end = [this.#head, attempted].find((one) => one.sequence === stored.sequence && one.hash === stored.hash);
    if (end === undefined) throw broken(chainId, Math.min(stored.sequence, this.#head.sequence) + 1);
    this.#head = end;
    this.#attempted = null;
  }
}

function notStored(cause: unknown): AuditError {
  return new AuditError('append-failed', 'The audit event could not be stored', cause);
}

function broken(chainId: ChainId, sequence: number): AuditError {
  return new AuditError(
    'chain-broken',
    `Audit chain "${chainId}" was changed at or before row ${sequence}. Run "witness verify" to see what is wrong; ` +
      `keep the database and its checkpoints as evidence, and start this gateway with another chain id.`,
  );
}

/** Gives the sequence of the last genuine checkpoint; 0 without one. */
async function checkAgainstCheckpoints(options: AuditLogOptions, head: ChainHead): Promise<number> {
  const { chainId, signer, store, events } = options;
  const keys = new Map([[signer.keyId, signer.publicKey]]);
  let last: ChainHead = EMPTY_CHAIN;
  for await (const checkpoint of store.read(chainId)) {
    if (checkpoint === null || checkpoint.chainId !== chainId || !isGenuine(checkpoint, keys)) continue;
    if (checkpoint.sequence > last.sequence) last = checkpoint;
  }
  if (last.sequence === 0) return 0;
  if (last.sequence > head.sequence) throw broken(chainId, last.sequence);
  const [row] = await events.page({ chainId, first: last.sequence, last: last.sequence }, 1);
  if (row?.hash !== last.hash) throw broken(chainId, last.sequence);
  return last.sequence;
}
