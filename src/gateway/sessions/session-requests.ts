/** Requests for sessions: policy decides, the decision is audited, and only then there is a ticket. */
import { randomBytes } from 'node:crypto';
import type { ReasonInfo, Role, SessionCreated, SessionRequest } from '../../contract/api.js';
import { type ChannelPolicy, channelPolicy } from '../../contract/channel-policy.js';
import { sessionId, type SessionId, type UserId, uuidV7 } from '../../contract/ids.js';
import type { RecordingNotice } from '../../contract/portal.js';
import type { Database } from '../../database/open.js';
import { isUnlisted, type TargetRecord } from '../../database/targets.js';
import type { Decided, SessionPolicy } from '../../inventory/session-policy.js';
import type { TypedAddresses } from '../../inventory/typed-address.js';
import { explain } from '../../policy/decide.js';
import { recordingSettingOf } from '../../policy/facts.js';
import type { OneTimePasswords } from '../credentials/one-time-passwords.js';
import type { SessionSecret, SessionSecrets } from '../credentials/session-secrets.js';
import type { EntraSignIns } from '../entra/entra-sign-ins.js';
import type { KdcProxy } from '../kdc-proxy/kdc-proxy.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { clientAddressOf } from '../rdp/client-address.js';
import { createTicket, routingTokenOf, ticketHash } from '../rdp/ticket.js';
import { rdpFileFor, xfreerdpCommandFor } from './connect-instructions.js';
import { explainNoPlace, type SessionPlaces } from './session-places.js';
import type { LinkRefusal, ShareableLinks } from './shareable-links.js';

const DEFAULT_PORT = 3389;

export interface RequestingUser {
  readonly id: UserId;
  readonly userName: string;
  readonly roles: readonly Role[];
}

export interface SessionRequestsOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly gatewayId: string;
  readonly policy: SessionPolicy;
  readonly addresses: Pick<TypedAddresses, 'find'>;
  readonly secrets: Pick<SessionSecrets, 'keep'>;
  /** What may pass through sessions, where the target says nothing else. */
  readonly channels: ChannelPolicy;
  /** What a person accepts before a recorded session in the browser; null when there is nothing to accept. */
  readonly notice: RecordingNotice | null;
  /** Null where no authority of Entra ID is configured. */
  readonly entra: Pick<EntraSignIns, 'take'> | null;
  /** Null where no KDC is configured. */
  readonly kdcProxy: Pick<KdcProxy, 'issue'> | null;
  readonly places: Pick<SessionPlaces, 'look'>;
  readonly links: Pick<ShareableLinks, 'show'>;
  readonly oneTime: Pick<OneTimePasswords, 'create'>;
  readonly tlsOnlyTickets: boolean;
  readonly ticketAddressBinding: boolean;
  readonly ticketLifetimeMs: number;
  /** Where native clients connect to. */
  readonly rdpAddress: { readonly host: string; readonly port: number };
}

export type RefusedRequest =
  'tls-only-tickets-off' | 'entra-sign-in-missing' | 'notice-not-accepted' | 'address-not-open';

export type SessionRequestResult =
  | { readonly created: SessionCreated }
  | { readonly denied: readonly ReasonInfo[] }
  /** Too many sessions are open. */
  | { readonly full: ReasonInfo }
  /** The shareable link leads nowhere. */
  | { readonly link: LinkRefusal }
  /** The person showed too many links that do not exist. */
  | { readonly lockedOutMs: number }
  /** There are no such tickets here; a session of Entra ID has no sign-in that was made for it; an address is not to be typed. */
  | { readonly refused: RefusedRequest };

export class SessionRequests {
  readonly #options: SessionRequestsOptions;

  constructor(options: SessionRequestsOptions) {
    this.#options = options;
  }

