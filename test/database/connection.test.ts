import { readFile, stat, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrations } from '../../migrations/index.js';
import { openDatabase } from '../../src/database/open.js';
import { onBothDatabases, sqliteEngine } from './engines.js';
import { NOW_MS, storeSession, user } from './samples.js';

await onBothDatabases('a database', (engine) => {
  test('keeps its rows when it is opened again', async () => {
    const location = await engine.location();
    const first = await openDatabase(location);
    const stored = await storeSession(first);
    await first.close();
    const again = await openDatabase(location);
    expect(await again.sessions.get(stored.id)).toMatchObject({ id: stored.id });
    await again.close();
  });

  test('of a newer version is refused and left as it is', async () => {
    const location = await engine.location();
    const newer = await openDatabase(location, { ...migrations, '9999-later': { up: async () => undefined } });
    const stored = await storeSession(newer);
    await newer.close();
    await expect(openDatabase(location)).rejects.toMatchObject({
      code: 'newer-schema',
      message: expect.stringContaining('"9999-later"') as string,
    });
    const again = await openDatabase(location, { ...migrations, '9999-later': { up: async () => undefined } });
    expect(await again.sessions.get(stored.id)).not.toBeNull();
    await again.close();
  });

  test('keeps nothing of a migration that fails', async () => {
    const location = await engine.location();
    const failing = {
      up: async (db: Parameters<(typeof migrations)[string]['up']>[0]) => {
        await db.schema.createTable('half_made').addColumn('id', 'text').execute();
        throw new Error('no further');
      },
    };
    await expect(openDatabase(location, { ...migrations, '9999-failing': failing })).rejects.toThrow();
    const database = await openDatabase(location);
    const tables = await database.kysely.introspection.getTables();
    expect(tables.map((table) => table.name)).not.toContain('half_made');
    await database.close();
  });

  test('takes back a transaction that throws, and goes on', async () => {
    const database = await engine.open();
    const owner = user();
    const failing = database.transaction(async (repositories) => {
      await repositories.users.create(owner);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await database.users.get(owner.id)).toBeNull();
    await database.users.create(owner);
    expect(await database.users.get(owner.id)).toEqual(owner);
  });

  test('keeps transactions that run at once apart', async () => {
    const database = await engine.open();
    await database.settings.set('counter', 0, NOW_MS);
    const increment = () =>
      database.kysely.transaction().execute(async (db) => {
        const set = sql`update settings set value_json = cast(cast(value_json as bigint) + 1 as text)`;
        await set.execute(db);
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await database.settings.get('counter')).toBe(20);
  });

  test('streams a result in pages, and can be used after a reader stopped early', async () => {
    const database = await engine.open();
    for (let i = 0; i < 7; i++) await database.settings.set(`key-${i}`, i, NOW_MS);
    const query = database.kysely.selectFrom('settings').select('key').orderBy('key');
    const keys: string[] = [];
    for await (const row of query.stream(3)) keys.push(row.key);
    expect(keys).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `key-${i}`));
    for await (const row of query.stream(3)) if (row.key === 'key-1') break;
    await database.settings.set('after', true, NOW_MS);
    expect(await database.settings.get('after')).toBe(true);
  });

  test('reports errors by code, without the values of the rows', async () => {
    const database = await engine.open();
    const owner = user({ userName: 'very-private-name' });
    await database.users.create(owner);
    const error: unknown = await database.users.create(owner).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DatabaseError', code: 'constraint', retryable: false });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/very-private-name|Ada/);
    await expect(sql`select nothing from nowhere`.execute(database.kysely)).rejects.toMatchObject({ code: 'internal' });
  });

  test('refuses requests after it was closed', async () => {
    const database = await openDatabase(await engine.location());
    await database.close();
    await expect(database.settings.get('key')).rejects.toThrow();
  });
});

const sqlite = sqliteEngine();

test('SQLite writes ahead, syncs each commit and checks foreign keys', async () => {
  const database = await sqlite.open();
  const pragma = async (name: string) =>
    Object.values((await sql.raw<object>(`pragma ${name}`).execute(database.kysely)).rows[0] ?? {})[0] as unknown;
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
  expect(await pragma('busy_timeout')).toBe(5000);
});

test('a database file is for its owner alone', async () => {
  const location = await sqlite.location();
  if (location.kind !== 'sqlite') throw new Error('this is about files');
  const database = await openDatabase(location);
  for (const suffix of ['', '-wal']) expect((await stat(`${location.path}${suffix}`)).mode & 0o777).toBe(0o600);
  await database.close();
});

test('a file that is no database is refused and left as it is', async () => {
  const location = await sqlite.location();
  if (location.kind !== 'sqlite') throw new Error('this is about files');
  const text = 'somebody else wrote this file, and it is long enough for a header'.repeat(20);
  await writeFile(location.path, text);
  await expect(openDatabase(location)).rejects.toMatchObject({ name: 'DatabaseError', code: 'corrupt' });
  expect(await readFile(location.path, 'utf8')).toBe(text);
});

test('a folder that does not exist gives a typed error', async () => {
  const path = '/nonexistent/witness.sqlite';
  await expect(openDatabase({ kind: 'sqlite', path })).rejects.toMatchObject({ name: 'DatabaseError' });
});

test('a PostgreSQL server that does not answer gives a retryable error', async () => {
  const url = 'postgres://witness@127.0.0.1:1/none';
  await expect(openDatabase({ kind: 'postgres', url })).rejects.toMatchObject({ code: 'unavailable', retryable: true });
});

test('while SQLite works, the event loop goes on', async () => {
  const database = await sqlite.open();
  const slow = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select count(*) from n`;
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await slow.execute(database.kysely);
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(5);
});
