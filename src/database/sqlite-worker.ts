/** Entry of the worker thread that owns the SQLite database: statements never run on the gateway's event loop. */
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import SqliteDatabase from 'better-sqlite3';
import {
  SQLITE_OPENED,
  type SqliteAnswer,
  type SqliteRequest,
  type SqliteResult,
  type SqliteWorkerData,
} from './sqlite-protocol.js';

type Connection = SqliteDatabase.Database;
type Statement = SqliteDatabase.Statement;

/** How long a statement waits for another process (a backup, `witness verify`) before it fails as busy. */
const BUSY_TIMEOUT_MS = 5_000;
/** Prepared statements that are kept. The program has fewer distinct ones; batches of different length add some. */
const MAX_STATEMENTS = 300;

const NOTHING: SqliteResult = { rows: [], changes: null };

function openConnection(path: string): Connection {
  createPrivate(path);
  const connection = new SqliteDatabase(path, { timeout: BUSY_TIMEOUT_MS });
  connection.pragma('journal_mode = WAL');
  // A commit is on disk before it is reported: an audit row that was promised survives power loss.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('trusted_schema = OFF');
  return connection;
}

/** The file is for the gateway's account alone; SQLite gives its write-ahead log the same mode. */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite reports why the file cannot be opened, with a code of its own.
  }
}

class SqliteWorker {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement>();
  #cursor: IterableIterator<unknown> | null = null;

  constructor(path: string) {
    this.#connection = openConnection(path);
  }

  handle(request: SqliteRequest): SqliteResult {
    switch (request.type) {
      case 'execute':
        return this.#execute(request.sql, request.parameters);
      case 'open-cursor':
        this.#cursor = this.#connection.prepare(request.sql).iterate(...request.parameters);
        return NOTHING;
      case 'read-cursor':
        return { rows: this.#read(request.rows), changes: null };
      case 'close-cursor':
        this.#cursor?.return?.();
        this.#cursor = null;
        return NOTHING;
      case 'rollback':
        if (this.#connection.inTransaction) this.#connection.exec('rollback');
        return NOTHING;
      case 'close':
        this.#connection.close();
        return NOTHING;
    }
  }

  #execute(sql: string, parameters: readonly unknown[]): SqliteResult {
    const statement = this.#prepare(sql);
    if (!statement.reader) {
      return { rows: [], changes: statement.run(...parameters).changes };
    }
    const rows = statement.all(...parameters);
    // INSERT, UPDATE and DELETE with RETURNING: every changed row is returned.
    return { rows, changes: statement.readonly ? null : rows.length };
  }

  #read(count: number): unknown[] {
    const rows: unknown[] = [];
    while (rows.length < count) {
      const next = this.#cursor?.next();
      if (next === undefined || next.done === true) break;
      rows.push(next.value);
    }
    return rows;
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

function failure(id: number, error: unknown): SqliteAnswer {
  if (error instanceof SqliteDatabase.SqliteError) return { id, ok: false, code: error.code, message: error.message };
  const name = error instanceof Error ? error.name : 'unknown';
  return { id, ok: false, code: 'SQLITE_MISUSE', message: `the statement could not be run (${name})` };
}

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('sqlite-worker runs as a worker thread');
  const answer = (message: SqliteAnswer): void => port.postMessage(message);
  let worker: SqliteWorker;
  try {
    worker = new SqliteWorker((workerData as SqliteWorkerData).path);
    answer({ id: SQLITE_OPENED, ok: true, result: NOTHING });
  } catch (error) {
    answer(failure(SQLITE_OPENED, error));
    port.close();
    return;
  }
  port.on('message', (request: SqliteRequest) => {
    try {
      answer({ id: request.id, ok: true, result: worker.handle(request) });
    } catch (error) {
      answer(failure(request.id, error));
    }
    if (request.type === 'close') port.close();
  });
}

main();
