/** Runs a suite on both databases: what holds on SQLite has to hold on PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { type Database, type DatabaseLocation, openDatabase } from '../../src/database/open.js';
import { findPostgres, type PostgresServer, startPostgres } from './postgres-server.js';

export interface Engine {
  /** An empty place for a database. */
  location(): Promise<DatabaseLocation>;
  /** A database of its own, closed after the test. */
  open(): Promise<Database>;
}

/** Declares `suite` for SQLite and for PostgreSQL; the latter fails without PostgreSQL when CI=true, else is skipped. */
export async function onBothDatabases(name: string, suite: (engine: Engine) => void): Promise<void> {
  describe(`${name} on SQLite`, () => suite(sqliteEngine()));
  const binFolder = await findPostgres();
  if (binFolder !== null) {
    describe(`${name} on PostgreSQL`, () => suite(postgresEngine(binFolder)));
  } else if (process.env['CI'] === 'true') {
    test(`${name} on PostgreSQL`, () => {
      throw new Error('PostgreSQL is not installed: run "npm run test:setup"');
    });
  } else {
    test.skip(`${name} on PostgreSQL (PostgreSQL is not installed)`);
  }
}

export function sqliteEngine(): Engine {
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'witness-sqlite-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return engine(async () => ({ kind: 'sqlite', path: join(folder, `${++count}.sqlite`) }));
}

function postgresEngine(binFolder: string): Engine {
  let server: PostgresServer | null = null;
  beforeAll(async () => {
    server = await startPostgres(binFolder);
  });
  afterAll(() => server?.stop());
  return engine(async () => {
    if (server === null) throw new Error('PostgreSQL was not started');
    return { kind: 'postgres', url: await server.createDatabase() };
  });
}

function engine(location: () => Promise<DatabaseLocation>): Engine {
  const open: Database[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
  });
  return {
    location,
    open: async () => {
      const database = await openDatabase(await location());
      open.push(database);
      return database;
    },
  };
}
