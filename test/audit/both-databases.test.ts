/** The audit log on SQLite and on PostgreSQL, and what is left of it when the gateway is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { AuditLog } from '../../src/audit/audit-log.js';
import { exportRows } from '../../src/audit/export.js';
import { FolderCheckpointStore } from '../../src/audit/folder-checkpoint-store.js';
import { readChain } from '../../src/audit/rows.js';
import { Signer } from '../../src/audit/signer.js';
import { verifyChain } from '../../src/audit/verify-chain.js';
import { compiledEntry } from '../../src/database/compiled-entry.js';
import { type Database, openDatabase } from '../../src/database/open.js';
import { onBothDatabases } from '../database/engines.js';
import { CHAIN, event, START_MS } from './fixtures.js';

const signer = new Signer(generateKeyPairSync('ed25519').privateKey);

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-audit-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function verify(database: Database, store: FolderCheckpointStore) {
  return verifyChain({
    chainId: CHAIN,
    rows: readChain(database.auditEvents, CHAIN),
    checkpoints: store.read(CHAIN),
    keys: new Map([[signer.keyId, signer.publicKey]]),
  });
}

await onBothDatabases('the audit log', (engine) => {
  test('keeps rows that verify, export and show a change', async () => {
    await withFolder(async (folder) => {
      const database = await engine.open();
      const store = new FolderCheckpointStore(folder);
      const options = { chainId: CHAIN, store, signer, clock: () => START_MS, events: database.auditEvents };
      const log = await AuditLog.start(options);
      await Promise.all(Array.from({ length: 250 }, (_, index) => log.append(event(index))));
      await log.stop();
      expect(await verify(database, store)).toMatchObject({ ok: true, head: { sequence: 250 }, coveredUpTo: 250 });
      const request = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, format: 'ndjson', after: null } as const;
      let lines = 0;
      for await (const piece of exportRows(database.auditEvents, request)) lines += piece.split('\n').length - 1;
      expect(lines).toBe(251);
      await sql`update audit_events set data_json = '{}' where sequence = 77`.execute(database.kysely);
      expect(await verify(database, store)).toMatchObject({ ok: false, problem: 'changed', sequence: 77 });
    });
  });

  test('of two writers of one chain, the second is refused and the chain stays whole', async () => {
    await withFolder(async (folder) => {
      const database = await engine.open();
      const store = new FolderCheckpointStore(folder);
      const options = { chainId: CHAIN, store, signer, clock: () => START_MS, events: database.auditEvents };
      const [first, second] = [await AuditLog.start(options), await AuditLog.start(options)];
      await first.append(event(1));
      await expect(second.append(event(2))).rejects.toMatchObject({ name: 'AuditError' });
      await first.append(event(3));
      await first.stop();
      expect(await verify(database, store)).toMatchObject({ ok: true, head: { sequence: 2 } });
    });
  });
});

/** Appends without end and says the number of each row that append has promised. */
const WRITER = `
  const [path, folder, auditLog, checkpoints, signer, open] = process.argv.slice(1);
  const { AuditLog } = await import(auditLog);
  const { FolderCheckpointStore } = await import(checkpoints);
  const { loadSigner } = await import(signer);
  const { openDatabase } = await import(open);
  const database = await openDatabase({ kind: 'sqlite', path });
  const log = await AuditLog.start({
    chainId: '${CHAIN}', events: database.auditEvents, clock: Date.now,
    store: new FolderCheckpointStore(folder), signer: await loadSigner(folder + '/key.pem'),
  });
  for (;;) {
    const row = await log.append({ kind: 'session.requested', actor: 'gateway', sessionId: null, data: {} });
    process.stdout.write(row.sequence + '\\n');
  }
`;

test('every row that was promised is there after the gateway was killed', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'witness.sqlite');
    const modules = ['audit/audit-log', 'audit/folder-checkpoint-store', 'audit/signer', 'database/open'];
    const urls = modules.map((name) => compiledEntry(`src/${name}.js`).href);
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, '--', path, folder, ...urls], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let promised = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      promised = Number(line);
      if (promised === 200) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const database = await openDatabase({ kind: 'sqlite', path });
    const stored = (await database.auditEvents.head(CHAIN))?.sequence ?? 0;
    expect(promised).toBeGreaterThanOrEqual(200);
    expect(stored).toBeGreaterThanOrEqual(promised);
    expect(await verify(database, new FolderCheckpointStore(join(folder, 'none')))).toMatchObject({ ok: true });
    await database.close();
  });
});
