/** The HTTP API's types, shared by the gateway and the viewer. Times are ISO 8601 in UTC, durations milliseconds. */
import type { ChannelUse } from './channel-policy.js';
import type { SessionId, TargetId, UserId } from './ids.js';
import type { AuthenticationMethod, ConnectionMethod, RecordingSetting } from './rule.js';
import type { Scope } from './scopes.js';

/** RFC 9457 problem details. */
export interface Problem {
  /** Stable identifier, `urn:witness:problem:<name>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Why. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly reasons?: readonly ReasonInfo[];
  /** Live sessions that stand in the way. */
  readonly sessions?: readonly { readonly id: SessionId; readonly userName: string; readonly targetName: string }[];
}

export interface ReasonInfo {
  readonly code: string;
  readonly sentence: string;
  readonly remedy: string;
}

/** `GET /api/v1/me`. */
export interface Me {
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

export const ROLES = ['administrator', 'operator', 'auditor', 'user'] as const;
export type Role = (typeof ROLES)[number];

/** `POST /api/v1/sign-in` with the secret of a one-time sign-in link. */
export interface SignInRequest {
  readonly token: string;
}

/** `POST /api/v1/sign-in/password`. */
export interface PasswordSignInRequest {
  readonly userName: string;
  readonly password: string;
}

/** How a web session began. */
export type SignInMethod = 'link' | 'password' | 'oidc';

/** `GET /api/v1/sign-in/methods`: what the sign-in page offers. One-time links always work. */
export interface SignInMethods {
  readonly password: boolean;
  /** Name of the OpenID Connect provider; null when there is none. */
  readonly provider: string | null;
}

/** `GET /api/v1/account`: the signed-in person's own. */
export interface Account extends Me {
  readonly hasPassword: boolean;
  /** False for people of an OpenID Connect provider, and where local passwords are switched off. */
  readonly mayHavePassword: boolean;
  /** True when a new password asks for the one that holds. */
  readonly currentPasswordNeeded: boolean;
  /** Characters that a password needs at least. */
  readonly passwordMinLength: number;
}

/** `PUT /api/v1/account/password`. */
export interface PasswordChange {
  readonly currentPassword?: string;
  readonly newPassword: string;
}

/** One of `GET /api/v1/account/sessions` -> `{ sessions }`. */
export interface WebSessionInfo {
  readonly id: string;
  readonly method: SignInMethod;
  readonly clientAddress: string;
  readonly userAgent: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  /** The one that asks. */
  readonly current: boolean;
}

/** One of `GET /api/v1/account/tokens` -> `{ tokens }`. */
export interface ApiTokenInfo {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly expired: boolean;
  readonly lastUsedAt: string | null;
  readonly lastUsedAddress: string | null;
}

/** `POST /api/v1/account/tokens`. */
export interface ApiTokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Days from now. */
  readonly lifetimeDays: number;
}

/** Its answer, 201: `token` is shown this once. */
export interface ApiTokenCreated extends ApiTokenInfo {
  readonly token: string;
}

/** One of `GET /api/v1/users` -> `{ users }`. */
export interface UserInfo {
  readonly id: UserId;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  /** True when the OpenID Connect provider decides about name and roles. */
  readonly external: boolean;
  readonly hasPassword: boolean;
  readonly disabled: boolean;
  readonly createdAt: string;
  readonly lastSignInAt: string | null;
}

