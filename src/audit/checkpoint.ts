/** Checkpoints: signed statements that a chain had a hash at a position, kept where the database's writer cannot go. */
import type { KeyObject } from 'node:crypto';
import type { AuditCheckpoint } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';
import type { ChainHead } from './chain.js';
import { type Signer, verifySignature } from './signer.js';

/** A place for checkpoints that can only be appended to. */
export interface CheckpointStore {
  /** Durable when it resolves. */
  append(checkpoint: AuditCheckpoint): Promise<void>;
  /** A chain's checkpoints as they were written, oldest first. A line that is no checkpoint is given as null. */
  read(chainId: ChainId): AsyncIterable<AuditCheckpoint | null>;
}

export function makeCheckpoint(chainId: ChainId, head: ChainHead, timeMs: number, signer: Signer): AuditCheckpoint {
  const statement = {
    format: 'witness-checkpoint',
    chainId,
    sequence: head.sequence,
    hash: head.hash,
    timeMs,
    keyId: signer.keyId,
  } as const;
  return { ...statement, signature: signer.sign(statement) };
}

/** True when the checkpoint is signed by one of the keys, given by key id. */
export function isGenuine(checkpoint: AuditCheckpoint, keys: ReadonlyMap<string, KeyObject>): boolean {
  const key = keys.get(checkpoint.keyId);
  if (key === undefined) return false;
  const { signature, ...statement } = checkpoint;
  return verifySignature({ ...statement }, signature, key);
}

/** One line of a checkpoint file, without its line feed. */
export function formatCheckpoint(checkpoint: AuditCheckpoint): string {
  return JSON.stringify(checkpoint);
}

const TEXT_FIELDS = ['chainId', 'hash', 'keyId', 'signature'] as const;
const NUMBER_FIELDS = ['sequence', 'timeMs'] as const;

/** Null when the line is no checkpoint. */
export function parseCheckpoint(line: string): AuditCheckpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const field = (name: string): unknown => Reflect.get(value, name);
  const complete =
    field('format') === 'witness-checkpoint' &&
    TEXT_FIELDS.every((name) => typeof field(name) === 'string') &&
    NUMBER_FIELDS.every((name) => Number.isSafeInteger(field(name)));
  return complete ? (value as AuditCheckpoint) : null;
}

/** Name of a chain's file or blob. Chain ids are chosen by operators; what a path could misread is escaped. */
export function checkpointFileName(chainId: ChainId): string {
  return `${encodeURIComponent(chainId).replaceAll('.', '%2E')}.ndjson`;
}
