/** A native client with a ticket for TLS alone: RDP over TCP, with TLS of its own to the gateway. */
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { ConnectionRequest } from '../../rdp/connection/x224/connection-request.js';
import type { RefusalReason } from './refusal-reason.js';
import { PROTOCOL_SSL } from '../../rdp/connection/security-protocols.js';
import { openClientLeg } from './client-leg.js';
import { refuseAfterTls } from './refusal.js';
import type { RefusedSession } from './refusal-text.js';
import type { SessionClient } from './session-client.js';
import type { TargetProblem } from './target/target-error.js';

const HANDSHAKE_TIMEOUT_MS = 15_000;

export class NativeClient implements SessionClient {
  readonly clientAddress: string;
  readonly browser = false;
  /** Its CredSSP would bind to the gateway's certificate, not to the target's. */
  readonly signsIn = false;
  readonly saysOneTimePassword = false;
  /** It does so with a PDU, which the relay reads. */
  readonly tookLeave = false;
  readonly #socket: Socket;
  readonly #request: ConnectionRequest;
  readonly #secureContext: SecureContext;

  constructor(socket: Socket, request: ConnectionRequest, secureContext: SecureContext, clientAddress: string) {
    this.#socket = socket;
    this.#request = request;
    this.#secureContext = secureContext;
    this.clientAddress = clientAddress;
  }

  get requestedProtocols(): number {
    return this.#request.negotiation?.requestedProtocols ?? 0;
  }

  open(): Promise<TLSSocket> {
    return openClientLeg(this.#socket, this.#request, this.#secureContext, PROTOCOL_SSL, HANDSHAKE_TIMEOUT_MS);
  }

  refuse(reason: RefusalReason | TargetProblem, about: RefusedSession | null): Promise<void> {
    return refuseAfterTls(this.#socket, this.#request, this.#secureContext, reason, about);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