  /** Decides about a request and, when it is allowed, makes session and ticket. */
  async request(user: RequestingUser, request: SessionRequest, clientAddress: string): Promise<SessionRequestResult> {
    const { audit, database, policy, tlsOnlyTickets } = this.#options;
    const id = sessionId(this.#uuid());
    const actor = `user:${user.id}`;
    const { targetId = null, address, port, connectionMethod } = request;
    const place = address === undefined ? { targetId } : { address, port: port ?? DEFAULT_PORT };
    const asked = { ...place, connectionMethod };
    await audit.append({
      kind: 'session.requested',
      actor,
      sessionId: id,
      data: { ...asked, authenticationMethod: request.authenticationMethod, clientAddress, userName: user.userName },
    });
    const tlsOnly = request.connectionMethod === 'native' && request.clientSecurity === 'tls';
    if (tlsOnly && !tlsOnlyTickets) {
      return this.#refuse(id, actor, 'tls-only-tickets-off');
    }
    const named = await this.#targetOf(request);
    if (named === 'address-not-open') return this.#refuse(id, actor, named, place);
    const { linkSecret } = request;
    const at = { sessionId: id, targetId: named?.id ?? targetId, clientAddress };
    const shown = linkSecret === undefined ? null : await this.#options.links.show(user, linkSecret, at);
    if (shown?.kind === 'refused') return { link: shown.reason };
    if (shown?.kind === 'locked-out') return { lockedOutMs: shown.retryAfterMs };
    const throughLink = shown !== null;
    const decided = await policy.decideFor(user, named, { ...request, throughLink, signInName: signInNameOf(request) });
    const { decision, target } = decided;
    const data = {
      ...decisionData(decided, 'request'),
      ...(address !== undefined && { ...place, targetId: target?.id ?? null }),
    };
    await audit.append({ kind: 'session.decided', actor, sessionId: id, data });
    if (decision.outcome === 'denied' || target === null) return { denied: decision.reasons.map(explain) };
    const full = await this.#options.places.look(user.id);
    if (full !== null) {
      const data = { ...full, at: 'request' };
      await audit.append({ kind: 'session.limit-reached', actor, sessionId: id, data });
      return { full: explainNoPlace(full) };
    }
    const recorded = decision.permit !== null;
    if (recorded && !(await this.#knowsOfRecording(id, user, request))) return { refused: 'notice-not-accepted' };
    const secret = await this.#secretFor(user, request, target);
    if (secret === 'missing') return { refused: 'entra-sign-in-missing' };
    if (address !== undefined) await database.targets.keepUnlisted(target);
    const linkId = shown?.link.id ?? null;
    const authorised = { id, user, request, decided, recorded, target, actor, clientAddress, secret, linkId };
    return { created: await this.#create(authorised) };
  }

  /** Null when there is no such target. */
  async #targetOf({ targetId, address, port }: SessionRequest): Promise<TargetRecord | 'address-not-open' | null> {
    const { addresses, database } = this.#options;
    if (address !== undefined) return (await addresses.find({ address, port })) ?? 'address-not-open';
    const target = targetId === undefined ? null : await database.targets.get(targetId);
    if (target === null || !isUnlisted(target.id)) return target;
    // Typed once, by whomever: the networks and the inventory of now hold for it, as if it were typed again.
    return (await addresses.find(target)) ?? 'address-not-open';
  }

  async #refuse(
    id: SessionId,
    actor: string,
    refused: RefusedRequest,
    more: { readonly [key: string]: string | number | null } = {},
  ): Promise<SessionRequestResult> {
    const data = { reason: refused, ...more };
    await this.#options.audit.append({ kind: 'request.refused', actor, sessionId: id, data });
    return { refused };
  }

  async #create(authorised: {
    id: SessionId;
    user: RequestingUser;
    request: SessionRequest;
    decided: Decided;
    recorded: boolean;
    target: TargetRecord;
    actor: string;
    clientAddress: string;
    secret: SessionSecret | null;
    linkId: string | null;
  }): Promise<SessionCreated> {
    const { database, audit, clock, gatewayId, ticketLifetimeMs, rdpAddress } = this.#options;
    const { id, user, request, recorded, target, secret, linkId } = authorised;
    const { facts, decision } = authorised.decided;
    const nowMs = clock();
    const expiresAtMs = nowMs + ticketLifetimeMs;
    const ticket = createTicket();
    const native = request.connectionMethod === 'native';
    const tlsOnly = native && request.clientSecurity === 'tls';
    const oneTime = native && !tlsOnly ? this.#options.oneTime.create(id) : null;
    // Without a proof the ticket is all there is, and it travels before TLS.
    const bound = tlsOnly || this.#options.ticketAddressBinding ? clientAddressOf(authorised.clientAddress) : null;
    const proof = oneTime !== null ? 'one-time-password' : tlsOnly ? 'none (TLS only)' : 'none (portal)';
    const data = { expiresAtMs, entrance: request.connectionMethod, proof, boundClientAddress: bound };
    await audit.append({ kind: 'session.ticket-issued', actor: authorised.actor, sessionId: id, data });
    const kdcToken = await database.transaction(async ({ sessions, tickets, ...others }) => {
      await sessions.create({
        id,
        userId: user.id,
        userName: user.userName,
        targetId: target.id,
        targetName: target.name,
        targetAddress: target.address,
        targetPort: target.port,
        connectionMethod: facts.connectionMethod,
        authenticationMethod: facts.authenticationMethod,
        protocol: 'rdp',
        throughLink: facts.throughLink,
        signInName: signInNameOf(request),
        recordingSetting: recordingSettingOf(facts),
        recorded,
        decisionId: decision.decisionId,
        policyVersion: facts.policyVersion,
        gatewayId,
        createdAtMs: nowMs,
      });
      await tickets.create({
        ticketHash: ticketHash(ticket),
        sessionId: id,
        entrance: request.connectionMethod,
        createdAtMs: nowMs,
        expiresAtMs,
        boundClientAddress: bound,
        proof: oneTime?.proof ?? null,
      });
      if (linkId !== null) await others.shareableLinks.tie(id, linkId);
      if (secret !== null) await this.#options.secrets.keep(others.sessionSecrets, id, secret, expiresAtMs);
      const { kdcProxy } = this.#options;
      return facts.authenticationMethod === 'kerberos' && kdcProxy !== null
        ? kdcProxy.issue(others.kdcTokens, id)
        : null;
    });
    const routingToken = routingTokenOf(ticket);
    const told = oneTime?.told ?? null;
    const instructions = { ...rdpAddress, routingToken, userName: told?.userName ?? null };
    return {
      sessionId: id,
      expiresAt: new Date(expiresAtMs).toISOString(),
      recorded,
      routingToken,
      channels: [...channelPolicy(this.#options.channels, await database.targetChannels.get(target.id))],
      oneTime: told,
      xfreerdp: xfreerdpCommandFor(instructions),
      rdpFile: rdpFileFor(instructions),
      ...(kdcToken !== null && { kdcProxyPath: `/KdcProxy/${kdcToken}` }),
    };
  }

  /** In the browser a person accepts the notice, which is put on record; a native client shows none. */
  async #knowsOfRecording(id: SessionId, user: RequestingUser, request: SessionRequest): Promise<boolean> {
    const { audit, notice } = this.#options;
    if (notice === null || request.connectionMethod !== 'portal') return true;
    if (request.acceptedNotice !== notice.version) return false;
    const data = { notice: notice.version, userName: user.userName };
    await audit.append({ kind: 'session.notice-accepted', actor: `user:${user.id}`, sessionId: id, data });
    return true;
  }

  /** What the session signs in with, of what the person gave for it; null: nothing. */
  async #secretFor(
    user: RequestingUser,
    request: SessionRequest,
    target: TargetRecord,
  ): Promise<SessionSecret | 'missing' | null> {
    const { authenticationMethod, credential, entraSignIn } = request;
    // The client speaks Kerberos itself; with a password the gateway would sign in by NTLM under its label.
    if (authenticationMethod === 'kerberos') return null;
    if (authenticationMethod === 'password') {
      return credential === undefined ? null : { kind: 'password', ...credential, domain: credential.domain ?? '' };
    }
    const { entra, database } = this.#options;
    if (entra === null || entraSignIn === undefined) return 'missing';
    const proof = await entra.take(database.entraSignIns, entraSignIn, user.id, target.id);
    return proof === null ? 'missing' : { kind: 'entra', ...proof };
  }

  #uuid(): string {
    return uuidV7(this.#options.clock(), randomBytes(10));
  }
}

/** User name at the target, as far as it is known now. */
function signInNameOf({ signInName, credential }: SessionRequest): string | null {
  return signInName ?? credential?.userName ?? null;
}

/** What the audit log says of a decision. */
export function decisionData(
  { decision, facts }: Pick<Decided, 'decision' | 'facts'>,
  at: 'request' | 'redemption' | 'reconnection',
): { readonly [key: string]: string | boolean | number | readonly string[] } {
  return {
    at,
    decisionId: decision.decisionId,
    outcome: decision.outcome,
    recorded: decision.outcome === 'allowed' && decision.permit !== null,
    recording: recordingSettingOf(facts),
    policyVersion: facts.policyVersion,
    reasons: decision.reasons,
  };
}
