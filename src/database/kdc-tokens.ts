/** Tokens for the KDC proxy: each belongs to one session and ends with it. Only their SHA-256 is here. */
import type { Kysely } from 'kysely';
import type { SessionId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { Schema } from './schema.js';
import { FINAL_SESSION_STATES } from './sessions.js';

export interface KdcSession {
  readonly id: SessionId;
  /** Of the target; null when nobody said. */
  readonly realm: string | null;
}

export class KdcTokenRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async create(tokenHash: Sha256Hex, sessionId: SessionId, expiresAtMs: number): Promise<void> {
    await this.#db
      .insertInto('kdc_tokens')
      .values({ token_hash: tokenHash, session_id: sessionId, expires_at_ms: expiresAtMs })
      .execute();
  }

  /** The session of a token; null when there is none, its ticket has expired, or it is over. */
  async session(tokenHash: Sha256Hex, nowMs: number): Promise<KdcSession | null> {
    const row = await this.#db
      .selectFrom('kdc_tokens')
      .innerJoin('sessions', 'sessions.id', 'kdc_tokens.session_id')
      .leftJoin('targets', 'targets.id', 'sessions.target_id')
      .select(['sessions.id', 'targets.realm'])
      .where('token_hash', '=', tokenHash)
      .where('kdc_tokens.expires_at_ms', '>', nowMs)
      .where('sessions.state', 'not in', FINAL_SESSION_STATES)
      .where((where) =>
        where.or([
          where('sessions.state', '<>', 'authorised'),
          where.exists(
            where
              .selectFrom('tickets')
              .select('tickets.ticket_hash')
              .whereRef('tickets.session_id', '=', 'sessions.id')
              .where('tickets.expires_at_ms', '>', nowMs),
          ),
        ]),
      )
      .executeTakeFirst();
    return row ?? null;
  }

  async eraseExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('kdc_tokens').where('expires_at_ms', '<=', nowMs).execute();
  }
}
