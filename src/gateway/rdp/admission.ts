/**
 * Whether a connection at an entrance may become a session: the ticket locates it, policy is evaluated again, and both
 * are audited before anything happens.
 */
import type { Database } from '../../database/open.js';
import type { SessionRecord } from '../../database/sessions.js';
import type { Decided, SessionPolicy } from '../../inventory/session-policy.js';
import type { RecordingPermit } from '../../policy/permit.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { decisionData } from '../sessions/session-requests.js';
import { type LiveSession, type LiveSessions } from '../sessions/live-session.js';
import type { SessionPlaces } from '../sessions/session-places.js';
import { ticketHash } from './ticket.js';

export interface AdmissionOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly policy: SessionPolicy;
  readonly reconnectWindowMs: number;
  readonly live: LiveSessions;
  readonly places: Pick<SessionPlaces, 'take'>;
}

/** Why nobody was let in. */
export type RefusalReason =
  | 'ticket-missing'
  | 'ticket-unknown'
  | 'ticket-expired'
  | 'ticket-used'
  | 'ticket-wrong-entrance'
  | 'ticket-wrong-address'
  | 'session-over'
  | 'reconnect-window-over'
  | 'policy-denied'
  /** Whether the session is recorded would change in mid-session. */
  | 'policy-changed'
  | 'too-many-sessions';

export type Admission =
  | {
      readonly kind: 'admitted';
      readonly session: SessionRecord;
      readonly permit: RecordingPermit | null;
      /** The session that the client comes back to; null for its first connection. */
      readonly live: LiveSession | null;
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly session: SessionRecord | null };

/** Where somebody shows a ticket, and from which address. */
export interface Shown {
  readonly entrance: 'native' | 'portal';
  readonly clientAddress: string;
}

const REFUSAL_OF_TICKET = {
  unknown: 'ticket-unknown',
  expired: 'ticket-expired',
  used: 'ticket-used',
  'wrong-entrance': 'ticket-wrong-entrance',
  'wrong-address': 'ticket-wrong-address',
  'session-over': 'session-over',
} as const;

const REFUSAL_OF_RETURN = {
  unknown: 'ticket-used',
  'not-waiting': 'ticket-used',
  'wrong-entrance': 'ticket-wrong-entrance',
  'wrong-address': 'ticket-wrong-address',
  'window-over': 'reconnect-window-over',
} as const;

/** Redeems the ticket, or takes the client back to its own session, and asks policy. Rejects when audit fails. */
export async function admit(options: AdmissionOptions, ticket: string | null, shown: Shown): Promise<Admission> {
  const refuse = (reason: RefusalReason, session: SessionRecord | null = null) =>
    refused(options, reason, shown, session);
  if (ticket === null) return refuse('ticket-missing');
  const hash = ticketHash(ticket);
  const redeemed = await options.database.tickets.redeem(hash, { ...shown, nowMs: options.clock() });
  if (redeemed.kind === 'redeemed') return admitSession(options, redeemed.session, shown, null);
  if (redeemed.kind !== 'used') return refuse(REFUSAL_OF_TICKET[redeemed.kind]);
  return readmit(options, hash, shown);
}

async function readmit(options: AdmissionOptions, hash: string, shown: Shown): Promise<Admission> {
  const { database, clock, reconnectWindowMs, live } = options;
  const result = await database.tickets.readmit(hash, { ...shown, nowMs: clock() }, reconnectWindowMs);
  if (result.kind !== 'readmitted') return refused(options, REFUSAL_OF_RETURN[result.kind], shown, null);
  const existing = live.get(result.session.id);
  // Another gateway, or an earlier process, held this session: its picture went on nowhere else.
  if (existing === undefined) {
    await waitAgain(options, result.session);
    return refused(options, 'session-over', shown, result.session);
  }
  return admitSession(options, result.session, shown, existing);
}

async function admitSession(
  options: AdmissionOptions,
  session: SessionRecord,
  shown: Shown,
  live: LiveSession | null,
): Promise<Admission> {
  const { audit } = options;
  const decided = await decideAgain(options, session);
  const { decision } = decided;
  const at = live === null ? 'redemption' : 'reconnection';
  await audit.append({
    kind: 'session.ticket-redeemed',
    actor: `client:${shown.clientAddress}`,
    sessionId: session.id,
    data: { at, entrance: shown.entrance, userName: session.userName, targetName: session.targetName },
  });
  const data = decisionData(decided, at);
  await audit.append({ kind: 'session.decided', actor: 'gateway', sessionId: session.id, data });
  const changes =
    live !== null && decision.outcome === 'allowed' && (live.permit === null) !== (decision.permit === null);
  if (decision.outcome === 'denied' || changes) {
    const reason = decision.outcome === 'denied' ? 'policy-denied' : 'policy-changed';
    const admission = await refused(options, reason, shown, session);
    await (live === null ? endUnused(options, session, reason) : waitAgain(options, session));
    return admission;
  }
  // A client that comes back has its place.
  const full = live === null ? await options.places.take(session, shown.clientAddress) : null;
  if (full !== null) {
    const limit = { ...full, at };
    await audit.append({ kind: 'session.limit-reached', actor: 'gateway', sessionId: session.id, data: limit });
    const admission = await refused(options, 'too-many-sessions', shown, session);
    await endUnused(options, session, 'too-many-sessions');
    return admission;
  }
  return { kind: 'admitted', session, permit: decision.permit, live };
}

/** With the facts of now: the person, the target, their roles or the host may be others than at the request. */
async function decideAgain({ database, policy }: AdmissionOptions, session: SessionRecord): Promise<Decided> {
  const user = await database.users.get(session.userId);
  const { connectionMethod, authenticationMethod, throughLink, signInName } = session;
  // No entrance takes tickets of imported sessions: there are none.
  if (connectionMethod === 'imported') throw new Error('an imported session has no ticket');
  const person = user === null || user.disabledAtMs !== null ? null : user;
  const asked = { connectionMethod, authenticationMethod, throughLink, signInName };
  return policy.decide(person, session.targetId, asked);
}

/** The ticket is used up, so the session can never connect. */
async function endUnused({ database, clock }: AdmissionOptions, { id }: SessionRecord, reason: string): Promise<void> {
  await database.sessions.update(id, { state: 'refused', endedAtMs: clock(), endReason: reason });
}

/** The client may try again until the window is over. */
async function waitAgain({ database, clock }: AdmissionOptions, { id }: SessionRecord): Promise<void> {
  await database.sessions.update(id, { state: 'client-lost', clientLostAtMs: clock() });
}

async function refused(
  { audit }: AdmissionOptions,
  reason: RefusalReason,
  shown: Shown,
  session: SessionRecord | null,
): Promise<Admission> {
  await audit.append({
    kind: 'session.ticket-refused',
    actor: `client:${shown.clientAddress}`,
    sessionId: session?.id ?? null,
    data: { reason, entrance: shown.entrance },
  });
  return { kind: 'refused', reason, session };
}
