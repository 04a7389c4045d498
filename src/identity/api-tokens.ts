/**
 * API tokens: made by a person for themselves, shown once, stored as a hash, good for some scopes until a time. Text form:
 * `witness_` and 256 random bits in base64url; the prefix lets secret scanners find the ones that were left lying about.
 */
import { randomBytes } from 'node:crypto';
import type { ApiTokenInfo } from '../contract/api.js';
import { type UserId, uuidV7 } from '../contract/ids.js';
import { type Scope, scopesOf } from '../contract/scopes.js';
import type { ApiTokenRecord } from '../database/api-tokens.js';
import type { Database } from '../database/open.js';
import type { UserRecord } from '../database/users.js';
import type { LockOut } from './lock-out.js';
import { networkOf } from './network-of.js';
import { hashSecret, isSecretText, newSecret, sameHash } from './secrets.js';
import { type AuditAppender, type SignedInUser, toSignedIn } from './sign-in.js';

export interface ApiTokenOptions {
  readonly database: Pick<Database, 'users' | 'credentials' | 'apiTokens'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  /** Bounds how many refusals of an address are written down; a good token is never refused for it. */
  readonly refusals: LockOut;
}

export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly lifetimeDays: number;
}

export type TokenCreation =
  | { readonly kind: 'created'; readonly token: string; readonly info: ApiTokenInfo }
  /** Scopes that none of the person's roles includes. */
  | { readonly kind: 'scopes-not-allowed'; readonly scopes: readonly Scope[] }
  | { readonly kind: 'too-many' };

export type TokenRefusal = 'unknown' | 'expired' | 'revoked' | 'disabled' | 'not-seen-for-long';

export type TokenUse =
  | {
      readonly kind: 'accepted';
      readonly user: SignedInUser;
      readonly tokenId: string;
      readonly scopes: readonly Scope[];
    }
  | { readonly kind: 'refused'; readonly reason: TokenRefusal }
  | { readonly kind: 'locked-out'; readonly retryAfterMs: number };

export const TOKEN_PREFIX = 'witness_';
export const MAX_TOKENS_EACH = 50;
export const MAX_TOKEN_DAYS = 366;
const DAY_MS = 24 * 60 * 60_000;
/** Use is written down this often at most. */
const TOUCH_INTERVAL_MS = 60_000;
/**
 * The provider tells of a person who left or lost a role only when they sign in: their tokens rest when they have not
 * done so for this long.
 */
export const EXTERNAL_SIGN_IN_MAX_AGE_MS = 14 * DAY_MS;

export class ApiTokens {
  readonly #options: ApiTokenOptions;

  constructor(options: ApiTokenOptions) {
    this.#options = options;
  }

  async create(user: SignedInUser, request: TokenRequest, clientAddress: string): Promise<TokenCreation> {
    const { database, audit, clock } = this.#options;
    const allowed = scopesOf(user.roles);
    const scopes = [...new Set(request.scopes)];
    const beyond = scopes.filter((scope) => !allowed.includes(scope));
    if (beyond.length > 0) return { kind: 'scopes-not-allowed', scopes: beyond };
    if ((await database.apiTokens.listOf(user.id)).length >= MAX_TOKENS_EACH) return { kind: 'too-many' };
    const nowMs = clock();
    const token = TOKEN_PREFIX + newSecret();
    const record: ApiTokenRecord = {
      id: uuidV7(nowMs, randomBytes(10)),
      tokenHash: hashSecret(token),
      userId: user.id,
      name: request.name,
      scopes,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + request.lifetimeDays * DAY_MS,
      lastUsedAtMs: null,
      lastUsedAddress: null,
      revokedAtMs: null,
    };
    const { id: tokenId, name, expiresAtMs } = record;
    await audit.append({
      kind: 'token.created',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { tokenId, name, scopes, expiresAtMs, userName: user.userName, clientAddress },
    });
    await database.apiTokens.add(record);
    return { kind: 'created', token, info: toInfo(record, nowMs) };
  }

