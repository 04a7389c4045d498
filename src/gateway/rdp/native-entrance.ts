/** The entrance for native clients: a TCP listener for RDP. Each connection stands alone; none can end another. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { SessionId } from '../../contract/ids.js';
import { NlaError } from '../../rdp/nla/nla-error.js';
import { DecodeError } from '../../rdp/wire/errors.js';
import {
  HYBRID_REQUIRED_BY_SERVER,
  INCONSISTENT_FLAGS,
  SSL_REQUIRED_BY_SERVER,
} from '../../rdp/connection/security-protocols.js';
import type { OneTimePasswords } from '../credentials/one-time-passwords.js';
import { SealError } from '../keys/sealing.js';
import { outliveErrors } from '../outlive-errors.js';
import { admit, admitOrAsk, type AdmissionOptions, type AskForProof, type Shown, wrongProof } from './admission.js';
import { clientAddressOf } from './client-address.js';
import { clientOffersTls, refuseNegotiation, type TlsIdentity } from './client-leg.js';
import { type ConnectionStart, PeerSilentError, readConnectionStart } from './connection-start.js';
import { NativeClient } from './native-client.js';
import { NlaClient } from './nla-client.js';
import {
  clientOffersNla,
  type NativeConnection,
  proveClient,
  type ProveResult,
  turnAway,
  wantsRemoteCredentialGuard,
} from './prove-client.js';
import { ntStatusOf, refuseAfterTls } from './refusal.js';
import type { RefusalReason } from './refusal-reason.js';
import type { RefusedSession } from './refusal-text.js';
import { runSession, type SessionRunnerOptions } from './session-runner.js';
import { KEEP_ALIVE } from './target/tcp.js';
import { ticketOf } from './ticket.js';

/** A client that says nothing for this long is not one. */
const FIRST_PDU_TIMEOUT_MS = 10_000;

export interface NativeEntranceOptions extends SessionRunnerOptions {
  readonly admission: AdmissionOptions;
  readonly tls: TlsIdentity;
  readonly oneTime: Pick<OneTimePasswords, 'open'>;
  readonly maxConnections: number;
  readonly log: Logger;
}

export class NativeEntrance {
  readonly #options: NativeEntranceOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #handling = new Set<Promise<void>>();

