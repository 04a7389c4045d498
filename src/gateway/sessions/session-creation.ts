/** What a request that is allowed is given: a session, its ticket, and how to connect with it. */
import type { Role, SessionCreated, SessionRequest } from '../../contract/api.js';
import { type ChannelPolicy, channelPolicy } from '../../contract/channel-policy.js';
import type { SessionId, UserId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { TargetRecord } from '../../database/targets.js';
import type { Decided } from '../../inventory/session-policy.js';
import { recordingSettingOf } from '../../policy/facts.js';
import type { OneTimePasswords } from '../credentials/one-time-passwords.js';
import type { SessionSecret, SessionSecrets } from '../credentials/session-secrets.js';
import type { KdcProxy } from '../kdc-proxy/kdc-proxy.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { clientAddressOf } from '../rdp/client-address.js';
import { createTicket, routingTokenOf, ticketHash } from '../rdp/ticket.js';
import { rdpFileFor, xfreerdpCommandFor } from './connect-instructions.js';

export interface SessionCreationOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly gatewayId: string;
  readonly secrets: Pick<SessionSecrets, 'keep'>;
  /** What may pass through sessions, where the target says nothing else. */
  readonly channels: ChannelPolicy;
  /** Null where no KDC is configured. */
  readonly kdcProxy: Pick<KdcProxy, 'issue'> | null;
  readonly oneTime: Pick<OneTimePasswords, 'create'>;
  readonly ticketAddressBinding: boolean;
  readonly ticketLifetimeMs: number;
  /** Where native clients connect to. */
  readonly rdpAddress: { readonly host: string; readonly port: number };
}

export interface RequestingUser {
  readonly id: UserId;
  readonly userName: string;
  readonly roles: readonly Role[];
}

/** A request that is on record. */
export interface Asked {
  readonly id: SessionId;
  readonly actor: string;
  readonly user: RequestingUser;
  readonly request: SessionRequest;
  readonly clientAddress: string;
  /** Where to: a target of the inventory, or what was typed. */
  readonly place: { readonly targetId: string | null } | { readonly address: string; readonly port: number };
}

/** One that becomes a session. */
export interface Authorised extends Asked {
  readonly decided: Decided;
  readonly recorded: boolean;
  readonly target: TargetRecord;
  readonly secret: SessionSecret | null;
  readonly linkId: string | null;
}

interface Issued {
  readonly ticket: string;
  readonly nowMs: number;
  readonly expiresAtMs: number;
  readonly oneTime: ReturnType<OneTimePasswords['create']> | null;
  readonly boundClientAddress: string | null;
}

export class SessionCreation {
  readonly #options: SessionCreationOptions;

  constructor(options: SessionCreationOptions) {
    this.#options = options;
  }

  async create(authorised: Authorised): Promise<SessionCreated> {
    const issued = await this.#issue(authorised);
    const kdcToken = await this.#store(authorised, issued);
    return this.#answer(authorised, issued, kdcToken);
  }

  async #issue({ id, actor, request, clientAddress }: Authorised): Promise<Issued> {
    const { audit, clock, oneTime: passwords, ticketAddressBinding, ticketLifetimeMs } = this.#options;
    const native = request.connectionMethod === 'native';
    const tlsOnly = native && request.clientSecurity === 'tls';
    const nowMs = clock();
    const expiresAtMs = nowMs + ticketLifetimeMs;
    const oneTime = native && !tlsOnly ? passwords.create(id) : null;
    // Without a proof the ticket is all there is, and it travels before TLS.
    const boundClientAddress = tlsOnly || ticketAddressBinding ? clientAddressOf(clientAddress) : null;
    const proof = oneTime !== null ? 'one-time-password' : tlsOnly ? 'none (TLS only)' : 'none (portal)';
    const data = { expiresAtMs, entrance: request.connectionMethod, proof, boundClientAddress };
    await audit.append({ kind: 'session.ticket-issued', actor, sessionId: id, data });
    return { ticket: createTicket(), nowMs, expiresAtMs, oneTime, boundClientAddress };
  }

  /** All of it, or nothing. Gives the token for the KDC proxy; null when the session needs none. */
  #store(authorised: Authorised, issued: Issued): Promise<string | null> {
    const { database, secrets, kdcProxy } = this.#options;
    const { id, request, decided, secret, linkId } = authorised;
    const { ticket, nowMs, expiresAtMs, oneTime, boundClientAddress } = issued;
    return database.transaction(async ({ sessions, tickets, ...others }) => {
      await sessions.create({ ...sessionRow(authorised), gatewayId: this.#options.gatewayId, createdAtMs: nowMs });
      await tickets.create({
        ticketHash: ticketHash(ticket),
        sessionId: id,
        entrance: request.connectionMethod,
        createdAtMs: nowMs,
        expiresAtMs,
        boundClientAddress,
        proof: oneTime?.proof ?? null,
      });
      if (linkId !== null) await others.shareableLinks.tie(id, linkId);
      if (secret !== null) await secrets.keep(others.sessionSecrets, id, secret, expiresAtMs);
      const kerberos = decided.facts.authenticationMethod === 'kerberos';
      return kerberos && kdcProxy !== null ? kdcProxy.issue(others.kdcTokens, id) : null;
    });
  }

  async #answer(
    { id, recorded, target }: Authorised,
    { ticket, expiresAtMs, oneTime }: Issued,
    kdcToken: string | null,
  ): Promise<SessionCreated> {
    const { database, channels, rdpAddress } = this.#options;
    const routingToken = routingTokenOf(ticket);
    const told = oneTime?.told ?? null;
    const instructions = { ...rdpAddress, routingToken, userName: told?.userName ?? null };
    return {
      sessionId: id,
      expiresAt: new Date(expiresAtMs).toISOString(),
      recorded,
      routingToken,
      channels: [...channelPolicy(channels, await database.targetChannels.get(target.id))],
      oneTime: told,
      xfreerdp: xfreerdpCommandFor(instructions),
      rdpFile: rdpFileFor(instructions),
      ...(kdcToken !== null && { kdcProxyPath: `/KdcProxy/${kdcToken}` }),
    };
  }
}

function sessionRow({ id, user, target, request, recorded, decided: { facts, decision } }: Authorised) {
  return {
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
  } as const;
}

/** User name at the target, as far as it is known now. */
export function signInNameOf({ signInName, credential }: SessionRequest): string | null {
  return signInName ?? credential?.userName ?? null;
}
