/**
 * Who is at the other end: one-time sign-in links, and web sessions after them. Every sign-in, refusal and sign-out is in
 * the audit log before it has an effect.
 */
import { randomBytes } from 'node:crypto';
import type { AuditEvent, AuditRow } from '../contract/audit-event.js';
import type { Role } from '../contract/api.js';
import { type UserId, userId, uuidV7 } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import type { UserRecord } from '../database/users.js';
import { DEFAULT_LOCK_OUT, LockOut, type LockOutLimits } from './lock-out.js';
import { hashSecret, isSecretText, newSecret, sameHash } from './secrets.js';

/** The part of `AuditLog` that is needed to write. */
export interface AuditAppender {
  append(event: AuditEvent): Promise<AuditRow>;
}

export interface IdentityOptions {
  readonly database: Pick<Database, 'users' | 'transaction'>;
  readonly audit: AuditAppender;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A sign-in link works this long. Default 24 hours. */
  readonly linkLifetimeMs?: number;
  /** A web session ends when it is not used for this long. Default 30 minutes. */
  readonly idleMs?: number;
  /** And in any case after this long. Default 12 hours. */
  readonly absoluteMs?: number;
  readonly lockOut?: LockOutLimits;
}

export interface SignedInUser {
  readonly id: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

export type SignInResult =
  /** `secret` is the web session's: for the cookie, and nowhere else. */
  | { readonly kind: 'signed-in'; readonly user: SignedInUser; readonly secret: string; readonly lifetimeMs: number }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'used' | 'expired' | 'disabled' }
  | { readonly kind: 'locked-out'; readonly retryAfterMs: number };

const DEFAULT_LINK_LIFETIME_MS = 24 * 60 * 60_000;
const DEFAULT_IDLE_MS = 30 * 60_000;
const DEFAULT_ABSOLUTE_MS = 12 * 60 * 60_000;
/** Use of a web session is written down this often at most. */
const TOUCH_INTERVAL_MS = 60_000;

export class Identity {
  readonly #database: Pick<Database, 'users' | 'transaction'>;
  readonly #audit: AuditAppender;
  readonly #clock: () => number;
  readonly #linkLifetimeMs: number;
  readonly #idleMs: number;
  readonly #absoluteMs: number;
  readonly #lockOut: LockOut;

  constructor(options: IdentityOptions) {
    this.#database = options.database;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#linkLifetimeMs = options.linkLifetimeMs ?? DEFAULT_LINK_LIFETIME_MS;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#absoluteMs = options.absoluteMs ?? DEFAULT_ABSOLUTE_MS;
    this.#lockOut = new LockOut(options.lockOut ?? DEFAULT_LOCK_OUT);
  }

  /**
   * The token of a sign-in link for the first administrator, to be printed once; null when an administrator has signed
   * in before. Starting again before anybody signed in gives another link and makes the last one worthless.
   */
  async firstAdministratorLink(userName = 'administrator'): Promise<string | null> {
    const users = await this.#database.users.list();
    const administrators = users.filter((one) => one.roles.includes('administrator') && one.disabledAtMs === null);
    if (administrators.some((one) => one.lastSignInAtMs !== null)) return null;
    const [waiting] = administrators;
    const first = waiting ?? (await this.createUser(userName, 'Administrator', ['administrator']));
    return this.issueLink(first.id);
  }

  /** @throws DatabaseError `constraint` when the name is taken */
  async createUser(userName: string, displayName: string, roles: readonly Role[]): Promise<UserRecord> {
    const nowMs = this.#clock();
    const user: UserRecord = {
      id: userId(uuidV7(nowMs, randomBytes(10))),
      userName,
      displayName,
      roles,
      createdAtMs: nowMs,
      lastSignInAtMs: null,
      disabledAtMs: null,
    };
    await this.#database.users.create(user);
    return user;
  }

