/**
 * The entrance for clients in a browser: a WebSocket on the gateway's HTTPS server. Each connection stands alone; none can
 * end another.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { admit, type AdmissionOptions } from '../gateway/rdp/admission.js';
import { clientAddressOf } from '../gateway/rdp/client-address.js';
import { PeerSilentError } from '../gateway/rdp/connection-start.js';
import { runSession, type SessionRunnerOptions } from '../gateway/rdp/session-runner.js';
import { DecodeError } from '../rdp/wire/errors.js';
import { keepAlive } from './keep-alive.js';
import { PortalClient, refuseStream } from './portal-client.js';
import type { PortalProblem } from './portal-errors.js';
import { type PortalStart, readPortalStart } from './portal-start.js';

/** Where the client in the browser connects to. */
export const PORTAL_PATH = '/rdcleanpath';
/** A browser that says nothing for this long is not one. */
const FIRST_PDU_TIMEOUT_MS = 10_000;
const PING_MS = 15_000;
/** The page sends no longer messages (outboundMessageSizeLimit); one RDP PDU is at most this long. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** What waits for a slow browser before the target is paused. */
const HIGH_WATER_MARK_BYTES = 64 * 1024;
/** 1003: data of a kind that is not read here. */
const CLOSE_UNSUPPORTED_DATA = 1003;
/** The page's own code: the person has disconnected, and does not come back to this session. */
const CLOSE_DISCONNECTED = 4001;

export interface PortalEntranceOptions extends SessionRunnerOptions {
  readonly admission: AdmissionOptions;
  readonly maxConnections: number;
}

export class PortalEntrance {
  readonly #options: PortalEntranceOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Graphics is compressed already, and one history for all of a session would cost memory.
    perMessageDeflate: false,
  });
  readonly #handling = new Set<Promise<void>>();
  readonly #server: Server;
  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => {});
    if (pathOf(request) === PORTAL_PATH) this.#upgrade(request, socket, head);
    else turnAway(socket, '404 Not Found');
  };

  /** Takes the upgrades of `server`: those to PORTAL_PATH, and nobody takes others. */
  constructor(server: Server, options: PortalEntranceOptions) {
    this.#options = options;
    this.#server = server;
    server.on('upgrade', this.#onUpgrade);
  }

  /** Takes no further connection and drops those that are no session yet. */
  async close(): Promise<void> {
    this.#server.off('upgrade', this.#onUpgrade);
    for (const socket of this.#sockets.clients) socket.terminate();
    await Promise.all(this.#handling);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const clientAddress = clientAddressOf(request.socket.remoteAddress);
    const refuse = (status: string, reason: string, detail: string): void => {
      turnAway(socket, status);
      this.#auditRefusal(clientAddress, reason, detail).catch((error: unknown) => {
        this.#options.log.error({ error: nameOf(error) }, 'a refusal is not on record');
      });
    };
    const { origin, host } = request.headers;
    if (host === undefined || origin !== `https://${host}`) {
      refuse('403 Forbidden', 'cross-site', 'the Origin header names another site or none');
      return;
    }
    const { maxConnections } = this.#options;
    if (this.#sockets.clients.size >= maxConnections) {
      const detail = `at most ${maxConnections} at a time (WITNESS_MAX_SESSIONS)`;
      refuse('503 Service Unavailable', 'too-many-connections', detail);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, clientAddress));
  }

  #accept(webSocket: WebSocket, clientAddress: string): void {
    webSocket.on('message', (_data, isBinary) => {
      if (!isBinary) webSocket.close(CLOSE_UNSUPPORTED_DATA);
    });
    const marks = { readableHighWaterMark: HIGH_WATER_MARK_BYTES, writableHighWaterMark: HIGH_WATER_MARK_BYTES };
    const stream = createWebSocketStream(webSocket, marks);
    stream.pause();
    // Errors end in 'close', which every step listens for.
    stream.on('error', () => {});
    const handling = this.#handle(webSocket, stream, clientAddress)
      .catch((error: unknown) => {
        this.#options.log.error({ error: nameOf(error) }, 'a connection of the portal failed');
        return refuseStream(stream, 'gateway-failed');
      })
      .finally(() => {
        stream.destroy();
        this.#handling.delete(handling);
      });
    this.#handling.add(handling);
  }

  async #handle(webSocket: WebSocket, stream: Duplex, clientAddress: string): Promise<void> {
    const { admission, audit } = this.#options;
    const start = await this.#readStart(stream, clientAddress);
    if (start === null) return;
    const admitted = await admit({ ...admission, audit }, start.ticket, { entrance: 'portal', clientAddress });
    if (admitted.kind === 'refused') {
      await refuseStream(stream, admitted.reason);
      return;
    }
    keepAlive(webSocket, PING_MS);
    const client = new PortalClient(stream, start.request, clientAddress);
    // It ends the session by this connection alone: another one may have taken its place.
    webSocket.on('close', (code) => {
      if (code === CLOSE_DISCONNECTED) client.takeLeave();
    });
    await runSession(this.#options, admitted, client);
  }

  async #readStart(stream: Duplex, clientAddress: string): Promise<PortalStart | null> {
    try {
      return await readPortalStart(stream, FIRST_PDU_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof PeerSilentError || error instanceof DecodeError)) throw error;
      const reason: PortalProblem | `silent-${string}` =
        error instanceof DecodeError ? 'invalid-request' : `silent-${error.reason}`;
      await this.#auditRefusal(clientAddress, reason, error.message);
      if (reason === 'invalid-request') await refuseStream(stream, reason);
      return null;
    }
  }

  async #auditRefusal(clientAddress: string, reason: string, detail: string): Promise<void> {
    const data = { detail, entrance: 'portal' };
    const { refusals } = this.#options.admission;
    await refusals.record({ kind: 'connection.refused', clientAddress, reason, sessionId: null, data });
  }
}

/** The server has let go of the socket, so nobody else closes it: a client that stays must not keep it. */
function turnAway(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}
