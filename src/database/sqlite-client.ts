/** The event loop's side of the SQLite worker thread. */
import { Worker } from 'node:worker_threads';
import { compiledEntry } from './compiled-entry.js';
import { DatabaseError, sqliteError } from './errors.js';
import {
  SQLITE_OPENED,
  type SqliteAnswer,
  type SqliteRequest,
  type SqliteResult,
  type SqliteWorkerData,
} from './sqlite-protocol.js';

interface Waiting {
  readonly resolve: (result: SqliteResult) => void;
  readonly reject: (error: DatabaseError) => void;
}

/** A request without its id: `Omit` on each member of the union. */
type RequestBody = SqliteRequest extends infer Request
  ? Request extends SqliteRequest
    ? Omit<Request, 'id'>
    : never
  : never;

export class SqliteClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = SQLITE_OPENED + 1;
  #closed = false;

  /**
   * Opens (or creates) the database file in a worker thread of its own.
   * @throws DatabaseError when the file cannot be opened
   */
  static async open(path: string): Promise<SqliteClient> {
    const client = new SqliteClient(path);
    await client.#expect(SQLITE_OPENED);
    return client;
  }

  private constructor(path: string) {
    const data: SqliteWorkerData = { path };
    this.#worker = new Worker(compiledEntry('src/database/sqlite-worker.js'), {
      workerData: data,
      // Flags of the process (a loader, an inspector) are not for the worker.
      execArgv: [],
    });
    this.#worker.on('message', (answer: SqliteAnswer) => this.#settle(answer));
    this.#worker.on('error', () => this.#fail());
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail();
        resolve();
      });
    });
  }

  /** @throws DatabaseError */
  request(body: RequestBody): Promise<SqliteResult> {
    if (this.#closed) return Promise.reject(new DatabaseError('closed', 'The database is closed'));
    const id = this.#nextId++;
    const result = this.#expect(id);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- worker threads have no origin
    this.#worker.postMessage({ ...body, id });
    return result;
  }

  /** Closes the file and ends the thread. */
  async close(): Promise<void> {
    if (!this.#closed) {
      await this.request({ type: 'close' });
      this.#closed = true;
    }
    await this.#exited;
  }

  #expect(id: number): Promise<SqliteResult> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(answer: SqliteAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.result);
    else waiting?.reject(sqliteError(answer.code, answer.message));
  }

  /** The thread has gone: nothing that was asked will be answered. */
  #fail(): void {
    this.#closed = true;
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new DatabaseError('closed', 'The database worker ended before it answered'));
    }
    this.#waiting.clear();
  }
}
