/**
 * Who is at the other end: one-time sign-in links, passwords, an OpenID Connect provider or API tokens, and web sessions.
 * Every sign-in, refusal and sign-out is in the audit log before it has an effect.
 */
import { randomBytes } from 'node:crypto';
import type { Role } from '../contract/api.js';
import { type UserId, userId, uuidV7 } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import type { UserRecord } from '../database/users.js';
import { ApiTokens } from './api-tokens.js';
import { markBrowser } from './known-browser.js';
import { DEFAULT_LOCK_OUT, LockOut, type LockOutLimits } from './lock-out.js';
import { networkOf } from './network-of.js';
import { OidcSignIn, type OidcSettings } from './oidc/oidc-sign-in.js';
import type { PasswordCost } from './password-hash.js';
import { Passwords } from './passwords.js';
import { hashSecret, isSecretText, newSecret } from './secrets.js';
import { type AuditAppender, LINK_LIFETIME_MS, type SignedInUser, type SignInResult, toSignedIn } from './sign-in.js';
import { UserAdministration } from './user-administration.js';
import { WebSessions } from './web-sessions.js';

export type { AuditAppender, SignedInUser } from './sign-in.js';

export interface IdentityOptions {
  readonly database: Pick<Database, 'users' | 'sessions' | 'credentials' | 'webSessions' | 'apiTokens' | 'transaction'>;
  readonly audit: AuditAppender;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A web session ends when it is not used for this long. Default 30 minutes. */
  readonly idleMs?: number;
  /** And in any case after this long. Default 12 hours. */
  readonly absoluteMs?: number;
  readonly lockOut?: LockOutLimits;
  /** Whether people sign in with passwords. Default true. */
  readonly localPasswords?: boolean;
  readonly passwordCost?: PasswordCost;
  /** 32 bytes for the marks of browsers that signed in before; new ones at each start when left out. */
  readonly browserKey?: Uint8Array;
  /** The OpenID Connect provider; none when left out. */
  readonly oidc?: OidcSettings | null;
}

export type LinkSignInResult = SignInResult<'unknown' | 'used' | 'expired' | 'disabled'>;

const DEFAULT_IDLE_MS = 30 * 60_000;
const DEFAULT_ABSOLUTE_MS = 12 * 60 * 60_000;

export class Identity {
  readonly webSessions: WebSessions;
  readonly passwords: Passwords;
  readonly tokens: ApiTokens;
  readonly administration: UserAdministration;
  /** Null when there is no OpenID Connect provider. */
  readonly oidc: OidcSignIn | null;
  readonly #options: IdentityOptions;
  readonly #browserKey: Uint8Array;
  readonly #addresses: LockOut;

  constructor(options: IdentityOptions) {
    const { database, audit, clock, lockOut = DEFAULT_LOCK_OUT } = options;
    this.#options = options;
    this.#browserKey = options.browserKey ?? randomBytes(32);
    this.#addresses = new LockOut(lockOut);
    this.webSessions = new WebSessions({
      database,
      clock,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      absoluteMs: options.absoluteMs ?? DEFAULT_ABSOLUTE_MS,
    });
    const shared = { database, audit, clock, webSessions: this.webSessions };
    this.passwords = new Passwords({
      ...shared,
      addresses: this.#addresses,
      enabled: options.localPasswords ?? true,
      browserKey: this.#browserKey,
      accounts: new LockOut(lockOut),
      ...(options.passwordCost !== undefined && { cost: options.passwordCost }),
    });
    this.tokens = new ApiTokens({ database, audit, clock, refusals: new LockOut(lockOut) });
    this.administration = new UserAdministration({ database, audit, clock, identity: this });
    this.oidc = options.oidc
      ? new OidcSignIn({ ...shared, refusals: new LockOut(lockOut), settings: options.oidc })
      : null;
  }

  /**
   * The token of a sign-in link for the first administrator, to be printed once; null when an administrator has signed
   * in before. Starting again before anybody signed in gives another link and makes the last one worthless.
   */
  async firstAdministratorLink(userName = 'administrator'): Promise<string | null> {
    const users = await this.#options.database.users.list();
    const administrators = users.filter((one) => one.roles.includes('administrator') && one.disabledAtMs === null);
    if (administrators.some((one) => one.lastSignInAtMs !== null)) return null;
    const [waiting] = administrators;
    const first = waiting ?? (await this.createUser(userName, 'Administrator', ['administrator']));
    return this.issueLink(first.id);
  }

