/** What the gateway's event loop and the SQLite worker thread say to each other. */

/** One request; `id` comes back in the answer. */
export type SqliteRequest =
  | { readonly id: number; readonly type: 'execute'; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly type: 'open-cursor'; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly type: 'read-cursor'; readonly rows: number }
  | { readonly id: number; readonly type: 'close-cursor' }
  /** Rolls back if a transaction is open: SQLite may have rolled back by itself (disk full). */
  | { readonly id: number; readonly type: 'rollback' }
  | { readonly id: number; readonly type: 'close' };

/** What one statement gave. */
export interface SqliteResult {
  readonly rows: readonly unknown[];
  /** Rows inserted, updated or deleted; null for a statement that returns rows without changing any. */
  readonly changes: number | null;
}

export type SqliteAnswer =
  | { readonly id: number; readonly ok: true; readonly result: SqliteResult }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };

/** Id of the answer that says whether the database could be opened. */
export const SQLITE_OPENED = 0;

export interface SqliteWorkerData {
  readonly path: string;
}
