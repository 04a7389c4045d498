/** What a session may use once to sign in at its target, sealed. Taking it erases it. */
import type { Kysely } from 'kysely';
import type { SessionId } from '../contract/ids.js';
import type { Schema } from './schema.js';

export class SessionSecretRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async put(sessionId: SessionId, sealed: string, expiresAtMs: number): Promise<void> {
    await this.#db
      .insertInto('session_secrets')
      .values({ session_id: sessionId, sealed, expires_at_ms: expiresAtMs })
      .execute();
  }

  /** The secret, which is gone afterwards; null when there is none. */
  async take(sessionId: SessionId): Promise<string | null> {
    const row = await this.#db
      .deleteFrom('session_secrets')
      .where('session_id', '=', sessionId)
      .returning('sealed')
      .executeTakeFirst();
    return row?.sealed ?? null;
  }

  /** Erases what nobody used in time; says how many. */
  async eraseExpired(nowMs: number): Promise<number> {
    const rows = await this.#db
      .deleteFrom('session_secrets')
      .where('expires_at_ms', '<=', nowMs)
      .returning('session_id')
      .execute();
    return rows.length;
  }
}
