/**
 * Local accounts: signing in with a password, and setting one. What a caller can tell from an answer or from the time it
 * takes is the same for a name that is unknown, disabled or without a password as for a wrong password.
 */
import type { UserId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import type { UserRecord } from '../database/users.js';
import { knownBrowser } from './known-browser.js';
import type { LockOut } from './lock-out.js';
import { networkOf } from './network-of.js';
import { OneAtATime } from './one-at-a-time.js';
import {
  hashOfNobody,
  hashPassword,
  isOutdated,
  isPassword,
  PASSWORD_COST,
  type PasswordCost,
} from './password-hash.js';
import { passwordFault } from './password-rules.js';
import { hashSecret } from './secrets.js';
import { type AuditAppender, type SignedInUser, type SignInResult, toSignedIn } from './sign-in.js';
import { normaliseUserName } from './user-names.js';
import type { SignInClient, WebSessions } from './web-sessions.js';

export interface PasswordOptions {
  readonly database: Pick<Database, 'users' | 'credentials' | 'webSessions' | 'transaction'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly webSessions: WebSessions;
  /** False: nobody signs in with a password. */
  readonly enabled: boolean;
  /** For the marks of known browsers. */
  readonly browserKey: Uint8Array;
  readonly addresses: LockOut;
  readonly accounts: LockOut;
  readonly cost?: PasswordCost;
}

export type PasswordSignInResult = SignInResult<'password'>;

export type PasswordChangeResult =
  | { readonly kind: 'changed' }
  /** The person comes from an OpenID Connect provider, or passwords are switched off. */
  | { readonly kind: 'not-available' }
  | { readonly kind: 'weak'; readonly fault: string }
  | { readonly kind: 'current-wrong' }
  | { readonly kind: 'locked-out'; readonly retryAfterMs: number };

/** A person who signed in with a link sets a password without the one before for this long: the link was the proof. */
const LINK_PROVES_MS = 30 * 60_000;
const MAX_WAITING = 32;

export class Passwords {
  readonly #options: PasswordOptions;
  readonly #cost: PasswordCost;
  readonly #nobody: string;
  readonly #queue = new OneAtATime(MAX_WAITING);

  constructor(options: PasswordOptions) {
    this.#options = options;
    this.#cost = options.cost ?? PASSWORD_COST;
    this.#nobody = hashOfNobody(this.#cost);
  }

  get enabled(): boolean {
    return this.#options.enabled;
  }

  /** @throws BusyError when too many sign in at once */
  async signIn(
    userName: string,
    password: string,
    client: SignInClient & { readonly browserMark: string },
  ): Promise<PasswordSignInResult> {
    const name = normaliseUserName(userName);
    const user = await this.#options.database.users.getByName(name);
    const counts = this.#counts(name, user, client);
    // Counted one after the other, so that guesses which are sent at once do not all come before the lock-out.
    return this.#queue.run(async () => {
      const nowMs = this.#options.clock();
      const retryAfterMs = Math.max(...counts.map(({ lockOut, key }) => lockOut.remainingMs(key, nowMs)));
      if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
      const stored = await this.#check(user, password);
      if (user === null || stored === null) return this.#refuse(user, counts, client.address, nowMs);
      return this.#accept(user, password, stored, client, counts);
    });
  }

  /** True when setting a password asks for the one that holds. */
  async currentNeeded(user: UserId, secret: string): Promise<boolean> {
    const { database, webSessions, clock } = this.#options;
    if ((await database.credentials.passwordHash(user)) === null) return false;
    const opened = await webSessions.open(secret);
    const provedByLink = opened?.session.method === 'link' && clock() - opened.session.created_at_ms < LINK_PROVES_MS;
    return !provedByLink;
  }

  /** True when the person may have a password at all. */
  async isAvailable(user: UserId): Promise<boolean> {
    return this.enabled && !(await this.#options.database.credentials.isExternal(user));
  }

  /** Sets the password of the person with this web session; their other web sessions end. @throws BusyError */
  async change(
    user: SignedInUser,
    secret: string,
    asked: { readonly current: string | null; readonly next: string },
    clientAddress: string,
  ): Promise<PasswordChangeResult> {
    if (!(await this.isAvailable(user.id))) return { kind: 'not-available' };
    const fault = passwordFault(asked.next, user.userName);
    if (fault !== null) return { kind: 'weak', fault };
    return this.#queue.run(async () => {
      const refused = await this.#checkCurrent(user, secret, asked.current, clientAddress);
      return refused ?? this.#set(user, secret, asked.next, clientAddress);
    });
  }

  /** A browser that the person has used before is counted by itself. */
  #counts(name: string, user: UserRecord | null, client: { address: string; browserMark: string }): readonly Count[] {
    const { browserKey, addresses, accounts, clock } = this.#options;
    const browser = user === null ? null : knownBrowser(browserKey, client.browserMark, user.id, clock());
    if (browser !== null) return [{ lockOut: accounts, key: `browser:${browser}` }];
    return [
      { lockOut: addresses, key: networkOf(client.address) },
      { lockOut: accounts, key: `name:${name}` },
    ];
  }

  /** The hash that the password has; null when the person cannot sign in with it. Always costs the same. */
  async #check(user: UserRecord | null, password: string): Promise<string | null> {
    const id = user?.id ?? ('' as UserId);
    const { credentials } = this.#options.database;
    const [stored, external] = [await credentials.passwordHash(id), await credentials.isExternal(id)];
    const matches = await isPassword(password, stored ?? this.#nobody);
    const mayUse = this.enabled && user !== null && user.disabledAtMs === null && !external;
    return matches && mayUse ? stored : null;
  }

  async #accept(
    user: UserRecord,
    password: string,
    stored: string,
    client: SignInClient,
    counts: readonly Count[],
  ): Promise<PasswordSignInResult> {
    const { audit, database, webSessions, accounts } = this.#options;
    await audit.append({
      kind: 'sign-in.succeeded',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { method: 'password', clientAddress: client.address, userName: user.userName },
    });
    const secret = await webSessions.begin(user.id, 'password', client);
    if (secret === null) throw new Error('a web session without a condition began not');
    if (isOutdated(stored, this.#cost)) {
      await database.credentials.rehashPassword(user.id, stored, await hashPassword(password, this.#cost));
    }
    // Not the address: somebody with an account could go on guessing others from it.
    for (const { lockOut, key } of counts) if (lockOut === accounts) lockOut.succeed(key);
    return { kind: 'signed-in', user: toSignedIn(user), secret, lifetimeMs: webSessions.lifetimeMs };
  }

  /** A name that nobody has is not written down: people type passwords into the wrong field. */
  async #refuse(
    user: UserRecord | null,
    counts: readonly Count[],
    clientAddress: string,
    nowMs: number,
  ): Promise<PasswordSignInResult> {
    const lockedOut = counts.map(({ lockOut, key }) => lockOut.fail(key, nowMs)).includes(true);
    await this.#options.audit.append({
      kind: 'sign-in.failed',
      actor: `client:${clientAddress}`,
      sessionId: null,
      data: { method: 'password', reason: 'password', userName: user?.userName ?? null, lockedOut },
    });
    return { kind: 'refused', reason: 'password' };
  }

  async #checkCurrent(
    user: SignedInUser,
    secret: string,
    current: string | null,
    clientAddress: string,
  ): Promise<PasswordChangeResult | null> {
    if (!(await this.currentNeeded(user.id, secret))) return null;
    const { accounts, clock, database, audit } = this.#options;
    const key = `change:${user.id}`;
    const retryAfterMs = accounts.remainingMs(key, clock());
    if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
    const stored = await database.credentials.passwordHash(user.id);
    if (stored !== null && current !== null && (await isPassword(current, stored))) return null;
    await audit.append({
      kind: 'sign-in.failed',
      actor: `user:${user.id}`,
      sessionId: null,
      data: {
        method: 'password-change',
        reason: 'password',
        userName: user.userName,
        clientAddress,
        lockedOut: accounts.fail(key, clock()),
      },
    });
    return { kind: 'current-wrong' };
  }

  async #set(
    user: SignedInUser,
    secret: string,
    password: string,
    clientAddress: string,
  ): Promise<PasswordChangeResult> {
    const { audit, clock, database } = this.#options;
    const hash = await hashPassword(password, this.#cost);
    await audit.append({
      kind: 'sign-in.password-changed',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { userName: user.userName, clientAddress },
    });
    await database.transaction(async ({ credentials, webSessions, users }) => {
      await credentials.setPassword(user.id, hash, clock());
      await webSessions.removeAllOf(user.id, hashSecret(secret));
      await users.revokeLinks(user.id);
    });
    return { kind: 'changed' };
  }
}

/** Where a failure is counted. */
interface Count {
  readonly lockOut: LockOut;
  readonly key: string;
}
