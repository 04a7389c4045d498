/** Audit events: one row of the hash-chained log each. */
import type { ChainId, SessionId } from './ids.js';
import { canonicalJson, type Json } from './json.js';

/** Every kind of audit event, with what it says. */
export const AUDIT_EVENT_KINDS = {
  'gateway.started': 'The gateway started',
  'gateway.stopped': 'The gateway stopped',
  'sign-in.link-issued': 'A sign-in link was issued',
  'sign-in.succeeded': 'A person signed in',
  'sign-in.failed': 'A sign-in was refused',
  'sign-in.ended': 'A person signed out',
  'sign-in.sessions-ended': 'Web sessions of a person were ended',
  'sign-in.password-changed': 'A person set a password',
  'user.created': 'A person was added',
  'user.changed': 'A person was changed, disabled or enabled',
  'user.credentials-reset': 'Password, web sessions and API tokens of a person were withdrawn',
  'token.created': 'An API token was made',
  'token.revoked': 'An API token was revoked',
  'token.used': 'An API token was used from an address for the first time, or from another than before',
  'session.requested': 'A session was requested',
  'session.notice-accepted': 'A person accepted that their session is recorded',
  'session.decided': 'Policy decided about a session',
  'session.ticket-issued': 'A ticket was issued',
  'session.ticket-redeemed': 'A ticket was redeemed',
  'session.ticket-refused': 'A ticket was refused',
  'request.refused': 'A request to the HTTP API was refused to a person who is signed in',
  'connection.refused': 'A connection was refused',
  'refusals.counted': 'Refusals of clients were so many that they were counted',
  'session.connected': 'The client and the target are connected',
  'session.target-certificate': 'The target showed its certificate',
  'target.certificate-changed': 'A target showed another certificate than before',
  'session.credential-used': 'The gateway signed in at the target with a credential',
  'session.logon': 'The target reported a logon',
  'session.target-error': 'The target reported an error',
  'session.limit-reached': 'A limit on sessions was reached',
  'session.clipboard': 'Something passed through the clipboard, or was withheld',
  'session.drive': 'A redirected device was used, or was withheld',
  'session.client-lost': 'The client connection was lost',
  'session.reconnected': 'The client came back',
  'session.ended': 'The session ended',
  'session.disconnect-requested': 'An administrator asked to disconnect a session',
  'recording.started': 'Recording started',
  'recording.gap': 'A span could not be recorded',
  'recording.ended': 'Recording ended',
  'recording.finished': 'The recording is stored and verified',
  'recording.failed': 'The recorder failed',
  'recording.withheld': 'The recording rule forbids a recording afterwards: nobody is shown it',
  'recording.recovered': 'A recording was taken up again after a crash',
  'import.requested': 'A captured session was given for import',
  'import.refused': 'The import of a captured session was refused',
  'import.made': 'A captured session was imported',
  'replay.watched': 'A recording was watched',
  'recording.read': 'The details and events of a recording, or its manifest, were read',
  'export.made': 'Records were exported',
  'link.created': 'A shareable link was made',
  'link.used': 'A shareable link was shown by a person who is signed in',
  'link.revoked': 'A shareable link was revoked',
  'link.refused': 'A shareable link was refused',
  'kdc-proxy.request': 'A request of Kerberos was passed on to a KDC',
  'kdc-proxy.refused': 'A request to the KDC proxy was refused',
  'entra.sign-in-begun': 'A person began to sign in with Entra ID for a target',
  'entra.sign-in-granted': 'A person signed in with Entra ID for a target',
  'entra.sign-in-failed': 'A sign-in with Entra ID for a target failed',
  'credential.set': 'A credential for a target was stored',
  'credential.cleared': 'The credential of a target was removed',
  'policy.changed': 'Policy was changed',
} as const;

export type AuditEventKind = keyof typeof AUDIT_EVENT_KINDS;

/** What a caller hands to the audit log. `data` is a fact sheet: no secret, no payload but copied text that a setting asks for. */
export interface AuditEvent {
  readonly kind: AuditEventKind;
  /** Who caused it: `user:<id>`, `client:<address>`, `target:<name>`, `gateway` or `command-line`. */
  readonly actor: string;
  readonly sessionId: SessionId | null;
  readonly data: { readonly [key: string]: Json };
}

/** A stored row. `hash` is the SHA-256 of `auditRowBytes`, in hexadecimal; the first row's `previousHash` is 64 zeros. */
export interface AuditRow extends AuditEvent {
  readonly chainId: ChainId;
  /** 1 for the chain's first row. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly previousHash: string;
  readonly hash: string;
}

export const AUDIT_GENESIS_HASH = '0'.repeat(64);

/** The text whose UTF-8 bytes are hashed into `hash`: canonical JSON of everything but `hash` itself. */
export function auditRowText(row: Omit<AuditRow, 'hash'>): string {
  return canonicalJson({
    actor: row.actor,
    chainId: row.chainId,
    data: row.data,
    kind: row.kind,
    previousHash: row.previousHash,
    sequence: row.sequence,
    sessionId: row.sessionId,
    timeMs: row.timeMs,
  });
}

/** A signed statement that a chain had this hash at this position. Kept outside the database. */
export interface AuditCheckpoint {
  readonly format: 'witness-checkpoint';
  readonly chainId: ChainId;
  readonly sequence: number;
  readonly hash: string;
  readonly timeMs: number;
  readonly keyId: string;
  /** Base64 Ed25519 signature over the canonical JSON of the other fields. */
  readonly signature: string;
}
