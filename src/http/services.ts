/** What the HTTP server asks of the rest of the gateway. */
import type { Health, ReasonInfo, SessionCreated, SessionRequest } from '../contract/api.js';
import type { SessionId, TargetId, UserId } from '../contract/ids.js';
import type { LinkState, ShareableLinkRecord } from '../database/shareable-links.js';
import type { TargetCredentialRecord } from '../database/target-credentials.js';
import type { RequestUser } from './request-user.js';

export type SessionRequestResult =
  | { readonly created: SessionCreated }
  | { readonly denied: readonly ReasonInfo[] }
  /** Too many sessions are open. */
  | { readonly full: ReasonInfo }
  /** The shareable link leads nowhere. */
  | { readonly link: LinkRefusal }
  /** The person showed too many links that do not exist. */
  | { readonly lockedOutMs: number }
  /** The gateway has no such tickets; or the session needs a sign-in that was not made. */
  | { readonly refused: 'tls-only-tickets-off' | 'entra-sign-in-missing' | 'notice-not-accepted' | 'address-not-open' };

/** Requests, decisions and disconnects are in the audit log before they have an effect: that is this service's part. */
export interface SessionService {
  request(user: RequestUser, request: SessionRequest, clientAddress: string): Promise<SessionRequestResult>;
  /** False when the session has ended already, or its end was asked for before. */
  disconnect(id: SessionId, user: RequestUser): Promise<boolean>;
}

export interface HealthService {
  health(): Promise<Health>;
}

/** Changes are in the audit log before they have an effect: that is this service's part. */
export interface CredentialService {
  list(): Promise<readonly Omit<TargetCredentialRecord, 'secret'>[]>;
  /** Overwrites the password's bytes. */
  set(
    actor: string,
    target: { readonly id: TargetId; readonly name: string },
    facts: { readonly userName: string; readonly domain: string; readonly restrictedAdmin: boolean },
    password: Buffer,
  ): Promise<void>;
  /** False when the target has none. */
  clear(actor: string, target: { readonly id: TargetId; readonly name: string }): Promise<boolean>;
}

/** Signing in with Entra ID for a target. Steps are in the audit log before they have an effect. */
export interface EntraService {
  begin(
    userId: UserId,
    target: { readonly id: TargetId; readonly address: string },
  ): Promise<{ readonly id: string; readonly authorizationUrl: string; readonly browserSecret: string }>;
  /** Null when the sign-in is granted. */
  finish(query: string, browserSecret: string, clientAddress: string): Promise<'attempt' | 'authority' | null>;
  isGranted(id: string, userId: UserId): Promise<boolean>;
}

/** Why a shareable link leads nowhere. */
export type LinkRefusal = 'unknown' | Exclude<LinkState, 'live'> | 'other-target';

/** Steps are in the audit log before they have an effect: that is this service's part. */
export interface LinkService {
  /** Those that work now, the newest first. */
  list(): Promise<readonly ShareableLinkRecord[]>;
  /** Null when the host has as many as it may have. */
  create(
    user: RequestUser,
    link: {
      readonly target: { readonly id: TargetId; readonly name: string };
      readonly note: string;
      readonly lifetimeMs: number;
    },
  ): Promise<{ readonly link: ShareableLinkRecord; readonly secret: string } | null>;
  /** False when there is no such link that works. */
  revoke(user: RequestUser, id: string): Promise<boolean>;
  /** @param at what the link is shown for; null where that is not known yet */
  show(
    user: RequestUser,
    secret: string,
    at: { readonly sessionId: SessionId | null; readonly targetId: TargetId | null; readonly clientAddress: string },
  ): Promise<
    | { readonly kind: 'live'; readonly link: ShareableLinkRecord }
    | { readonly kind: 'refused'; readonly reason: LinkRefusal }
    | { readonly kind: 'locked-out'; readonly retryAfterMs: number }
  >;
}

/** The KDC proxy, [MS-KKDCP]. What is asked and refused is in the audit log: that is this service's part. */
export interface KdcProxyService {
  handle(
    token: string,
    body: Uint8Array,
    clientAddress: string,
  ): Promise<
    { readonly reply: Uint8Array } | { readonly refused: 'token' | 'malformed' | 'realm' | 'too-many' | 'unreachable' }
  >;
}
