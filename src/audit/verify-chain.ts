/**
 * Finds out whether a chain of audit rows is the one that was written. Rows are read as a stream; the checkpoints of
 * the chain bound what a writer of the database can rewrite: everything up to the last checkpoint is covered, rows after
 * it only by the chain itself, so cutting off rows after the last checkpoint is not found.
 */
import type { KeyObject } from 'node:crypto';
import type { AuditCheckpoint, AuditRow } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';
import { auditRowHash, type ChainHead, EMPTY_CHAIN } from './chain.js';
import { isGenuine } from './checkpoint.js';
import { type ChainBreak, explainBreak, LOOK_AHEAD_ROWS } from './chain-break.js';

export interface VerifyInput {
  readonly chainId: ChainId;
  /** All rows of the chain by sequence. */
  readonly rows: AsyncIterable<AuditRow>;
  /** All its checkpoints; null for what could not be read as one. */
  readonly checkpoints: AsyncIterable<AuditCheckpoint | null>;
  /** Public keys that are trusted, by key id. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

export type VerifyResult =
  | {
      readonly ok: true;
      readonly head: ChainHead;
      readonly checkpoints: number;
      /** Rows up to this sequence are covered by a checkpoint. */
      readonly coveredUpTo: number;
    }
  | ({ readonly ok: false; readonly chainId: ChainId } & ChainBreak);

export async function verifyChain(input: VerifyInput): Promise<VerifyResult> {
  const { chainId } = input;
  const checkpoints = await readCheckpoints(input);
  if (!(checkpoints instanceof Map)) return { ok: false, chainId, ...checkpoints };
  const rows = input.rows[Symbol.asyncIterator]();
  try {
    const walked = await walk(rows, checkpoints, chainId);
    if ('problem' in walked) return { ok: false, chainId, ...walked };
    const { head, coveredUpTo } = walked;
    const last = lastOf(checkpoints);
    if (last > head.sequence) return { ok: false, chainId, ...truncated(head.sequence, last) };
    return { ok: true, head, checkpoints: checkpoints.size, coveredUpTo };
  } finally {
    await rows.return?.();
  }
}

/** Follows the chain to its end, or to the first row that is wrong. */
async function walk(
  rows: AsyncIterator<AuditRow>,
  checkpoints: ReadonlyMap<number, string>,
  chainId: ChainId,
): Promise<{ head: ChainHead; coveredUpTo: number } | ChainBreak> {
  const recent: AuditRow[] = [];
  let head: ChainHead = EMPTY_CHAIN;
  let coveredUpTo = 0;
  for (let next = await rows.next(); next.done !== true; next = await rows.next()) {
    const row = next.value;
    if (!continues(row, head, chainId)) return explainBreak(head, row, recent, await take(rows, LOOK_AHEAD_ROWS));
    recent.push(row);
    if (recent.length > LOOK_AHEAD_ROWS) recent.shift();
    const expected = checkpoints.get(row.sequence);
    if (expected !== undefined && expected !== row.hash) {
      const [following, ...ahead] = await take(rows, LOOK_AHEAD_ROWS);
      // Where the rewriting ends, the chain is broken: that says more than the checkpoint does.
      return following === undefined || continues(following, row, chainId)
        ? rewritten(coveredUpTo, row.sequence)
        : explainBreak(row, following, recent, ahead);
    }
    if (expected !== undefined) coveredUpTo = row.sequence;
    head = { sequence: row.sequence, hash: row.hash };
  }
  return { head, coveredUpTo };
}

function continues(row: AuditRow, head: ChainHead, chainId: ChainId): boolean {
  return (
    row.chainId === chainId &&
    row.sequence === head.sequence + 1 &&
    row.previousHash === head.hash &&
    auditRowHash(row) === row.hash
  );
}

/** Hash by sequence, or what is wrong with the checkpoints themselves. */
async function readCheckpoints(input: VerifyInput): Promise<Map<number, string> | ChainBreak> {
  const hashes = new Map<number, string>();
  let line = 0;
  for await (const checkpoint of input.checkpoints) {
    line++;
    if (checkpoint === null || checkpoint.chainId !== input.chainId || !isGenuine(checkpoint, input.keys)) {
      return {
        sequence: checkpoint?.sequence ?? 0,
        problem: 'checkpoint-signature',
        sentence: `Checkpoint ${line} of the chain does not carry a right signature of a trusted key.`,
      };
    }
    const known = hashes.get(checkpoint.sequence);
    if (known !== undefined && known !== checkpoint.hash) {
      return {
        sequence: checkpoint.sequence,
        problem: 'checkpoint-mismatch',
        sentence: `Two checkpoints say different things about row ${checkpoint.sequence}: the chain was written twice.`,
      };
    }
    hashes.set(checkpoint.sequence, checkpoint.hash);
  }
  return hashes;
}

function rewritten(after: number, sequence: number): ChainBreak {
  return {
    sequence: after + 1,
    problem: 'checkpoint-mismatch',
    sentence:
      `Rows were rewritten together with their hashes: row ${sequence} is not the one that its checkpoint names. ` +
      `The first wrong row is one of ${after + 1} to ${sequence}.`,
  };
}

function truncated(head: number, checkpoint: number): ChainBreak {
  return {
    sequence: head + 1,
    problem: 'truncated',
    sentence: `The chain ends at row ${head}, but a checkpoint names row ${checkpoint}: rows from ${head + 1} on were removed.`,
  };
}

function lastOf(checkpoints: ReadonlyMap<number, string>): number {
  let last = 0;
  for (const sequence of checkpoints.keys()) last = Math.max(last, sequence);
  return last;
}

async function take(rows: AsyncIterator<AuditRow>, count: number): Promise<AuditRow[]> {
  const taken: AuditRow[] = [];
  while (taken.length < count) {
    const next = await rows.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
