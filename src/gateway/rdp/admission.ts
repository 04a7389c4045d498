/**
 * Whether a connection at an entrance may become a session: the ticket locates it, policy is evaluated again, and both
 * are audited before anything happens.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { RefusalRecorder } from '../../audit/refusal-log.js';
import type { Database } from '../../database/open.js';
import type { SessionRecord } from '../../database/sessions.js';
import { type LocatedTicket, MAX_FAILED_PROOFS, type TicketShown } from '../../database/tickets.js';
import type { Decided, SessionPolicy } from '../../inventory/session-policy.js';
import type { LockOut, LockOutLimits } from '../../identity/lock-out.js';
import { networkOf } from '../../identity/network-of.js';
import type { RecordingPermit } from '../../policy/permit.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { decisionData } from '../sessions/session-requests.js';
import { type LiveSession, type LiveSessions } from '../sessions/live-session.js';
import type { SessionPlaces } from '../sessions/session-places.js';
import { linkHolds } from '../sessions/shareable-links.js';
import { ATTEMPTS, REFUSAL_OF_RETURN, REFUSAL_OF_TICKET, type RefusalReason } from './refusal-reason.js';
import { ticketHash } from './ticket.js';

export interface AdmissionOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly policy: SessionPolicy;
  readonly reconnectWindowMs: number;
  readonly live: LiveSessions;
  readonly places: Pick<SessionPlaces, 'take'>;
  /** Networks from which tickets or passwords were shown that were not theirs to use. */
  readonly attempts: LockOut;
  readonly refusals: RefusalRecorder;
}

/** Tickets and passwords cannot be guessed; who tries all the same, or replays what was on the wire, waits. */
export function attemptLimits(failures: number): LockOutLimits {
  return { failures, windowMs: 60_000, lockedMs: 60_000 };
}

/** So long may the connection take to end that a returned client takes the place of. */
const TAKE_OVER_MS = 5_000;
const TAKE_OVER_STEP_MS = 50;

export type Admission =
  | {
      readonly kind: 'admitted';
      readonly session: SessionRecord;
      readonly permit: RecordingPermit | null;
      /** The session that the client comes back to; null for its first connection. */
      readonly live: LiveSession | null;
      /** It is a session of Kerberos, and the host lets none of them fall back to NTLM. */
      readonly ntlmBlocked: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly session: SessionRecord | null };

/** Where somebody shows a ticket, and from which address. */
export interface Shown {
  readonly entrance: 'native' | 'portal';
  readonly clientAddress: string;
  /** The client has proven the one-time password that the ticket asks for. */
  readonly proven?: boolean;
}

/** A ticket that lets its client in once it has proven its one-time password. */
export interface AskForProof {
  readonly kind: 'ask-for-proof';
  readonly hash: string;
  readonly ticket: LocatedTicket & { readonly proof: NonNullable<LocatedTicket['proof']> };
}

/** Redeems the ticket, or takes the client back to its own session, and asks policy. Rejects when audit fails. */
export async function admit(options: AdmissionOptions, ticket: string | null, shown: Shown): Promise<Admission> {
  const refuse = (reason: RefusalReason, session: SessionRecord | null = null) =>
    refused(options, reason, shown, session);
  // The row of the attempt that locked the network out says until when; those that follow are counted.
  if (lockedOut(options, shown)) {
    const { clientAddress } = shown;
    options.refusals.count({ kind: 'session.ticket-refused', clientAddress, reason: 'too-many-attempts' });
    return { kind: 'refused', reason: 'too-many-attempts', session: null };
  }
  if (ticket === null) return refuse('ticket-missing');
  const hash = ticketHash(ticket);
  const result = await options.database.tickets.redeem(hash, shownNow(options, shown));
  if (result.kind === 'redeemed') return admitSession(options, result.session, shown, null);
  if (result.kind !== 'used') return refuse(REFUSAL_OF_TICKET[result.kind]);
  return readmit(options, hash, shown);
}

/**
 * For entrances that can ask for a proof: `admit`, unless all that is missing is the one-time password. Then nothing has
 * happened yet; `admit` with `proven` follows, or `wrongProof`.
 */
