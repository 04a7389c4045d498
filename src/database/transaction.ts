/** Runs work in a transaction: in the caller's when it is in one, else in one of its own. */
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.js';

export function inTransaction<T>(db: Kysely<Schema>, work: (db: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db as Transaction<Schema>) : db.transaction().execute(work);
}
