/** Requests for sessions: policy decides, the decision is audited, and only then there is a ticket. */
import { randomBytes } from 'node:crypto';
import type { ReasonInfo, Role, SessionCreated, SessionRequest } from '../../contract/api.js';
import { decisionId, sessionId, type SessionId, type UserId, uuidV7 } from '../../contract/ids.js';
import type { RecordingSetting } from '../../contract/rule.js';
import type { Database } from '../../database/open.js';
import { type Decision, decide, explain, type SessionFacts } from '../../policy/decide.js';
import type { SessionSecrets } from '../credentials/session-secrets.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { createTicket, routingTokenOf, ticketHash } from '../rdp/ticket.js';
import { rdpFileFor, xfreerdpCommandFor } from './connect-instructions.js';

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
  readonly policyVersion: number;
  /** The host's setting: for targets without one of their own. */
  readonly recording: RecordingSetting;
  readonly secrets: Pick<SessionSecrets, 'keep'>;
  readonly ticketLifetimeMs: number;
  /** Where native clients connect to. */
  readonly rdpAddress: { readonly host: string; readonly port: number };
}

export type SessionRequestResult = { readonly created: SessionCreated } | { readonly denied: readonly ReasonInfo[] };

export class SessionRequests {
  readonly #options: SessionRequestsOptions;

  constructor(options: SessionRequestsOptions) {
    this.#options = options;
  }

  /** Decides about a request and, when it is allowed, makes session and ticket. */
  async request(user: RequestingUser, request: SessionRequest, clientAddress: string): Promise<SessionRequestResult> {
    const { database, audit, policyVersion } = this.#options;
    const id = sessionId(this.#uuid());
    const actor = `user:${user.id}`;
    const target = await database.targets.get(request.targetId);
    const asked = { targetId: request.targetId, connectionMethod: request.connectionMethod };
    await audit.append({
      kind: 'session.requested',
      actor,
      sessionId: id,
      data: { ...asked, authenticationMethod: request.authenticationMethod, clientAddress, userName: user.userName },
    });
    const facts: SessionFacts = {
      connectionMethod: request.connectionMethod,
      authenticationMethod: request.authenticationMethod,
      protocol: 'rdp',
      roles: user.roles,
      targetKnown: target !== null,
      recording: target?.recordingSetting ?? this.#options.recording,
      policyVersion,
    };
    const decision = decide(facts, decisionId(this.#uuid()));
    await audit.append({ kind: 'session.decided', actor, sessionId: id, data: decisionData(decision, 'request') });
    if (decision.outcome === 'denied' || target === null) return { denied: decision.reasons.map(explain) };
    const recorded = decision.permit !== null;
    return { created: await this.#create({ id, user, request, facts, decision, recorded, target, actor }) };
  }

  async #create(authorised: {
    id: SessionId;
    user: RequestingUser;
    request: SessionRequest;
    facts: SessionFacts;
    decision: Decision;
    recorded: boolean;
    target: { name: string; address: string; port: number };
    actor: string;
  }): Promise<SessionCreated> {
    const { database, audit, clock, gatewayId, ticketLifetimeMs, rdpAddress } = this.#options;
    const { id, user, request, facts, decision, recorded, target } = authorised;
    const nowMs = clock();
    const expiresAtMs = nowMs + ticketLifetimeMs;
    const ticket = createTicket();
    const data = { expiresAtMs, entrance: request.connectionMethod };
    await audit.append({ kind: 'session.ticket-issued', actor: authorised.actor, sessionId: id, data });
    await database.transaction(async ({ sessions, tickets, sessionSecrets }) => {
      await sessions.create({
        id,
        userId: user.id,
        userName: user.userName,
        targetId: request.targetId,
        targetName: target.name,
        targetAddress: target.address,
        targetPort: target.port,
        connectionMethod: facts.connectionMethod,
        authenticationMethod: facts.authenticationMethod,
        protocol: facts.protocol,
        recordingSetting: facts.recording,
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
        boundClientAddress: null,
      });
      const { credential } = request;
      if (credential === undefined) return;
      const typed = { ...credential, domain: credential.domain ?? '' };
      await this.#options.secrets.keep(sessionSecrets, id, typed, expiresAtMs);
    });
    const routingToken = routingTokenOf(ticket);
    const instructions = { ...rdpAddress, routingToken };
    return {
      sessionId: id,
      expiresAt: new Date(expiresAtMs).toISOString(),
      recorded,
      routingToken,
      xfreerdp: xfreerdpCommandFor(instructions),
      rdpFile: rdpFileFor(instructions),
    };
  }

  #uuid(): string {
    return uuidV7(this.#options.clock(), randomBytes(10));
  }
}

/** What the audit log says of a decision. */
export function decisionData(
  decision: Decision,
  at: 'request' | 'redemption' | 'reconnection',
): { readonly [key: string]: string | boolean | number | readonly string[] } {
  return {
    at,
    decisionId: decision.decisionId,
    outcome: decision.outcome,
    recorded: decision.outcome === 'allowed' && decision.permit !== null,
    reasons: decision.reasons,
  };
}
