/**
 * kysely's dialect for SQLite in a worker thread. There is one connection; whoever acquires it has it alone, so
 * transactions are serialised, and `BEGIN IMMEDIATE` takes the write lock at once instead of failing half-way.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Dialect,
} from 'kysely';
import { SqliteClient } from './sqlite-client.js';
import type { SqliteResult } from './sqlite-protocol.js';

export class SqliteWorkerDialect implements Dialect {
  readonly #client: SqliteClient;

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  createDriver(): Driver {
    return new SqliteWorkerDriver(this.#client);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** SQLite's schema changes are transactional: a migration that fails leaves nothing behind. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteWorkerDriver implements Driver {
  readonly #client: SqliteClient;
  readonly #connection: SqliteConnection;
  readonly #queue: (() => void)[] = [];
  #taken = false;

  constructor(client: SqliteClient) {
    this.#client = client;
    this.#connection = new SqliteConnection(client);
  }

  async init(): Promise<void> {
    // The client is open before the dialect exists.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#taken) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#taken = true;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }

  async beginTransaction(): Promise<void> {
    await this.#client.request({ type: 'execute', sql: 'begin immediate', parameters: [] });
  }

  async commitTransaction(): Promise<void> {
    await this.#client.request({ type: 'execute', sql: 'commit', parameters: [] });
  }

  async rollbackTransaction(): Promise<void> {
    await this.#client.request({ type: 'rollback' });
  }

  async destroy(): Promise<void> {
    await this.#client.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #client: SqliteClient;

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return toQueryResult(
      await this.#client.request({ type: 'execute', sql: query.sql, parameters: query.parameters.map(toSqliteValue) }),
    );
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize = 500): AsyncIterableIterator<QueryResult<R>> {
    const parameters = query.parameters.map(toSqliteValue);
    await this.#client.request({ type: 'open-cursor', sql: query.sql, parameters });
    try {
      for (;;) {
        const page = await this.#client.request({ type: 'read-cursor', rows: chunkSize });
        if (page.rows.length === 0) return;
        yield toQueryResult<R>(page);
      }
    } finally {
      await this.#client.request({ type: 'close-cursor' });
    }
  }
}

/** SQLite has no booleans: they are 0 and 1. */
function toSqliteValue(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

function toQueryResult<R>(result: SqliteResult): QueryResult<R> {
  const rows = result.rows as R[];
  return result.changes === null ? { rows } : { rows, numAffectedRows: BigInt(result.changes) };
}