  /** @throws DatabaseError `constraint` when the name is taken */
  async createUser(
    userName: string,
    displayName: string,
    roles: readonly Role[],
    actor = 'gateway',
  ): Promise<UserRecord> {
    const nowMs = this.#options.clock();
    const user: UserRecord = {
      id: userId(uuidV7(nowMs, randomBytes(10))),
      userName,
      displayName,
      roles,
      createdAtMs: nowMs,
      lastSignInAtMs: null,
      disabledAtMs: null,
    };
    await this.#options.audit.append({
      kind: 'user.created',
      actor,
      sessionId: null,
      data: { userId: user.id, userName, displayName, roles },
    });
    await this.#options.database.users.create(user);
    return user;
  }

  /** Makes the token of a one-time link; links of the person that nobody used stop working. */
  async issueLink(user: UserId, actor = 'gateway'): Promise<string> {
    const nowMs = this.#options.clock();
    const expiresAtMs = nowMs + LINK_LIFETIME_MS;
    const secret = newSecret();
    await this.#options.audit.append({
      kind: 'sign-in.link-issued',
      actor,
      sessionId: null,
      data: { userId: user, expiresAtMs },
    });
    await this.#options.database.transaction(async ({ users }) => {
      await users.revokeLinks(user);
      await users.addLink({ tokenHash: hashSecret(secret), userId: user, nowMs, expiresAtMs });
    });
    return secret;
  }

  /**
   * Uses a sign-in link up and begins a web session. A good link works from an address that is locked out, too: nobody
   * guesses 256 bits, and it is the way back for an administrator whom others keep from signing in.
   */
  async signIn(token: string, clientAddress: string, userAgent = ''): Promise<LinkSignInResult> {
    const { database, clock, audit } = this.#options;
    const nowMs = clock();
    const link = isSecretText(token)
      ? await database.users.linkState(hashSecret(token), nowMs)
      : ({ kind: 'unknown' } as const);
    if (link.kind !== 'usable') return this.#refuse(link.kind, clientAddress, nowMs);
    const user = await database.users.get(link.userId);
    if (user === null || user.disabledAtMs !== null) return this.#refuse('disabled', clientAddress, nowMs);
    await audit.append({
      kind: 'sign-in.succeeded',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { method: 'link', clientAddress, userName: user.userName },
    });
    const client = { address: clientAddress, userAgent };
    const secret = await this.webSessions.begin(user.id, 'link', client, ({ users }) =>
      users.useLink(hashSecret(token), nowMs),
    );
    // Somebody else was faster with the link.
    if (secret === null) return this.#refuse('used', clientAddress, nowMs);
    return { kind: 'signed-in', user: toSignedIn(user), secret, lifetimeMs: this.webSessions.lifetimeMs };
  }

  /** The person that a web session's secret belongs to, or null. */
  async authenticate(secret: string): Promise<SignedInUser | null> {
    const opened = await this.webSessions.open(secret);
    return opened === null ? null : toSignedIn(opened.user);
  }

  async signOut(secret: string, user: SignedInUser): Promise<void> {
    await this.#options.audit.append({
      kind: 'sign-in.ended',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { userName: user.userName },
    });
    await this.#options.database.webSessions.remove(hashSecret(secret));
  }

  /** Ends one of the person's web sessions. False when there is no such one. */
  async endWebSession(user: SignedInUser, id: string): Promise<boolean> {
    const sessions = await this.#options.database.webSessions.listOf(user.id);
    const session = sessions.find((one) => one.id === id);
    if (session === undefined) return false;
    await this.#auditEnded(user.id, `user:${user.id}`, 'one');
    await this.#options.database.webSessions.remove(session.token_hash);
    return true;
  }

  /** Signs a person out everywhere. */
  async endWebSessions(user: UserId, actor: string): Promise<void> {
    await this.#auditEnded(user, actor, 'all');
    await this.#options.database.webSessions.removeAllOf(user);
  }

  /** The mark of a browser in which the person has signed in; see known-browser.ts. */
  markBrowser(user: UserId): string {
    return markBrowser(this.#browserKey, user, this.#options.clock());
  }

  async #auditEnded(user: UserId, actor: string, which: 'one' | 'all'): Promise<void> {
    await this.#options.audit.append({
      kind: 'sign-in.sessions-ended',
      actor,
      sessionId: null,
      data: { userId: user, which },
    });
  }

  async #refuse(
    reason: 'unknown' | 'used' | 'expired' | 'disabled',
    clientAddress: string,
    nowMs: number,
  ): Promise<LinkSignInResult> {
    const network = networkOf(clientAddress);
    const retryAfterMs = this.#addresses.remainingMs(network, nowMs);
    if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
    const lockedOut = this.#addresses.fail(network, nowMs);
    await this.#options.audit.append({
      kind: 'sign-in.failed',
      actor: `client:${clientAddress}`,
      sessionId: null,
      data: { method: 'link', reason, lockedOut },
    });
    return { kind: 'refused', reason };
  }
}
