/** A native client that has proven its one-time password with NLA: RDP goes on inside the TLS that is up already. */
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { RefusalReason } from './refusal-reason.js';
import { refuseInside } from './refusal.js';
import type { RefusedSession } from './refusal-text.js';
import type { SessionClient } from './session-client.js';
import type { TargetProblem } from './target/target-error.js';

export class NlaClient implements SessionClient {
  readonly clientAddress: string;
  readonly requestedProtocols: number;
  readonly browser = false;
  /** It has signed in at the gateway. */
  readonly signsIn = false;
  /** What it says in Client Info is the one-time password. */
  readonly saysOneTimePassword = true;
  /** It does so with a PDU, which the relay reads. */
  readonly tookLeave = false;
  readonly #socket: Socket;
  readonly #tls: TLSSocket;

  constructor(socket: Socket, tls: TLSSocket, requestedProtocols: number, clientAddress: string) {
    this.#socket = socket;
    this.#tls = tls;
    this.requestedProtocols = requestedProtocols;
    this.clientAddress = clientAddress;
  }

  async open(): Promise<Duplex> {
    if (this.#tls.destroyed) throw new Error('the client is gone');
    return this.#tls;
  }

  refuse(reason: RefusalReason | TargetProblem, about: RefusedSession | null): Promise<void> {
    return refuseInside(this.#tls, this.requestedProtocols, reason, about);
  }

  destroy(): void {
    this.#tls.destroy();
    this.#socket.destroy();
  }
}
