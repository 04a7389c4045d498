/** [invariant 5] Changing, removing, inserting or reordering a row is found and named. */
import { generateKeyPairSync } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { auditRowHash, nextRow } from '../../src/audit/chain.js';
import { makeCheckpoint } from '../../src/audit/checkpoint.js';
import { Signer } from '../../src/audit/signer.js';
import type { AuditRow } from '../../src/contract/audit-event.js';
import { appendMany, type Bench, CHAIN, event, makeBench, START_MS } from './fixtures.js';

const ROWS = 12;
const POSITIONS = Array.from({ length: ROWS }, (_, index) => index + 1);

/** A stored chain of 12 rows with a checkpoint at its end. */
async function writtenChain(): Promise<{ bench: Bench; rows: readonly AuditRow[] }> {
  const bench = await makeBench();
  const log = await bench.start();
  await appendMany(log, ROWS);
  await log.stop();
  const rows = await bench.database.auditEvents.page({ chainId: CHAIN, first: 1, last: ROWS }, ROWS);
  return { bench, rows };
}

async function store(bench: Bench, rows: readonly AuditRow[]): Promise<void> {
  await bench.database.kysely.deleteFrom('audit_events').execute();
  await bench.database.auditEvents.insert(rows);
}

const numbered = (rows: readonly AuditRow[]): AuditRow[] => rows.map((row, index) => ({ ...row, sequence: index + 1 }));

/** Rows with fresh hashes: what somebody writes who knows how the chain is made. */
function rehashed(rows: readonly AuditRow[]): AuditRow[] {
  const chained: AuditRow[] = [];
  for (const row of rows) {
    const head = chained.at(-1) ?? { sequence: 0, hash: '0'.repeat(64) };
    chained.push(nextRow(CHAIN, head, row, row.timeMs));
  }
  return chained;
}

test('a chain as it was written is right', async () => {
  const { bench } = await writtenChain();
  expect(await bench.verify()).toMatchObject({ ok: true, head: { sequence: ROWS }, coveredUpTo: ROWS, checkpoints: 1 });
});

test('a change of any column of any row is found and named', async () => {
  const { bench } = await writtenChain();
  const { kysely } = bench.database;
  const columns = {
    time_ms: 1,
    kind: 'session.ended',
    actor: 'user:eve',
    session_id: 'somebody-else',
    data_json: '{"index":99}',
    previous_hash: 'f'.repeat(64),
    hash: 'e'.repeat(64),
  } as const;
  for (const position of POSITIONS) {
    for (const [column, value] of Object.entries(columns)) {
      const { rows } = await sql<{ before: unknown }>`select ${sql.ref(column)} as before from audit_events
        where sequence = ${position}`.execute(kysely);
      const set = (to: unknown) =>
        sql`update audit_events set ${sql.ref(column)} = ${to} where sequence = ${position}`.execute(kysely);
      await set(value);
      expect(await bench.verify(), `${column} of ${position}`).toMatchObject({
        ok: false,
        problem: 'changed',
        sequence: position,
      });
      await set(rows[0]?.before);
    }
  }
  expect(await bench.verify()).toMatchObject({ ok: true });
});

test('data that says the same in other characters is a change', async () => {
  const { bench } = await writtenChain();
  const { kysely } = bench.database;
  await sql`update audit_events set data_json = ' ' || data_json where sequence = 4`.execute(kysely);
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'changed', sequence: 4 });
  await sql`update audit_events set data_json = 'no json' where sequence = 4`.execute(kysely);
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'changed', sequence: 4 });
});

test('a changed row whose own hash was made again is found by the row after it', async () => {
  const { bench, rows } = await writtenChain();
  for (const position of POSITIONS.slice(0, -1)) {
    const forged = rows.map((row) => {
      const changed = { ...row, actor: 'user:eve' };
      return row.sequence === position ? { ...changed, hash: auditRowHash(changed) } : row;
    });
    await store(bench, forged);
    expect(await bench.verify()).toMatchObject({ ok: false, problem: 'changed', sequence: position });
  }
});

test('a removed row is found and named, whether or not the rows after it were renumbered', async () => {
  const { bench, rows } = await writtenChain();
  for (const position of POSITIONS.slice(0, -1)) {
    const left = rows.filter((row) => row.sequence !== position);
    await store(bench, left);
    expect(await bench.verify()).toMatchObject({ ok: false, problem: 'removed', sequence: position });
    await store(bench, numbered(left));
    expect(await bench.verify()).toMatchObject({ ok: false, problem: 'removed', sequence: position });
  }
});