  /** Makes the token of a one-time link; links of the person that nobody used stop working. */
  async issueLink(user: UserId): Promise<string> {
    const nowMs = this.#clock();
    const expiresAtMs = nowMs + this.#linkLifetimeMs;
    const secret = newSecret();
    await this.#audit.append({
      kind: 'sign-in.link-issued',
      actor: 'gateway',
      sessionId: null,
      data: { userId: user, expiresAtMs },
    });
    await this.#database.transaction(async ({ users }) => {
      await users.revokeLinks(user);
      await users.addLink({ tokenHash: hashSecret(secret), userId: user, nowMs, expiresAtMs });
    });
    return secret;
  }

  /** Uses a sign-in link up and begins a web session. */
  async signIn(token: string, clientAddress: string): Promise<SignInResult> {
    const nowMs = this.#clock();
    const retryAfterMs = this.#lockOut.remainingMs(clientAddress, nowMs);
    if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
    const link = isSecretText(token)
      ? await this.#database.users.linkState(hashSecret(token), nowMs)
      : ({ kind: 'unknown' } as const);
    if (link.kind !== 'usable') return this.#refuse(link.kind, clientAddress, nowMs);
    const user = await this.#database.users.get(link.userId);
    if (user === null || user.disabledAtMs !== null) return this.#refuse('disabled', clientAddress, nowMs);
    await this.#audit.append({
      kind: 'sign-in.succeeded',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { clientAddress, userName: user.userName },
    });
    const secret = newSecret();
    if (!(await this.#begin(user.id, token, secret, nowMs))) return this.#refuse('used', clientAddress, nowMs);
    this.#lockOut.succeed(clientAddress);
    return { kind: 'signed-in', user: toSignedIn(user), secret, lifetimeMs: this.#absoluteMs };
  }

  /** The person that a web session's secret belongs to, or null. */
  async authenticate(secret: string): Promise<SignedInUser | null> {
    if (!isSecretText(secret)) return null;
    const { users } = this.#database;
    const nowMs = this.#clock();
    const tokenHash = hashSecret(secret);
    const session = await users.getWebSession(tokenHash);
    if (session === null || !sameHash(session.token_hash, tokenHash)) return null;
    if (session.expires_at_ms <= nowMs || session.last_seen_at_ms + this.#idleMs <= nowMs) return null;
    const user = await users.get(session.user_id);
    if (user === null || user.disabledAtMs !== null) return null;
    if (nowMs - session.last_seen_at_ms >= Math.min(TOUCH_INTERVAL_MS, this.#idleMs / 2)) {
      await users.touchWebSession(tokenHash, nowMs);
    }
    return toSignedIn(user);
  }

  async signOut(secret: string, user: SignedInUser): Promise<void> {
    await this.#audit.append({
      kind: 'sign-in.ended',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { userName: user.userName },
    });
    await this.#database.users.removeWebSession(hashSecret(secret));
  }

  /** Link and web session change together. False when somebody else was faster with the link. */
  async #begin(user: UserId, token: string, secret: string, nowMs: number): Promise<boolean> {
    return this.#database.transaction(async ({ users }) => {
      if (!(await users.useLink(hashSecret(token), nowMs))) return false;
      await users.removeStaleWebSessions(nowMs - this.#idleMs, nowMs);
      await users.addWebSession({
        token_hash: hashSecret(secret),
        user_id: user,
        created_at_ms: nowMs,
        last_seen_at_ms: nowMs,
        expires_at_ms: nowMs + this.#absoluteMs,
      });
      await users.markSignedIn(user, nowMs);
      return true;
    });
  }

  async #refuse(
    reason: 'unknown' | 'used' | 'expired' | 'disabled',
    clientAddress: string,
    nowMs: number,
  ): Promise<SignInResult> {
    const lockedOut = this.#lockOut.fail(clientAddress, nowMs);
    await this.#audit.append({
      kind: 'sign-in.failed',
      actor: `client:${clientAddress}`,
      sessionId: null,
      data: { reason, lockedOut },
    });
    return { kind: 'refused', reason };
  }
}

function toSignedIn(user: UserRecord): SignedInUser {
  return { id: user.id, userName: user.userName, displayName: user.displayName, roles: user.roles };
}
