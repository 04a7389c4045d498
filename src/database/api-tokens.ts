/** API tokens: secrets of programs that act for a person, within scopes and until a time. */
import type { Kysely } from 'kysely';
import type { Scope } from '../contract/scopes.js';
import type { UserId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { ApiTokensTable, Schema } from './schema.js';

export interface ApiTokenRecord {
  readonly id: string;
  readonly tokenHash: Sha256Hex;
  readonly userId: UserId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly lastUsedAddress: string | null;
  readonly revokedAtMs: number | null;
}

export class ApiTokenRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async add(token: ApiTokenRecord): Promise<void> {
    await this.#db
      .insertInto('api_tokens')
      .values({
        id: token.id,
        token_hash: token.tokenHash,
        user_id: token.userId,
        name: token.name,
        scopes: JSON.stringify(token.scopes),
        created_at_ms: token.createdAtMs,
        expires_at_ms: token.expiresAtMs,
        last_used_at_ms: token.lastUsedAtMs,
        last_used_address: token.lastUsedAddress,
        revoked_at_ms: token.revokedAtMs,
      })
      .execute();
  }

  async find(tokenHash: Sha256Hex): Promise<ApiTokenRecord | null> {
    const row = await this.#db
      .selectFrom('api_tokens')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  }

  /** A person's tokens that were not revoked, the newest first. */
  async listOf(user: UserId): Promise<readonly ApiTokenRecord[]> {
    const rows = await this.#db
      .selectFrom('api_tokens')
      .selectAll()
      .where('user_id', '=', user)
      .where('revoked_at_ms', 'is', null)
      .orderBy('created_at_ms', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(toRecord);
  }

  async touch(id: string, clientAddress: string, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('api_tokens')
      .set({ last_used_at_ms: nowMs, last_used_address: clientAddress })
      .where('id', '=', id)
      .execute();
  }

  async revoke(id: string, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('api_tokens')
      .set({ revoked_at_ms: nowMs })
      .where('id', '=', id)
      .where('revoked_at_ms', 'is', null)
      .execute();
  }

  async revokeAllOf(user: UserId, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('api_tokens')
      .set({ revoked_at_ms: nowMs })
      .where('user_id', '=', user)
      .where('revoked_at_ms', 'is', null)
      .execute();
  }
}

function toRecord(row: ApiTokensTable): ApiTokenRecord {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    userId: row.user_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Scope[],
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    lastUsedAddress: row.last_used_address,
    revokedAtMs: row.revoked_at_ms,
  };
}