  constructor(options: NativeEntranceOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, pauseOnConnect: true, ...KEEP_ALIVE }, (socket) =>
      this.#accept(socket),
    );
    this.#server.maxConnections = options.maxConnections;
    outliveErrors(this.#server, 'rdp', options.log);
    this.#server.on('drop', (data) => this.#dropped(clientAddressOf(data?.remoteAddress)));
  }

  /** Listens; resolves with the port. Rejects when the port is taken. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no further connection and drops those that are no session yet. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([closed, ...this.#handling]);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Errors end in 'close', which every step listens for.
    socket.on('error', () => {});
    const handling = this.#handle(socket)
      .catch((error: unknown) => {
        this.#options.log.error({ error: nameOf(error) }, 'a connection failed');
        socket.destroy();
      })
      .finally(() => this.#handling.delete(handling));
    this.#handling.add(handling);
  }

  /** Beyond the most connections at a time nothing is read, but it is on record. */
  #dropped(clientAddress: string): void {
    const { maxConnections, log } = this.#options;
    const detail = `at most ${maxConnections} at a time (WITNESS_MAX_SESSIONS)`;
    this.#auditRefusal(clientAddress, 'too-many-connections', detail).catch((error: unknown) => {
      log.error({ error: nameOf(error) }, 'a refusal is not on record');
    });
  }

  async #handle(socket: Socket): Promise<void> {
    const clientAddress = clientAddressOf(socket.remoteAddress);
    const start = await this.#readStart(socket, clientAddress);
    if (start === null) return;
    const { request } = start;
    if (!clientOffersTls(request) && !clientOffersNla(request)) {
      const detail = 'the client offers neither TLS nor NLA (Standard RDP Security, RDSTLS and RDS AAD are not taken)';
      await this.#auditRefusal(clientAddress, 'client-without-tls', detail);
      refuseNegotiation(socket, request, SSL_REQUIRED_BY_SERVER);
      return;
    }
    if (wantsRemoteCredentialGuard(request)) {
      const { message } = new NlaError('remote-credential-guard');
      await this.#auditRefusal(clientAddress, 'remote-credential-guard', message);
      refuseNegotiation(socket, request, INCONSISTENT_FLAGS);
      return;
    }
    const { audit, clock, tls: identity } = this.#options;
    const admission = { ...this.#options.admission, audit };
    const shown = { entrance: 'native', clientAddress } as const;
    const connection = { socket, request, identity, clock };
    const ticket = ticketOf(start);
    const result = await admitOrAsk(admission, ticket, shown);
    if (result.kind === 'ask-for-proof' && ticket !== null) {
      await this.#prove(connection, admission, result, ticket, shown);
    } else if (result.kind === 'admitted') {
      await runSession(this.#options, result, new NativeClient(socket, request, identity.secureContext, clientAddress));
    } else if (result.kind === 'refused') {
      const about = this.#options.refusalPage ? result.session : null;
      await this.#refuse(connection, result.reason, about);
    }
  }

  async #refuse(connection: NativeConnection, reason: RefusalReason, about: RefusedSession | null): Promise<void> {
    const { socket, request, identity } = connection;
    if (clientOffersTls(request)) await refuseAfterTls(socket, request, identity.secureContext, reason, about);
    else await turnAway(connection, ntStatusOf(reason));
  }

  async #prove(
    connection: NativeConnection,
    admission: AdmissionOptions,
    asked: AskForProof,
    ticket: string,
    shown: Shown,
  ): Promise<void> {
    const { socket, request } = connection;
    const { clientAddress } = shown;
    if (!clientOffersNla(request)) {
      await admit(admission, ticket, shown);
      refuseNegotiation(socket, request, HYBRID_REQUIRED_BY_SERVER);
      return;
    }
    const ntHash = await this.#open(asked, clientAddress);
    if (ntHash === null) {
      await this.#refuse(connection, 'ticket-unproven', null);
      return;
    }
    const result = await proveClient(connection, admission, asked, ticket, shown, ntHash).finally(() => ntHash.fill(0));
    if (result.kind !== 'proven') {
      await this.#unproven(result, admission, asked, shown);
      return;
    }
    const protocols = request.negotiation?.requestedProtocols ?? 0;
    const client = new NlaClient(socket, result.tls, protocols, clientAddress);
    if (result.admission.kind === 'admitted') {
      await runSession(this.#options, result.admission, client);
      return;
    }
    await client.refuse(result.admission.reason, this.#options.refusalPage ? result.admission.session : null);
    client.destroy();
  }

  /** Null when it was sealed by a gateway with another key, which is on record. */
  async #open({ ticket }: AskForProof, clientAddress: string): Promise<Uint8Array | null> {
    try {
      return this.#options.oneTime.open(ticket.sessionId, ticket.proof);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      const detail = 'sealed with another key: gateways of one database need the same WITNESS_CREDENTIAL_KEY';
      await this.#auditRefusal(clientAddress, 'one-time-password-unreadable', detail, ticket.sessionId);
      return null;
    }
  }

  /** The client did not come through NLA: a wrong password counts against it, all else is on record. */
  async #unproven(
    result: Exclude<ProveResult, { kind: 'proven' }>,
    admission: AdmissionOptions,
    asked: AskForProof,
    shown: Shown,
  ): Promise<void> {
    const { lifecycle } = this.#options;
    const { clientAddress } = shown;
    const failed = result.kind === 'failed' ? result : null;
    const reason = failed === null ? 'client-tls-failed' : `client-nla-${failed.error.problem}`;
    const detail = result.kind === 'failed' ? result.error.message : result.detail;
    if (failed?.admission?.kind === 'admitted') {
      // It was let in, and then broke off: its ticket is used up.
      await lifecycle.refuse(failed.admission.session, failed.admission.live, reason, detail);
      this.#options.log.warn({ clientAddress, reason }, 'a client broke off when it had been let in');
    } else if (failed?.error.problem === 'wrong-password') {
      await wrongProof(admission, asked, shown);
    } else {
      await this.#auditRefusal(clientAddress, reason, detail, asked.ticket.sessionId);
    }
  }

  async #readStart(socket: Socket, clientAddress: string): Promise<ConnectionStart | null> {
    try {
      return await readConnectionStart(socket, FIRST_PDU_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof PeerSilentError || error instanceof DecodeError)) throw error;
      const reason = error instanceof DecodeError ? 'not-rdp' : `silent-${error.reason}`;
      await this.#auditRefusal(clientAddress, reason, error.message);
      socket.destroy();
      return null;
    }
  }

  async #auditRefusal(
    clientAddress: string,
    reason: string,
    detail: string,
    sessionId: SessionId | null = null,
  ): Promise<void> {
    const data = { detail, entrance: 'native' };
    const { refusals } = this.#options.admission;
    await refusals.record({ kind: 'connection.refused', clientAddress, reason, sessionId, data });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}