export async function admitOrAsk(
  options: AdmissionOptions,
  ticket: string | null,
  shown: Shown,
): Promise<Admission | AskForProof> {
  if (ticket === null || lockedOut(options, shown)) return admit(options, ticket, shown);
  const { tickets } = options.database;
  const hash = ticketHash(ticket);
  const located = await tickets.locate(hash);
  const proof = located?.proof ?? null;
  if (located === null || proof === null) return admit(options, ticket, shown);
  // Without a proof neither of these changes anything: they say whether a proof would.
  const now = shownNow(options, { ...shown, proven: false });
  const first = await tickets.redeem(hash, now);
  const kind = first.kind === 'used' ? (await tickets.readmit(hash, now, options.reconnectWindowMs)).kind : first.kind;
  if (kind !== 'unproven' && kind !== 'still-connected') return admit(options, ticket, shown);
  return { kind: 'ask-for-proof', hash, ticket: { ...located, proof } };
}

/** A client did not know the one-time password of the ticket that it showed. It is counted, and on record. */
export async function wrongProof(
  options: AdmissionOptions,
  { hash, ticket }: AskForProof,
  shown: Shown,
): Promise<void> {
  const session = await options.database.sessions.get(ticket.sessionId);
  const failedProofs = await options.database.tickets.failProof(hash);
  await refused(options, 'ticket-wrong-password', shown, session, { failedProofs });
  if (session?.state === 'authorised' && failedProofs >= MAX_FAILED_PROOFS) {
    await endUnused(options, session, 'ticket-guessed');
  }
}

function shownNow({ clock }: AdmissionOptions, shown: Shown): TicketShown {
  return { ...shown, proven: shown.proven === true, nowMs: clock() };
}

function lockedOut({ attempts, clock }: AdmissionOptions, { clientAddress }: Shown): boolean {
  return attempts.remainingMs(networkOf(clientAddress), clock()) > 0;
}

/**
 * A client whose network went away may be back before anybody has noticed: when it proves the one-time password again, it
 * takes the place of its own dead connection. A ticket alone, which others may have seen, does not.
 */
async function readmit(options: AdmissionOptions, hash: string, shown: Shown): Promise<Admission> {
  const { database, reconnectWindowMs, live } = options;
  const ask = () => database.tickets.readmit(hash, shownNow(options, shown), reconnectWindowMs);
  let result = await ask();
  for (let waitedMs = 0; waitedMs < TAKE_OVER_MS; waitedMs += TAKE_OVER_STEP_MS) {
    if (result.kind !== 'still-connected' || shown.proven !== true) break;
    live.get(result.sessionId)?.connection?.end('client-lost');
    await delay(TAKE_OVER_STEP_MS);
    result = await ask();
  }
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
    data: {
      at,
      entrance: shown.entrance,
      proof: shown.proven === true ? 'one-time-password' : 'none',
      userName: session.userName,
      targetName: session.targetName,
    },
  });
  // Nobody comes back then, so nobody proves anything again.
  if (options.reconnectWindowMs === 0) await options.database.tickets.eraseProof(session.id);
  const data = decisionData(decided, at);
  await audit.append({ kind: 'session.decided', actor: 'gateway', sessionId: session.id, data });
  const changes =
    decision.outcome === 'allowed' &&
    (live === null
      ? decided.facts.policyVersion !== session.policyVersion
      : recordedOtherwise(live.permit, decision.permit));
  const linked = await linkHolds(options.database, session, options.clock());
  if (decision.outcome === 'denied' || changes || !linked) {
    const reason = decision.outcome === 'denied' ? 'policy-denied' : changes ? 'policy-changed' : 'link-over';
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
  const ntlmBlocked = session.authenticationMethod === 'kerberos' && decided.facts.ntlmFallbackBlocked;
  return { kind: 'admitted', session, permit: decision.permit, live, ntlmBlocked };
}

/** A session is recorded throughout or not at all, and no less strictly than policy says by now. */
function recordedOtherwise(before: RecordingPermit | null, now: RecordingPermit | null): boolean {
  const stricter = now?.recording === 'required' && before?.recording === 'preferred';
  return (before === null) !== (now === null) || stricter;
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
  { refusals, attempts, clock }: AdmissionOptions,
  reason: RefusalReason,
  shown: Shown,
  session: SessionRecord | null,
  more: { readonly failedProofs?: number } = {},
): Promise<Admission> {
  const { clientAddress, entrance } = shown;
  const network = networkOf(clientAddress);
  const locks = ATTEMPTS.has(reason) && attempts.fail(network, clock());
  const lockedOutMs = locks ? { addressLockedOutMs: attempts.remainingMs(network, clock()) } : {};
  const data = { entrance, ...more, ...lockedOutMs };
  const refusal = {
    kind: 'session.ticket-refused',
    clientAddress,
    reason,
    sessionId: session?.id ?? null,
    data,
  } as const;
  await (session === null ? refusals.record(refusal) : refusals.recordAlways(refusal));
  return { kind: 'refused', reason, session };
}
