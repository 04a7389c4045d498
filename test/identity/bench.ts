/** An identity with a real database, a clock that a test moves, and an audit log that it reads and breaks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { AuditEvent, AuditRow } from '../../src/contract/audit-event.js';
import { type Database, openDatabase } from '../../src/database/open.js';
import { Identity, type IdentityOptions } from '../../src/identity/identity.js';

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** What hashing a password costs is not what most tests are about. */
export const FAST = { logN: 4, blockSize: 1, parallelism: 1 };

export class IdentityBench {
  nowMs = Date.UTC(2026, 0, 2);
  audited: AuditEvent[] = [];
  auditWorks = true;
  #database: Database | null = null;
  #folder = '';

  get database(): Database {
    if (this.#database === null) throw new Error('the database is not open');
    return this.#database;
  }

  readonly make = (overrides: Partial<IdentityOptions> = {}): Identity => {
    const append = async (event: AuditEvent): Promise<AuditRow> => {
      if (!this.auditWorks) throw new Error('no audit');
      this.audited.push(event);
      const chained = { chainId: 'c', sequence: this.audited.length, timeMs: this.nowMs, previousHash: '', hash: '' };
      return { ...event, ...chained } as AuditRow;
    };
    const { database } = this;
    return new Identity({ database, audit: { append }, clock: () => this.nowMs, passwordCost: FAST, ...overrides });
  };

  async open(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'witness-identity-'));
    this.#database = await openDatabase({ kind: 'sqlite', path: join(this.#folder, 'witness.sqlite') });
    this.nowMs = Date.UTC(2026, 0, 2);
    this.audited = [];
    this.auditWorks = true;
  }

  async close(): Promise<void> {
    await this.#database?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A fresh one for each test of the file. */
export function useIdentityBench(): IdentityBench {
  const bench = new IdentityBench();
  beforeEach(() => bench.open());
  afterEach(() => bench.close());
  return bench;
}
