/** What people prove themselves with: passwords of local accounts, and identities of an OpenID Connect provider. */
import type { Kysely } from 'kysely';
import type { UserId } from '../contract/ids.js';
import type { ExternalIdentitiesTable, Schema } from './schema.js';

export class CredentialRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Hash of the person's password; null when they have none. */
  async passwordHash(user: UserId): Promise<string | null> {
    const row = await this.#db.selectFrom('passwords').select('hash').where('user_id', '=', user).executeTakeFirst();
    return row?.hash ?? null;
  }

  async setPassword(user: UserId, hash: string, nowMs: number): Promise<void> {
    const columns = { hash, changed_at_ms: nowMs };
    await this.#db
      .insertInto('passwords')
      .values({ user_id: user, ...columns })
      .onConflict((conflicting) => conflicting.column('user_id').doUpdateSet(columns))
      .execute();
  }

  /** Stores the same password under other parameters, unless it was changed in the meantime. */
  async rehashPassword(user: UserId, before: string, hash: string): Promise<void> {
    await this.#db
      .updateTable('passwords')
      .set({ hash })
      .where('user_id', '=', user)
      .where('hash', '=', before)
      .execute();
  }

  async removePassword(user: UserId): Promise<void> {
    await this.#db.deleteFrom('passwords').where('user_id', '=', user).execute();
  }

  async findExternal(issuer: string, subject: string): Promise<UserId | null> {
    const row = await this.#db
      .selectFrom('external_identities')
      .select('user_id')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return row?.user_id ?? null;
  }

  /** @throws DatabaseError `constraint` when the identity is somebody's already */
  async addExternal(identity: ExternalIdentitiesTable): Promise<void> {
    await this.#db.insertInto('external_identities').values(identity).execute();
  }

  /** What providers call the person: object ids, where the provider is a directory. */
  async subjectsOf(user: UserId): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('external_identities')
      .select('subject')
      .where('user_id', '=', user)
      .execute();
    return rows.map(({ subject }) => subject);
  }

  /** True for a person of an OpenID Connect provider. */
  async isExternal(user: UserId): Promise<boolean> {
    const row = await this.#db
      .selectFrom('external_identities')
      .select('subject')
      .where('user_id', '=', user)
      .executeTakeFirst();
    return row !== undefined;
  }
}
