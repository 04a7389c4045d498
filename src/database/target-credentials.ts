/** Credentials of targets: who signs in there, and where the password is. Never the password itself. */
import type { Kysely } from 'kysely';
import type { TargetId } from '../contract/ids.js';
import type { Schema, SecretStoreKind } from './schema.js';

export interface TargetCredentialRecord {
  readonly targetId: TargetId;
  readonly userName: string;
  /** Empty for none. */
  readonly domain: string;
  readonly restrictedAdmin: boolean;
  readonly store: SecretStoreKind;
  /** What the store finds the password by: the sealed password itself, or the name of a secret. */
  readonly secret: string;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
}

const COLUMNS = [
  'target_id as targetId',
  'user_name as userName',
  'domain',
  'restricted_admin as restrictedAdmin',
  'store',
  'secret',
  'updated_at_ms as updatedAtMs',
  'updated_by as updatedBy',
] as const;

export class TargetCredentialRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Puts the credential in the place of another one. */
  async set(credential: TargetCredentialRecord): Promise<void> {
    const columns = {
      user_name: credential.userName,
      domain: credential.domain,
      restricted_admin: credential.restrictedAdmin ? (1 as const) : (0 as const),
      store: credential.store,
      secret: credential.secret,
      updated_at_ms: credential.updatedAtMs,
      updated_by: credential.updatedBy,
    };
    await this.#db
      .insertInto('target_credentials')
      .values({ target_id: credential.targetId, ...columns })
      .onConflict((conflicting) => conflicting.column('target_id').doUpdateSet(columns))
      .execute();
  }

  async get(id: TargetId): Promise<TargetCredentialRecord | null> {
    const row = await this.#db
      .selectFrom('target_credentials')
      .select(COLUMNS)
      .where('target_id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : { ...row, restrictedAdmin: row.restrictedAdmin === 1 };
  }

  async list(): Promise<readonly TargetCredentialRecord[]> {
    const rows = await this.#db.selectFrom('target_credentials').select(COLUMNS).orderBy('target_id').execute();
    return rows.map((row) => ({ ...row, restrictedAdmin: row.restrictedAdmin === 1 }));
  }

  /** False when the target has none. */
  async remove(id: TargetId): Promise<boolean> {
    const row = await this.#db
      .deleteFrom('target_credentials')
      .where('target_id', '=', id)
      .returning('target_id')
      .executeTakeFirst();
    return row !== undefined;
  }
}
