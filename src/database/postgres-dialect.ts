/** kysely's dialect for PostgreSQL through a pool, with errors of this program's own type. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { DatabaseError, postgresError } from './errors.js';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const INT8: number = pg.types.builtins.INT8;

/** Builds the dialect for a connection URL `postgres://user:password@host:port/database`. */
export function postgresDialect(url: string): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A commit is on disk before it is reported, whatever the server's default is.
    options: '-c synchronous_commit=on',
    types: { getTypeParser: typeParser },
  });
  // A lost idle connection is replaced at the next use, which reports the error if that fails too.
  pool.on('error', () => undefined);
  return new TypedErrorPostgresDialect({ pool, cursor: Cursor });
}

/** 64-bit integers are numbers here: times in milliseconds, sizes and counts, all below 2^53. */
function typeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return safeInteger;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new DatabaseError('internal', 'A 64-bit integer is beyond 2^53');
  return value;
}

class TypedErrorPostgresDialect extends PostgresDialect {
  override createDriver(): Driver {
    return new TypedErrorDriver(super.createDriver());
  }
}

/** Hands everything to the driver inside and turns what it throws into `DatabaseError`. */
class TypedErrorDriver implements Driver {
  readonly #inner: Driver;

  constructor(inner: Driver) {
    this.#inner = inner;
  }

  init(): Promise<void> {
    return typed(this.#inner.init());
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new TypedErrorConnection(await typed(this.#inner.acquireConnection()));
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return typed(this.#inner.beginTransaction(innerOf(connection), settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return typed(this.#inner.commitTransaction(innerOf(connection)));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return typed(this.#inner.rollbackTransaction(innerOf(connection)));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return typed(this.#inner.releaseConnection(innerOf(connection)));
  }

  destroy(): Promise<void> {
    return typed(this.#inner.destroy());
  }
}

class TypedErrorConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;

  constructor(inner: DatabaseConnection) {
    this.inner = inner;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return typed(this.inner.executeQuery<R>(query));
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    try {
      yield* this.inner.streamQuery<R>(query, chunkSize);
    } catch (error) {
      throw postgresError(error);
    }
  }
}

function innerOf(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof TypedErrorConnection ? connection.inner : connection;
}

async function typed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw postgresError(error);
  }
}