/** `POST /api/v1/users`. */
export interface UserRequest {
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

/** Answer to `POST /api/v1/users` (with `user`) and `POST /api/v1/users/:id/link`: the link is shown this once. */
export interface SignInLink {
  readonly user: UserInfo;
  /** Secret of the one-time link, `/sign-in#token=<token>`. */
  readonly token: string;
  readonly expiresAt: string;
}

/** `PATCH /api/v1/users/:id`. */
export interface UserUpdate {
  readonly displayName?: string;
  readonly roles?: readonly Role[];
  readonly disabled?: boolean;
}

/** One of `GET /api/v1/targets` -> `{ targets: TargetInfo[] }`. */
export interface TargetInfo {
  readonly id: TargetId;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** What holds for sessions to it: the target's own setting, else the host's. */
  readonly recording: RecordingSetting;
}

/** Answer of `POST /api/v1/entra/sign-ins` with `{ targetId }`: open the address in the browser that asked. */
export interface EntraSignInBegun {
  readonly id: string;
  readonly authorizationUrl: string;
}

/** `GET /api/v1/entra/sign-ins/:id`. */
export interface EntraSignInState {
  readonly granted: boolean;
}

/** One of `GET /api/v1/credentials` -> `{ credentials: CredentialInfo[] }`. */
export interface CredentialInfo {
  readonly targetId: TargetId;
  /** Null when the target is not in the inventory any more. */
  readonly targetName: string | null;
  readonly userName: string;
  /** Empty for none. */
  readonly domain: string;
  readonly restrictedAdmin: boolean;
  readonly store: 'embedded' | 'key-vault';
  readonly updatedAt: string;
}

/** `PUT /api/v1/targets/:id/credential`. */
export interface NewCredential {
  readonly userName: string;
  readonly domain?: string;
  readonly password: string;
  readonly restrictedAdmin?: boolean;
}

/** `POST /api/v1/sessions`. */
export interface SessionRequest {
  /** A target of the inventory; or else `address`. */
  readonly targetId?: TargetId;
  /** IP address to connect to, in place of a target. */
  readonly address?: string;
  /** Of the address; 3389 when left out. */
  readonly port?: number;
  readonly connectionMethod: Exclude<ConnectionMethod, 'imported'>;
  readonly authenticationMethod: AuthenticationMethod;
  /** User name at the target, for Kerberos: `name@realm`. */
  readonly signInName?: string;
  /** A sign-in with Entra ID that the person made for the target: `EntraSignInBegun.id`. */
  readonly entraSignIn?: string;
  /** Version of the recording notice that the person accepted; a recorded session in the portal needs it. */
  readonly acceptedNotice?: string;
  /** Secret of the shareable link that the person came by. */
  readonly linkSecret?: string;
  /** What the gateway signs in with at the target; without it, the target's own credential if it has one. */
  readonly credential?: { readonly userName: string; readonly domain?: string; readonly password: string };
  /**
   * How a native client is to prove itself: with the one-time password (NLA), which is the default, or with the ticket
   * alone (TLS), where WITNESS_TLS_ONLY_TICKETS allows it.
   */
  readonly clientSecurity?: 'nla' | 'tls';
}

/** What a person signs in with at the gateway, once. */
export interface OneTimeCredential {
  readonly userName: string;
  readonly password: string;
}

/** Its answer, 201. */
export interface SessionCreated {
  readonly sessionId: SessionId;
  readonly expiresAt: string;
  readonly recorded: boolean;
  /** The routing token that carries the ticket. */
  readonly routingToken: string;
  /** What may pass through it besides picture and input. */
  readonly channels: readonly ChannelUse[];
  /** Of a Kerberos session: path of its KDC proxy on this host. Secret: whoever has it may ask the KDCs. */
  readonly kdcProxyPath?: string;
  /** Null in the portal, and for a ticket that is for TLS alone. */
  readonly oneTime: OneTimeCredential | null;
  /** A command line to copy. */
  readonly xfreerdp: string;
  /** Contents of an .rdp file. */
  readonly rdpFile: string;
}

export type SessionState = 'authorised' | 'connecting' | 'live' | 'client-lost' | 'ended' | 'refused' | 'expired';
/** How far a recording is. */
export type RecordingProgress = 'live' | 'finishing' | 'finished' | 'failed';
/** The recording rule: Entra ID showed in a portal session that was being recorded. */
export type WithheldReason = 'recording-rule';
/** `withheld`: there is one, however far, and nobody is shown it. */
export type RecordingState = 'none' | RecordingProgress | 'withheld';

/** One of `GET /api/v1/sessions?limit=&before=` -> `SessionList`; `GET /api/v1/sessions/:id` gives one. */
export interface SessionInfo {
  readonly id: SessionId;
  readonly userName: string;
  readonly targetName: string;
  readonly targetAddress: string;
  readonly connectionMethod: ConnectionMethod;
  readonly authenticationMethod: AuthenticationMethod;
  readonly state: SessionState;
  readonly recording: RecordingState;
  readonly clientAddress: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly endReason: string | null;
  readonly gapCount: number;
  /** Bytes of video stored so far. */
  readonly videoBytes: number;
}

export interface SessionList {
  readonly sessions: readonly SessionInfo[];
  /** Pass as `before` for the next page; null on the last. */
  readonly next: string | null;
}

/** `GET /api/v1/recordings/:sessionId`: what the replay page needs at once. */
export interface RecordingInfo {
  readonly session: SessionInfo;
  /** `/api/v1/recordings/:id/playlist.m3u8`. */
  readonly playlistUrl: string;
  readonly durationMs: number;
  /** Size of the first video in pixels; null while there is none. */
  readonly width: number | null;
  readonly height: number | null;
  readonly encoder: string | null;
  readonly gaps: readonly { readonly startMs: number; readonly endMs: number; readonly reason: string }[];
  readonly interruptions: readonly { readonly startMs: number; readonly endMs: number; readonly reason: string }[];
  /** Spans in which the picture did not change, for "skip idle". */
  readonly idle: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Playlist time of session time: videos follow one another in the player without the interruptions between them. */
  readonly timeline: readonly {
    readonly playerStartMs: number;
    readonly sessionStartMs: number;
    readonly durationMs: number;
  }[];
}

/** One of `GET /api/v1/recordings/:sessionId/events?after=&limit=` -> `EventPage`. */
export interface EventInfo {
  readonly mediaMs: number;
  readonly kind: string;
  readonly data: { readonly [key: string]: string | number | boolean };
}

export interface EventPage {
  readonly events: readonly EventInfo[];
  /** Pass as `after` for what follows, be it stored already or still to come. */
  readonly next: number;
  /** True when more is stored already. */
  readonly more: boolean;
}

/** `GET /api/v1/health`. */
export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly version: string;
  readonly uptimeMs: number;
  readonly encoder: string;
  readonly storage: 'ok' | 'unreachable';
  readonly audit: 'ok' | 'failing';
  readonly database: 'ok' | 'failing';
  readonly liveSessions: number;
  readonly recordersRunning: number;
  readonly recordingLagMs: number;
  readonly problems: readonly string[];
}