  async list(user: UserId): Promise<readonly ApiTokenInfo[]> {
    const nowMs = this.#options.clock();
    return (await this.#options.database.apiTokens.listOf(user)).map((token) => toInfo(token, nowMs));
  }

  /** False when the person has no such token. */
  async revoke(user: SignedInUser, id: string, clientAddress: string): Promise<boolean> {
    const { database, audit, clock } = this.#options;
    const token = (await database.apiTokens.listOf(user.id)).find((one) => one.id === id);
    if (token === undefined) return false;
    await audit.append({
      kind: 'token.revoked',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { tokenId: token.id, name: token.name, userName: user.userName, clientAddress },
    });
    await database.apiTokens.revoke(token.id, clock());
    return true;
  }

  /** Whom a token acts for, and within which scopes. */
  async authenticate(text: string, clientAddress: string): Promise<TokenUse> {
    const { database, clock } = this.#options;
    const nowMs = clock();
    const token = isTokenText(text) ? await this.#find(text) : null;
    const user = token === null ? null : await database.users.get(token.userId);
    const refusal = await this.#refusal(token, user, nowMs);
    if (token === null || user === null || refusal !== null) {
      return this.#refuse(refusal ?? 'unknown', token, clientAddress, nowMs);
    }
    await this.#noteUse(token, user, clientAddress, nowMs);
    return { kind: 'accepted', user: toSignedIn(user), tokenId: token.id, scopes: token.scopes };
  }

  async #find(text: string): Promise<ApiTokenRecord | null> {
    const hash = hashSecret(text);
    const token = await this.#options.database.apiTokens.find(hash);
    return token !== null && sameHash(token.tokenHash, hash) ? token : null;
  }

  async #refusal(token: ApiTokenRecord | null, user: UserRecord | null, nowMs: number): Promise<TokenRefusal | null> {
    if (token === null || user === null) return 'unknown';
    if (token.revokedAtMs !== null) return 'revoked';
    if (token.expiresAtMs <= nowMs) return 'expired';
    if (user.disabledAtMs !== null) return 'disabled';
    const seenAgoMs = nowMs - (user.lastSignInAtMs ?? 0);
    if (seenAgoMs < EXTERNAL_SIGN_IN_MAX_AGE_MS) return null;
    return (await this.#options.database.credentials.isExternal(user.id)) ? 'not-seen-for-long' : null;
  }

  async #refuse(
    reason: TokenRefusal,
    token: ApiTokenRecord | null,
    clientAddress: string,
    nowMs: number,
  ): Promise<TokenUse> {
    const { refusals, audit } = this.#options;
    const network = networkOf(clientAddress);
    const retryAfterMs = refusals.remainingMs(network, nowMs);
    if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
    const lockedOut = refusals.fail(network, nowMs);
    await audit.append({
      kind: 'sign-in.failed',
      actor: `client:${clientAddress}`,
      sessionId: null,
      data: { method: 'token', reason, lockedOut, tokenId: token?.id ?? null, userId: token?.userId ?? null },
    });
    return { kind: 'refused', reason };
  }

  /** Another address than before is in the audit log; what the token then does is there under its person. */
  async #noteUse(token: ApiTokenRecord, user: UserRecord, clientAddress: string, nowMs: number): Promise<void> {
    const { audit, database } = this.#options;
    const elsewhere = token.lastUsedAddress !== clientAddress;
    if (elsewhere) {
      await audit.append({
        kind: 'token.used',
        actor: `user:${user.id}`,
        sessionId: null,
        data: { tokenId: token.id, name: token.name, userName: user.userName, clientAddress },
      });
    }
    const due = token.lastUsedAtMs === null || nowMs - token.lastUsedAtMs >= TOUCH_INTERVAL_MS;
    if (elsewhere || due) await database.apiTokens.touch(token.id, clientAddress, nowMs);
  }
}

function isTokenText(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX) && isSecretText(text.slice(TOKEN_PREFIX.length));
}

function toInfo(token: ApiTokenRecord, nowMs: number): ApiTokenInfo {
  return {
    id: token.id,
    name: token.name,
    scopes: token.scopes,
    createdAt: new Date(token.createdAtMs).toISOString(),
    expiresAt: new Date(token.expiresAtMs).toISOString(),
    expired: token.expiresAtMs <= nowMs,
    lastUsedAt: token.lastUsedAtMs === null ? null : new Date(token.lastUsedAtMs).toISOString(),
    lastUsedAddress: token.lastUsedAddress,
  };
}