test('an inserted row is found and named: a copy, a forged one, and a forged one that fits', async () => {
  const { bench, rows } = await writtenChain();
  for (const position of POSITIONS) {
    const before = rows.slice(0, position - 1);
    const after = rows.slice(position - 1);
    const previous = before.at(-1);
    const copy = previous ?? rows.at(-1);
    if (copy === undefined) throw new Error('the chain is empty');
    const forged = { ...copy, actor: 'user:eve' };
    const fitting = nextRow(CHAIN, previous ?? { sequence: 0, hash: '0'.repeat(64) }, event(99), START_MS);
    for (const [kind, row] of Object.entries({ copy, forged, fitting })) {
      // Before the first row only what claims to be the first can be told from a chain that was moved.
      if (position === 1 && kind === 'copy') continue;
      await store(bench, numbered([...before, row, ...after]));
      expect(await bench.verify(), `${kind} at ${position}`).toMatchObject({
        ok: false,
        problem: 'inserted',
        sequence: position,
      });
    }
  }
});

test('rows that changed places are found, and the first of them is named', async () => {
  const { bench, rows } = await writtenChain();
  for (const first of POSITIONS) {
    for (const second of POSITIONS.filter((position) => position > first)) {
      const places = [...rows];
      const [one, other] = [rows[first - 1], rows[second - 1]];
      if (one === undefined || other === undefined) throw new Error('no such row');
      [places[first - 1], places[second - 1]] = [other, one];
      await store(bench, numbered(places));
      expect(await bench.verify(), `${first} and ${second}`).toMatchObject({
        ok: false,
        problem: 'reordered',
        sequence: first,
      });
    }
  }
});

test('a row that was moved to the end is found where it was', async () => {
  const { bench } = await writtenChain();
  await sql`update audit_events set sequence = 50 where sequence = 5`.execute(bench.database.kysely);
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'reordered', sequence: 5 });
});

test('a chain that was cut off below a checkpoint is found', async () => {
  const { bench, rows } = await writtenChain();
  for (const left of [0, 1, ROWS - 1]) {
    await bench.database.kysely.deleteFrom('audit_events').execute();
    if (left > 0) await bench.database.auditEvents.insert(rows.slice(0, left));
    expect(await bench.verify()).toMatchObject({ ok: false, problem: 'truncated', sequence: left + 1 });
  }
});

test('a chain that was made again as a whole is found by its checkpoint', async () => {
  const { bench, rows } = await writtenChain();
  await store(bench, rehashed(rows.map((row) => (row.sequence === 5 ? { ...row, actor: 'user:eve' } : row))));
  const result = await bench.verify();
  expect(result).toMatchObject({ ok: false, problem: 'checkpoint-mismatch', sequence: 1 });
  expect(result).toHaveProperty('sentence', expect.stringContaining('1 to 12'));
});

test('checkpoints bound where a rewritten row can be', async () => {
  const bench = await makeBench();
  const log = await bench.start({ everyRows: 4 });
  for (let index = 1; index <= ROWS; index++) {
    await log.append(event(index));
    if (index % 4 === 0) await log.checkpoint();
  }
  await log.stop();
  const rows = await bench.database.auditEvents.page({ chainId: CHAIN, first: 1, last: ROWS }, ROWS);
  await store(bench, rehashed(rows.map((row) => (row.sequence === 6 ? { ...row, actor: 'user:eve' } : row))));
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'checkpoint-mismatch', sequence: 5 });
});

test('a checkpoint that was changed, or signed by another key, is found', async () => {
  const { bench, rows } = await writtenChain();
  const path = join(bench.folder, 'checkpoints', 'gateway-1.ndjson');
  const line = await readFile(path, 'utf8');
  await writeFile(path, line.replace('"sequence":12', '"sequence":11'));
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'checkpoint-signature', sequence: 11 });
  await writeFile(path, 'not a checkpoint\n');
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'checkpoint-signature' });
  await writeFile(path, line);
  const stranger = new Signer(generateKeyPairSync('ed25519').privateKey);
  const head = rows.at(-1);
  if (head === undefined) throw new Error('the chain is empty');
  await bench.store.append(makeCheckpoint(CHAIN, head, START_MS, stranger));
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'checkpoint-signature', sequence: ROWS });
});

test('a checkpoint line that a crash tore is passed over, and the next one is readable', async () => {
  const { bench, rows } = await writtenChain();
  const path = join(bench.folder, 'checkpoints', 'gateway-1.ndjson');
  await appendFile(path, '{"format":"witness-check');
  expect(await bench.verify()).toMatchObject({ ok: true, checkpoints: 1 });
  const third = rows[2];
  if (third === undefined) throw new Error('no such row');
  await bench.store.append(makeCheckpoint(CHAIN, third, START_MS, bench.signer));
  expect(await bench.verify()).toMatchObject({ ok: true, checkpoints: 2 });
});

test('a chain that is longer than a page is verified to its end', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  await Promise.all(Array.from({ length: 1200 }, (_, index) => log.append(event(index))));
  await log.stop();
  expect(await bench.verify()).toMatchObject({ ok: true, head: { sequence: 1200 } });
  await sql`update audit_events set actor = 'user:eve' where sequence = 1100`.execute(bench.database.kysely);
  expect(await bench.verify()).toMatchObject({ ok: false, problem: 'changed', sequence: 1100 });
});
