/** What all ways of signing in have in common: what is asked of the rest of the gateway, and what comes out. */
import type { Role } from '../contract/api.js';
import type { AuditEvent, AuditRow } from '../contract/audit-event.js';
import type { UserId } from '../contract/ids.js';
import type { UserRecord } from '../database/users.js';

/** A sign-in link works this long. */
export const LINK_LIFETIME_MS = 24 * 60 * 60_000;

/** The part of `AuditLog` that is needed to write. */
export interface AuditAppender {
  append(event: AuditEvent): Promise<AuditRow>;
}

export interface SignedInUser {
  readonly id: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

export type SignInResult<Reason extends string> =
  /** `secret` is the web session's: for the cookie, and nowhere else. */
  | { readonly kind: 'signed-in'; readonly user: SignedInUser; readonly secret: string; readonly lifetimeMs: number }
  | { readonly kind: 'refused'; readonly reason: Reason }
  | { readonly kind: 'locked-out'; readonly retryAfterMs: number };

export function toSignedIn(user: UserRecord): SignedInUser {
  return { id: user.id, userName: user.userName, displayName: user.displayName, roles: user.roles };
}
