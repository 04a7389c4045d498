/** What administrators do with people: add, change, disable, sign out, and reset how they sign in. Audited first. */
import type { Role, SignInLink, UserInfo, UserRequest, UserUpdate } from '../contract/api.js';
import type { UserId } from '../contract/ids.js';
import type { Database, Repositories } from '../database/open.js';
import type { AccountRecord } from '../database/users.js';
import type { Identity } from './identity.js';
import { type AuditAppender, LINK_LIFETIME_MS } from './sign-in.js';
import { normaliseUserName } from './user-names.js';

export interface UserAdministrationOptions {
  readonly database: Pick<Database, 'users' | 'sessions' | 'transaction'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly identity: Pick<Identity, 'createUser' | 'issueLink' | 'endWebSessions'>;
}

export type UserChangeRefusal =
  | 'unknown'
  | 'name-taken'
  /** The gateway would be without an administrator who can sign in. */
  | 'last-administrator'
  /** The OpenID Connect provider decides about this. */
  | 'external'
  /** Nobody signs in under a disabled name. */
  | 'disabled';

export type UserResult<Value> =
  { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'refused'; readonly reason: UserChangeRefusal };

/** This setting's row is locked while administrators are counted, so that two of them do not go at once on PostgreSQL. */
const LOCK_KEY = 'administrators';

export class UserAdministration {
  readonly #options: UserAdministrationOptions;

  constructor(options: UserAdministrationOptions) {
    this.#options = options;
  }

  /** Everybody, or one person. */
  async list(only?: UserId): Promise<readonly UserInfo[]> {
    return (await this.#options.database.users.accounts(only)).map(toUserInfo);
  }

  /** Adds a local account and makes its first sign-in link. */
  async create(request: UserRequest, actor: string): Promise<UserResult<SignInLink>> {
    const { database, identity } = this.#options;
    const userName = normaliseUserName(request.userName);
    if ((await database.users.getByName(userName)) !== null) return refused('name-taken');
    const user = await identity.createUser(userName, request.displayName, sorted(request.roles), actor);
    return done(await this.#link(user.id, actor));
  }

  async update(id: UserId, change: UserUpdate, actor: string): Promise<UserResult<UserInfo>> {
    const { database, audit, clock } = this.#options;
    const [account] = await database.users.accounts(id);
    if (account === undefined) return refused('unknown');
    const managed = change.roles !== undefined || change.displayName !== undefined;
    if (managed && account.issuer !== null) return refused('external');
    if (await wouldLeaveNone(database, account, change)) return refused('last-administrator');
    await audit.append({
      kind: 'user.changed',
      actor,
      sessionId: null,
      data: { userId: id, userName: account.userName, ...differences(account, change) },
    });
    const { displayName, roles, disabled } = change;
    const changed = await database.transaction(async (within) => {
      if (mayTakeAway(change)) await within.settings.set(LOCK_KEY, id, clock());
      if (await wouldLeaveNone(within, account, change)) return false;
      await within.users.update(id, {
        ...(displayName !== undefined && { displayName }),
        ...(roles !== undefined && { roles: sorted(roles) }),
        ...(disabled !== undefined && { disabledAtMs: disabled ? clock() : null }),
      });
      if (disabled === true) await forgetSignIns(within, id);
      return true;
    });
    if (!changed) return refused('last-administrator');
    if (disabled === true) await this.#endSessions(id, actor);
    return this.#info(id);
  }

  /**
   * Makes a one-time link. With `reset`, everything that signed the person in before stops working: password, links, web
   * sessions and API tokens.
   */
  async issueLink(id: UserId, reset: boolean, actor: string): Promise<UserResult<SignInLink>> {
    const { database, audit, clock } = this.#options;
    const [account] = await database.users.accounts(id);
    if (account === undefined) return refused('unknown');
    if (account.issuer !== null) return refused('external');
    if (account.disabledAtMs !== null) return refused('disabled');
    if (reset) {
      await audit.append({
        kind: 'user.credentials-reset',
        actor,
        sessionId: null,
        data: { userId: id, userName: account.userName },
      });
      await database.transaction(async (within) => {
        await within.credentials.removePassword(id);
        await within.apiTokens.revokeAllOf(id, clock());
        await forgetSignIns(within, id);
      });
    }
    return done(await this.#link(id, actor));
  }

  async signOut(id: UserId, actor: string): Promise<UserResult<null>> {
    const { database, identity } = this.#options;
    if ((await database.users.get(id)) === null) return refused('unknown');
    await identity.endWebSessions(id, actor);
    return done(null);
  }

  /** What a disabled person has open is ended by the gateways that carry it; see SessionControl. */
  async #endSessions(id: UserId, actor: string): Promise<void> {
    const { database, audit, clock } = this.#options;
    for (const { id: sessionId } of await database.sessions.listOpenSessions(id)) {
      const data = { because: 'person-disabled' };
      await audit.append({ kind: 'session.disconnect-requested', actor, sessionId, data });
      await database.sessions.requestDisconnect(sessionId, clock());
    }
  }

  async #link(id: UserId, actor: string): Promise<SignInLink> {
    const { database, identity, clock } = this.#options;
    const expiresAt = new Date(clock() + LINK_LIFETIME_MS).toISOString();
    const token = await identity.issueLink(id, actor);
    const [account] = await database.users.accounts(id);
    if (account === undefined) throw new Error('a person who has a link does not exist');
    return { user: toUserInfo(account), token, expiresAt };
  }

  async #info(id: UserId): Promise<UserResult<UserInfo>> {
    const [account] = await this.#options.database.users.accounts(id);
    return account === undefined ? refused('unknown') : done(toUserInfo(account));
  }
}

