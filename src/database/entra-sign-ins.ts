/** Sign-ins with Entra ID for a target: begun, granted, used once. What they hold is sealed. */
import type { Kysely } from 'kysely';
import type { TargetId, UserId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { Schema } from './schema.js';

export interface NewEntraSignIn {
  readonly id: string;
  readonly stateHash: Sha256Hex;
  readonly userId: UserId;
  readonly targetId: TargetId;
  readonly sealed: string;
  readonly expiresAtMs: number;
}

export interface WaitingEntraSignIn {
  readonly id: string;
  readonly userId: UserId;
  readonly targetId: TargetId;
  readonly sealed: string;
}

export class EntraSignInRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async begin(signIn: NewEntraSignIn): Promise<void> {
    await this.#db
      .insertInto('entra_sign_ins')
      .values({
        id: signIn.id,
        state_hash: signIn.stateHash,
        user_id: signIn.userId,
        target_id: signIn.targetId,
        sealed: signIn.sealed,
        granted: 0,
        expires_at_ms: signIn.expiresAtMs,
      })
      .execute();
  }

  /** One that waits for the authority's answer; null when there is none, or no longer. */
  async waiting(stateHash: Sha256Hex, nowMs: number): Promise<WaitingEntraSignIn | null> {
    const row = await this.#db
      .selectFrom('entra_sign_ins')
      .select(['id', 'user_id as userId', 'target_id as targetId', 'sealed'])
      .where('state_hash', '=', stateHash)
      .where('granted', '=', 0)
      .where('expires_at_ms', '>', nowMs)
      .executeTakeFirst();
    return row ?? null;
  }

  /** False when somebody else was faster. */
  async grant(id: string, sealed: string, expiresAtMs: number): Promise<boolean> {
    const row = await this.#db
      .updateTable('entra_sign_ins')
      .set({ granted: 1, sealed, expires_at_ms: expiresAtMs })
      .where('id', '=', id)
      .where('granted', '=', 0)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  async isGranted(id: string, userId: UserId, nowMs: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('entra_sign_ins')
      .select('id')
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('granted', '=', 1)
      .where('expires_at_ms', '>', nowMs)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** What was granted to this person for this target, which is gone afterwards; null when there is none. */
  async take(id: string, userId: UserId, targetId: TargetId, nowMs: number): Promise<string | null> {
    const row = await this.#db
      .deleteFrom('entra_sign_ins')
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('target_id', '=', targetId)
      .where('granted', '=', 1)
      .where('expires_at_ms', '>', nowMs)
      .returning('sealed')
      .executeTakeFirst();
    return row?.sealed ?? null;
  }

  /** Erases what nobody used in time. */
  async eraseExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('entra_sign_ins').where('expires_at_ms', '<=', nowMs).execute();
  }
}
