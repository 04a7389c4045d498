/** Audit logs on real SQLite files for tests. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { AuditLog, type AuditLogOptions } from '../../src/audit/audit-log.js';
import { FolderCheckpointStore } from '../../src/audit/folder-checkpoint-store.js';
import { readChain } from '../../src/audit/rows.js';
import { Signer } from '../../src/audit/signer.js';
import { verifyChain, type VerifyResult } from '../../src/audit/verify-chain.js';
import type { AuditEvent } from '../../src/contract/audit-event.js';
import { chainId } from '../../src/contract/ids.js';
import { type Database, openDatabase } from '../../src/database/open.js';

export const CHAIN = chainId('gateway-1');
export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface Bench {
  readonly database: Database;
  readonly folder: string;
  readonly store: FolderCheckpointStore;
  readonly signer: Signer;
  start(overrides?: Partial<AuditLogOptions>): Promise<AuditLog>;
  verify(): Promise<VerifyResult>;
}

const benches: { database: Database; folder: string }[] = [];

afterEach(async () => {
  for (const { database, folder } of benches.splice(0)) {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});

export async function makeBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-audit-'));
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'witness.sqlite') });
  benches.push({ database, folder });
  const signer = new Signer(generateKeyPairSync('ed25519').privateKey);
  const store = new FolderCheckpointStore(join(folder, 'checkpoints'));
  let nowMs = START_MS;
  const clock = () => nowMs++;
  const options = { chainId: CHAIN, store, signer, clock, events: database.auditEvents };
  return {
    database,
    folder,
    store,
    signer,
    start: (overrides = {}) => AuditLog.start({ ...options, ...overrides }),
    verify: () =>
      verifyChain({
        chainId: CHAIN,
        rows: readChain(database.auditEvents, CHAIN),
        checkpoints: store.read(CHAIN),
        keys: new Map([[signer.keyId, signer.publicKey]]),
      }),
  };
}

export function event(index: number): AuditEvent {
  return { kind: 'session.requested', actor: `user:${index}`, sessionId: null, data: { index, note: 'ü "quoted"' } };
}

/** Appends `count` events one after the other. */
export async function appendMany(log: AuditLog, count: number): Promise<void> {
  for (let index = 1; index <= count; index++) await log.append(event(index));
}