/** True when the change may leave the gateway with one administrator less. */
function mayTakeAway({ roles, disabled }: UserUpdate): boolean {
  return disabled === true || (roles !== undefined && !roles.includes('administrator'));
}

/** True when the change takes the last administrator away who is not disabled. */
async function wouldLeaveNone(
  { users }: Pick<Repositories, 'users'>,
  account: AccountRecord,
  change: UserUpdate,
): Promise<boolean> {
  const stays = change.disabled !== true && (change.roles ?? account.roles).includes('administrator');
  if (stays) return false;
  const active = (await users.list()).filter((one) => one.disabledAtMs === null && one.roles.includes('administrator'));
  return active.length === 1 && active[0]?.id === account.id;
}

async function forgetSignIns({ users, webSessions }: Repositories, id: UserId): Promise<void> {
  await users.revokeLinks(id);
  await webSessions.removeAllOf(id);
}

/** What the audit log says of a change: what was, and what is now. */
function differences(
  account: AccountRecord,
  change: UserUpdate,
): { [key: string]: string | boolean | readonly Role[] } {
  const { displayName, roles, disabled } = change;
  return {
    ...(displayName !== undefined && { wasDisplayName: account.displayName, displayName }),
    ...(roles !== undefined && { wasRoles: account.roles, roles: sorted(roles) }),
    ...(disabled !== undefined && { wasDisabled: account.disabledAtMs !== null, disabled }),
  };
}

function sorted(roles: readonly Role[]): readonly Role[] {
  return [...new Set(roles)].toSorted();
}

function toUserInfo(account: AccountRecord): UserInfo {
  const { id, userName, displayName, roles, hasPassword, createdAtMs, lastSignInAtMs } = account;
  return {
    id,
    userName,
    displayName,
    roles,
    external: account.issuer !== null,
    hasPassword,
    disabled: account.disabledAtMs !== null,
    createdAt: new Date(createdAtMs).toISOString(),
    lastSignInAt: lastSignInAtMs === null ? null : new Date(lastSignInAtMs).toISOString(),
  };
}

function done<Value>(value: Value): UserResult<Value> {
  return { kind: 'done', value };
}

function refused<Value>(reason: UserChangeRefusal): UserResult<Value> {
  return { kind: 'refused', reason };
}
