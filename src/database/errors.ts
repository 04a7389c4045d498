/** Errors of the database, the same for both engines. Messages name structure, never values. */

export type DatabaseErrorCode =
  /** A CHECK, UNIQUE, NOT NULL or foreign key constraint refused the rows. */
  | 'constraint'
  /** A row is there already and says something else. */
  | 'conflict'
  /** Somebody else holds a lock; trying again may help. */
  | 'busy'
  /** No space is left for the database. */
  | 'full'
  /** The engine could not read or write its files. */
  | 'io'
  /** The database file is damaged or is no database. */
  | 'corrupt'
  /** The server cannot be reached, or ended the connection. */
  | 'unavailable'
  /** The database was closed, or its worker has gone. */
  | 'closed'
  /** The schema belongs to a newer version of the program. */
  | 'newer-schema'
  /** Anything else: a defect of this program. */
  | 'internal';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;
  /** True when the same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(code: DatabaseErrorCode, message: string) {
    super(message);
    this.code = code;
    this.retryable = code === 'busy' || code === 'unavailable';
  }
}

/** Builds the typed error of a SQLite result code. SQLite's constraint messages name columns and constraints only. */
export function sqliteError(code: string, message: string): DatabaseError {
  return new DatabaseError(sqliteErrorCode(code), `SQLite ${code}: ${message}`);
}

function sqliteErrorCode(code: string): DatabaseErrorCode {
  if (code.startsWith('SQLITE_CONSTRAINT')) return 'constraint';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (code.startsWith('SQLITE_FULL')) return 'full';
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    return 'io';
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) return 'corrupt';
  return 'internal';
}

const SOCKET_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOENT',
]);

/**
 * Builds the typed error of what `pg` throws. PostgreSQL repeats values in its messages and details, so only the
 * SQLSTATE and the constraint's name are kept.
 */
export function postgresError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { code, constraint, table } = fieldsOf(error);
  if (code === undefined) {
    return new DatabaseError('unavailable', 'PostgreSQL ended the connection or did not answer');
  }
  if (SOCKET_ERRORS.has(code)) return new DatabaseError('unavailable', `PostgreSQL cannot be reached: ${code}`);
  const where = [table, constraint].filter((part) => part !== undefined).join('.');
  return new DatabaseError(postgresErrorCode(code), `PostgreSQL ${code}${where === '' ? '' : `: ${where}`}`);
}

function postgresErrorCode(sqlState: string): DatabaseErrorCode {
  if (sqlState.startsWith('23')) return 'constraint';
  if (sqlState.startsWith('40') || sqlState === '55P03' || sqlState === '57014') return 'busy';
  if (sqlState === '53100') return 'full';
  if (sqlState.startsWith('08') || sqlState.startsWith('57P') || sqlState.startsWith('53')) return 'unavailable';
  if (sqlState.startsWith('58')) return 'io';
  if (sqlState.startsWith('XX')) return 'corrupt';
  return 'internal';
}

function fieldsOf(error: unknown): { code?: string; constraint?: string; table?: string } {
  if (typeof error !== 'object' || error === null) return {};
  const fields: { code?: string; constraint?: string; table?: string } = {};
  for (const name of ['code', 'constraint', 'table'] as const) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string') fields[name] = value;
  }
  return fields;
}
