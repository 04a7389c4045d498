/** Requests for sessions: policy decides, the decision is audited, and only then there is a ticket. */
import { randomBytes } from 'node:crypto';
import type { ReasonInfo, SessionCreated, SessionRequest } from '../../contract/api.js';
import { sessionId, type SessionId, uuidV7 } from '../../contract/ids.js';
import type { RecordingNotice } from '../../contract/portal.js';
import { isUnlisted, type TargetRecord } from '../../database/targets.js';
import type { Decided, SessionPolicy } from '../../inventory/session-policy.js';
import type { TypedAddresses } from '../../inventory/typed-address.js';
import { explain } from '../../policy/decide.js';
import { recordingSettingOf } from '../../policy/facts.js';
import type { SessionSecret } from '../credentials/session-secrets.js';
import type { EntraSignIns } from '../entra/entra-sign-ins.js';
import {
  type Asked,
  type Authorised,
  type RequestingUser,
  SessionCreation,
  type SessionCreationOptions,
  signInNameOf,
} from './session-creation.js';
import { explainNoPlace, type SessionPlaces } from './session-places.js';
import type { LinkRefusal, ShareableLinks } from './shareable-links.js';

const DEFAULT_PORT = 3389;

export interface SessionRequestsOptions extends SessionCreationOptions {
  readonly policy: SessionPolicy;
  readonly addresses: Pick<TypedAddresses, 'find'>;
  /** What a person accepts before a recorded session in the browser; null when there is nothing to accept. */
  readonly notice: RecordingNotice | null;
  /** Null where no authority of Entra ID is configured. */
  readonly entra: Pick<EntraSignIns, 'take'> | null;
  readonly places: Pick<SessionPlaces, 'look'>;
  readonly links: Pick<ShareableLinks, 'show'>;
  readonly tlsOnlyTickets: boolean;
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
  readonly #creation: SessionCreation;

  constructor(options: SessionRequestsOptions) {
    this.#options = options;
    this.#creation = new SessionCreation(options);
  }

  /** Decides about a request and, when it is allowed, makes session and ticket. */
  async request(user: RequestingUser, request: SessionRequest, clientAddress: string): Promise<SessionRequestResult> {
    const asked = await this.#receive(user, request, clientAddress);
    const tlsOnly = request.connectionMethod === 'native' && request.clientSecurity === 'tls';
    if (tlsOnly && !this.#options.tlsOnlyTickets) return this.#refuse(asked, 'tls-only-tickets-off');
    const named = await this.#targetOf(request);
    if (named === 'address-not-open') return this.#refuse(asked, named, asked.place);
    const { linkSecret, targetId = null } = request;
    const at = { sessionId: asked.id, targetId: named?.id ?? targetId, clientAddress };
    const shown = linkSecret === undefined ? null : await this.#options.links.show(user, linkSecret, at);
    if (shown?.kind === 'refused') return { link: shown.reason };
    if (shown?.kind === 'locked-out') return { lockedOutMs: shown.retryAfterMs };
    const decided = await this.#decide(asked, named, shown !== null);
    const { decision, target } = decided;
    if (decision.outcome === 'denied' || target === null) return { denied: decision.reasons.map(explain) };
    const recorded = decision.permit !== null;
    return this.#authorise(asked, { decided, recorded, target, linkId: shown?.link.id ?? null });
  }

  /** Gives the session its id, and puts on record what is asked for. */
  async #receive(user: RequestingUser, request: SessionRequest, clientAddress: string): Promise<Asked> {
    const { targetId = null, address, port, connectionMethod, authenticationMethod } = request;
    const id = sessionId(this.#uuid());
    const actor = `user:${user.id}`;
    const place = address === undefined ? { targetId } : { address, port: port ?? DEFAULT_PORT };
    await this.#options.audit.append({
      kind: 'session.requested',
      actor,
      sessionId: id,
      data: { ...place, connectionMethod, authenticationMethod, clientAddress, userName: user.userName },
    });
    return { id, actor, user, request, clientAddress, place };
  }

  async #decide(
    { id, actor, user, request, place }: Asked,
    named: TargetRecord | null,
    throughLink: boolean,
  ): Promise<Decided> {
    const { audit, policy } = this.#options;
    const decided = await policy.decideFor(user, named, { ...request, throughLink, signInName: signInNameOf(request) });
    const typed = request.address === undefined ? {} : { ...place, targetId: decided.target?.id ?? null };
    const data = { ...decisionData(decided, 'request'), ...typed };
    await audit.append({ kind: 'session.decided', actor, sessionId: id, data });
    return decided;
  }

  /** Policy allows it: what else there has to be for a session. */
  async #authorise(
    asked: Asked,
    allowed: Pick<Authorised, 'decided' | 'recorded' | 'target' | 'linkId'>,
  ): Promise<SessionRequestResult> {
    const { audit, database, places } = this.#options;
    const { id, actor, user, request } = asked;
    const { recorded, target } = allowed;
    const full = await places.look(user.id);
    if (full !== null) {
      const data = { ...full, at: 'request' };
      await audit.append({ kind: 'session.limit-reached', actor, sessionId: id, data });
      return { full: explainNoPlace(full) };
    }
    if (recorded && !(await this.#knowsOfRecording(id, user, request))) return { refused: 'notice-not-accepted' };
    const secret = await this.#secretFor(user, request, target);
    if (secret === 'missing') return { refused: 'entra-sign-in-missing' };
    if (request.address !== undefined) await database.targets.keepUnlisted(target);
    return { created: await this.#creation.create({ ...asked, ...allowed, secret }) };
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
    { id, actor }: Asked,
    refused: RefusedRequest,
    more: { readonly [key: string]: string | number | null } = {},
  ): Promise<SessionRequestResult> {
    const data = { reason: refused, ...more };
    await this.#options.audit.append({ kind: 'request.refused', actor, sessionId: id, data });
    return { refused };
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
