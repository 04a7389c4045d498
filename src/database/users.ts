/** People who sign in, their one-time sign-in links and their web sessions. */
import type { Kysely } from 'kysely';
import type { Role } from '../contract/api.js';
import type { UserId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { Schema, WebSessionsTable } from './schema.js';

export interface UserRecord {
  readonly id: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | null;
  readonly disabledAtMs: number | null;
}

/** What a sign-in link is good for at a moment. */
export type SignInLinkState =
  { readonly kind: 'usable'; readonly userId: UserId } | { readonly kind: 'unknown' | 'used' | 'expired' };

const COLUMNS = [
  'id',
  'user_name as userName',
  'display_name as displayName',
  'roles',
  'created_at_ms as createdAtMs',
  'last_sign_in_at_ms as lastSignInAtMs',
  'disabled_at_ms as disabledAtMs',
] as const;

export class UserRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @throws DatabaseError `constraint` when the name is taken */
  async create(user: UserRecord): Promise<void> {
    await this.#db
      .insertInto('users')
      .values({
        id: user.id,
        user_name: user.userName,
        display_name: user.displayName,
        roles: JSON.stringify(user.roles),
        created_at_ms: user.createdAtMs,
        last_sign_in_at_ms: user.lastSignInAtMs,
        disabled_at_ms: user.disabledAtMs,
      })
      .execute();
  }

  async get(id: UserId): Promise<UserRecord | null> {
    const row = await this.#db.selectFrom('users').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : withRoles(row);
  }

  async getByName(userName: string): Promise<UserRecord | null> {
    const row = await this.#db.selectFrom('users').select(COLUMNS).where('user_name', '=', userName).executeTakeFirst();
    return row === undefined ? null : withRoles(row);
  }

  async list(): Promise<readonly UserRecord[]> {
    const rows = await this.#db.selectFrom('users').select(COLUMNS).orderBy('user_name').execute();
    return rows.map(withRoles);
  }

  async markSignedIn(id: UserId, nowMs: number): Promise<void> {
    await this.#db.updateTable('users').set({ last_sign_in_at_ms: nowMs }).where('id', '=', id).execute();
  }

  async addLink(link: { tokenHash: Sha256Hex; userId: UserId; nowMs: number; expiresAtMs: number }): Promise<void> {
    await this.#db
      .insertInto('sign_in_links')
      .values({
        token_hash: link.tokenHash,
        user_id: link.userId,
        created_at_ms: link.nowMs,
        expires_at_ms: link.expiresAtMs,
        used_at_ms: null,
      })
      .execute();
  }

  async linkState(tokenHash: Sha256Hex, nowMs: number): Promise<SignInLinkState> {
    const link = await this.#db
      .selectFrom('sign_in_links')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    if (link === undefined) return { kind: 'unknown' };
    if (link.used_at_ms !== null) return { kind: 'used' };
    if (link.expires_at_ms <= nowMs) return { kind: 'expired' };
    return { kind: 'usable', userId: link.user_id };
  }

  /** Uses a link up. False when it cannot be used any more: of two callers at once, one gets true. */
  async useLink(tokenHash: Sha256Hex, nowMs: number): Promise<boolean> {
    const used = await this.#db
      .updateTable('sign_in_links')
      .set({ used_at_ms: nowMs })
      .where('token_hash', '=', tokenHash)
      .where('used_at_ms', 'is', null)
      .where('expires_at_ms', '>', nowMs)
      .returning('user_id')
      .executeTakeFirst();
    return used !== undefined;
  }

  /** Makes a person's unused links worthless. */
  async revokeLinks(userId: UserId): Promise<void> {
    await this.#db.deleteFrom('sign_in_links').where('user_id', '=', userId).where('used_at_ms', 'is', null).execute();
  }

  async addWebSession(session: WebSessionsTable): Promise<void> {
    await this.#db.insertInto('web_sessions').values(session).execute();
  }

  async getWebSession(tokenHash: Sha256Hex): Promise<WebSessionsTable | null> {
    const row = await this.#db
      .selectFrom('web_sessions')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    return row ?? null;
  }

  async touchWebSession(tokenHash: Sha256Hex, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('web_sessions')
      .set({ last_seen_at_ms: nowMs })
      .where('token_hash', '=', tokenHash)
      .execute();
  }

  async removeWebSession(tokenHash: Sha256Hex): Promise<void> {
    await this.#db.deleteFrom('web_sessions').where('token_hash', '=', tokenHash).execute();
  }

  /** Removes web sessions that nobody can use any more. */
  async removeStaleWebSessions(seenBeforeMs: number, nowMs: number): Promise<void> {
    await this.#db
      .deleteFrom('web_sessions')
      .where((where) => where.or([where('last_seen_at_ms', '<', seenBeforeMs), where('expires_at_ms', '<=', nowMs)]))
      .execute();
  }
}

function withRoles(row: Omit<UserRecord, 'roles'> & { readonly roles: string }): UserRecord {
  return { ...row, roles: JSON.parse(row.roles) as Role[] };
}
