/** People who sign in, and their one-time sign-in links. */
import type { Kysely } from 'kysely';
import type { Role } from '../contract/api.js';
import type { UserId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { Schema } from './schema.js';

export interface UserRecord {
  readonly id: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | null;
  readonly disabledAtMs: number | null;
}

/** A person, and how they sign in. */
export interface AccountRecord extends UserRecord {
  readonly hasPassword: boolean;
  /** The OpenID Connect provider that they come from; null for local accounts. */
  readonly issuer: string | null;
}

/** What may change about a person. */
export interface UserChange {
  readonly displayName?: string;
  readonly roles?: readonly Role[];
  readonly disabledAtMs?: number | null;
}

/** What a sign-in link is good for at a moment. */
export type SignInLinkState =
  { readonly kind: 'usable'; readonly userId: UserId } | { readonly kind: 'unknown' | 'used' | 'expired' };

const COLUMNS = [
  'users.id',
  'users.user_name as userName',
  'users.display_name as displayName',
  'users.roles',
  'users.created_at_ms as createdAtMs',
  'users.last_sign_in_at_ms as lastSignInAtMs',
  'users.disabled_at_ms as disabledAtMs',
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

  /** Everybody, or one person, with how they sign in. */
  async accounts(only?: UserId): Promise<readonly AccountRecord[]> {
    const rows = await this.#db
      .selectFrom('users')
      .leftJoin('passwords', 'passwords.user_id', 'users.id')
      .leftJoin('external_identities', 'external_identities.user_id', 'users.id')
      .select(COLUMNS)
      .select(['passwords.changed_at_ms as passwordChangedAtMs', 'external_identities.issuer as issuer'])
      .$if(only !== undefined, (query) => query.where('users.id', '=', only as UserId))
      .orderBy('users.user_name')
      .execute();
    return rows.map(({ passwordChangedAtMs, ...row }) => ({
      ...withRoles(row),
      hasPassword: passwordChangedAtMs !== null,
    }));
  }

  async update(id: UserId, change: UserChange): Promise<void> {
    const { displayName, roles, disabledAtMs } = change;
    if (displayName === undefined && roles === undefined && disabledAtMs === undefined) return;
    await this.#db
      .updateTable('users')
      .set({
        ...(displayName !== undefined && { display_name: displayName }),
        ...(roles !== undefined && { roles: JSON.stringify(roles) }),
        ...(disabledAtMs !== undefined && { disabled_at_ms: disabledAtMs }),
      })
      .where('id', '=', id)
      .execute();
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
}

function withRoles<Row extends { readonly roles: string }>(
  row: Row,
): Omit<Row, 'roles'> & { readonly roles: readonly Role[] } {
  return { ...row, roles: JSON.parse(row.roles) as Role[] };
}
