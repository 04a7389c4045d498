/** [invariant 5] No audit, no session: what `append` promises is stored, chained, and continued after a restart. */
import { expect, test, vi } from 'vitest';
import { nextRow } from '../../src/audit/chain.js';
import type { CheckpointStore } from '../../src/audit/checkpoint.js';
import { AUDIT_GENESIS_HASH, type AuditRow } from '../../src/contract/audit-event.js';
import { DatabaseError } from '../../src/database/errors.js';
import { appendMany, CHAIN, event, makeBench, START_MS } from './fixtures.js';

test('a row is in the database when append resolves', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  const row = await log.append(event(1));
  expect(row).toMatchObject({ ...event(1), chainId: CHAIN, sequence: 1, timeMs: START_MS });
  expect(row.previousHash).toBe(AUDIT_GENESIS_HASH);
  expect(await bench.database.auditEvents.head(CHAIN)).toEqual(row);
  await log.stop();
});

test('events that are appended at once share transactions and keep their order', async () => {
  const bench = await makeBench();
  const insert = vi.spyOn(bench.database.auditEvents, 'insert');
  const log = await bench.start();
  const rows = await Promise.all(Array.from({ length: 350 }, (_, index) => log.append(event(index))));
  expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 350 }, (_, index) => index + 1));
  expect(rows.map((row) => row.data['index'])).toEqual(Array.from({ length: 350 }, (_, index) => index));
  expect(insert.mock.calls.length).toBeLessThan(10);
  await log.stop();
  expect(await bench.verify()).toMatchObject({ ok: true, head: { sequence: 350 }, coveredUpTo: 350 });
});

test('the chain goes on after a restart', async () => {
  const bench = await makeBench();
  const first = await bench.start();
  await appendMany(first, 3);
  await first.stop();
  const second = await bench.start();
  expect((await second.append(event(4))).sequence).toBe(4);
  await second.stop();
  expect(await bench.verify()).toMatchObject({ ok: true, head: { sequence: 4 } });
});

test('an append that fails rejects, shows, and leaves a chain that goes on', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  await log.append(event(1));
  const insert = vi.spyOn(bench.database.auditEvents, 'insert');
  insert.mockRejectedValueOnce(new DatabaseError('full', 'SQLite SQLITE_FULL: database or disk is full'));
  await expect(log.append(event(2))).rejects.toMatchObject({ name: 'AuditError', code: 'append-failed' });
  expect(log.failing).toContain('SQLITE_FULL');
  expect((await log.append(event(3))).sequence).toBe(2);
  expect(log.failing).toBeNull();
  await log.stop();
  expect(await bench.verify()).toMatchObject({ ok: true, head: { sequence: 2 } });
});

test('a commit whose answer was lost does not break the chain', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  await log.append(event(1));
  const { auditEvents } = bench.database;
  const insert = auditEvents.insert.bind(auditEvents);
  vi.spyOn(auditEvents, 'insert').mockImplementationOnce(async (rows: readonly AuditRow[]) => {
    await insert(rows);
    throw new DatabaseError('unavailable', 'PostgreSQL ended the connection or did not answer');
  });
  await expect(log.append(event(2))).rejects.toThrow('could not be stored');
  expect((await log.append(event(3))).sequence).toBe(3);
  await log.stop();
  expect(await bench.verify()).toMatchObject({ ok: true, head: { sequence: 3 } });
});

test('a row that somebody else appends to the chain stops the log', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  const row = await log.append(event(1));
  await bench.database.auditEvents.insert([nextRow(CHAIN, row, event(99), START_MS)]);
  await expect(log.append(event(2))).rejects.toMatchObject({ code: 'append-failed' });
  await expect(log.append(event(3))).rejects.toMatchObject({ code: 'chain-broken' });
  expect(log.failing).toContain('witness verify');
  await log.stop();
});

test('a chain that was cut off below its checkpoint is not continued', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  await appendMany(log, 5);
  await log.stop();
  await bench.database.kysely.deleteFrom('audit_events').where('sequence', '>', 3).execute();
  await expect(bench.start()).rejects.toMatchObject({ code: 'chain-broken' });
});

test('a chain whose checkpointed row was rewritten is not continued', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  const row = await log.append(event(1));
  await log.stop();
  const forged = nextRow(CHAIN, { sequence: 0, hash: row.previousHash }, event(2), START_MS);
  await bench.database.kysely.deleteFrom('audit_events').execute();
  await bench.database.auditEvents.insert([forged]);
  await expect(bench.start()).rejects.toMatchObject({ code: 'chain-broken' });
});

test('checkpoints come after a number of rows, after a time, and at the end', async () => {
  const bench = await makeBench();
  const sequences: number[] = [];
  const store: CheckpointStore = {
    append: async (checkpoint) => void sequences.push(checkpoint.sequence),
    read: (chain) => bench.store.read(chain),
  };
  const log = await bench.start({ store, everyRows: 4, everyMs: 60 });
  await appendMany(log, 5);
  await vi.waitFor(() => expect(sequences).toEqual([4, 5]));
  await log.append(event(6));
  await log.stop();
  expect(sequences).toEqual([4, 5, 6]);
  await expect(log.append(event(7))).rejects.toMatchObject({ code: 'stopped' });
});

test('a checkpoint store that fails shows, does not hold up the log, and is tried again', async () => {
  const bench = await makeBench();
  let works = false;
  const store: CheckpointStore = {
    append: (checkpoint) => (works ? bench.store.append(checkpoint) : Promise.reject(new Error('storage is away'))),
    read: (chain) => bench.store.read(chain),
  };
  const log = await bench.start({ store, everyRows: 2, everyMs: 50 });
  await appendMany(log, 4);
  await vi.waitFor(() => expect(log.checkpointFailure).toBe('storage is away'));
  works = true;
  await vi.waitFor(() => expect(log.checkpointFailure).toBeNull());
  expect(await bench.verify()).toMatchObject({ ok: true, coveredUpTo: 4 });
  await log.stop();
});
