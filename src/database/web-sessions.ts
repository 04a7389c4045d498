/** Web sessions: browsers in which somebody is signed in. */
import type { Kysely } from 'kysely';
import type { UserId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { Schema, WebSessionsTable } from './schema.js';

export class WebSessionRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async add(session: WebSessionsTable): Promise<void> {
    await this.#db.insertInto('web_sessions').values(session).execute();
  }

  async get(tokenHash: Sha256Hex): Promise<WebSessionsTable | null> {
    const row = await this.#db
      .selectFrom('web_sessions')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    return row ?? null;
  }

  /** A person's, the newest first. */
  async listOf(user: UserId): Promise<readonly WebSessionsTable[]> {
    return this.#db
      .selectFrom('web_sessions')
      .selectAll()
      .where('user_id', '=', user)
      .orderBy('created_at_ms', 'desc')
      .orderBy('id')
      .execute();
  }

  async touch(tokenHash: Sha256Hex, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('web_sessions')
      .set({ last_seen_at_ms: nowMs })
      .where('token_hash', '=', tokenHash)
      .execute();
  }

  async remove(tokenHash: Sha256Hex): Promise<void> {
    await this.#db.deleteFrom('web_sessions').where('token_hash', '=', tokenHash).execute();
  }

  /** Ends all of a person's web sessions, except the one that is kept. */
  async removeAllOf(user: UserId, keep: Sha256Hex | null = null): Promise<void> {
    await this.#db
      .deleteFrom('web_sessions')
      .where('user_id', '=', user)
      .where('token_hash', '<>', keep ?? '')
      .execute();
  }

  /** Removes web sessions that nobody can use any more. */
  async removeStale(seenBeforeMs: number, nowMs: number): Promise<void> {
    await this.#db
      .deleteFrom('web_sessions')
      .where((where) => where.or([where('last_seen_at_ms', '<', seenBeforeMs), where('expires_at_ms', '<=', nowMs)]))
      .execute();
  }
}
