/** The entrance for native clients: a TCP listener for RDP. Each connection stands alone; none can end another. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { DecodeError } from '../../rdp/wire/errors.js';
import { admit, type AdmissionOptions } from './admission.js';
import { clientOffersTls, refuseWithoutTls } from './client-leg.js';
import { type ConnectionStart, PeerSilentError, readConnectionStart } from './connection-start.js';
import { NativeClient } from './native-client.js';
import { refuseAfterTls } from './refusal.js';
import { runSession, type SessionRunnerOptions } from './session-runner.js';
import { KEEP_ALIVE } from './target/tcp.js';
import { ticketOf } from './ticket.js';

/** A client that says nothing for this long is not one. */
const FIRST_PDU_TIMEOUT_MS = 10_000;

export interface NativeEntranceOptions extends SessionRunnerOptions {
  readonly admission: AdmissionOptions;
  readonly secureContext: SecureContext;
  readonly maxConnections: number;
  readonly log: Logger;
}

/** What dual-stack sockets put before IPv4 addresses. */
const IPV4_PREFIX = /^::ffff:/;

/** Address of a client as it is written down: IPv4 addresses without the prefix that dual-stack sockets give them. */
export function clientAddressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(IPV4_PREFIX, '');
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
    this.#server.on('drop', (data) => this.#dropped((data?.remoteAddress ?? 'unknown').replace(IPV4_PREFIX, '')));
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
    const clientAddress = clientAddressOf(socket);
    const start = await this.#readStart(socket, clientAddress);
    if (start === null) return;
    if (!clientOffersTls(start.request)) {
      await this.#auditRefusal(clientAddress, 'client-without-tls', 'the client does not offer TLS');
      refuseWithoutTls(socket, start.request);
      return;
    }
    const { admission, audit, secureContext } = this.#options;
    const admitted = await admit({ ...admission, audit }, ticketOf(start), { entrance: 'native', clientAddress });
    if (admitted.kind === 'refused') {
      this.#options.log.warn({ clientAddress, reason: admitted.reason }, 'a ticket was refused');
      await refuseAfterTls(socket, start.request, secureContext, admitted.reason);
      return;
    }
    const client = new NativeClient(socket, start.request, secureContext, clientAddress);
    await runSession(this.#options, admitted, client);
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

  async #auditRefusal(clientAddress: string, reason: string, detail: string): Promise<void> {
    const { audit, log } = this.#options;
    log.warn({ clientAddress, reason, detail }, 'a connection was refused');
    const data = { reason, detail, entrance: 'native' };
    await audit.append({ kind: 'connection.refused', actor: `client:${clientAddress}`, sessionId: null, data });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}
