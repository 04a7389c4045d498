/**
 * A client in a browser: RDCleanPath, then RDP without TLS over its WebSocket. The browser's HTTPS protects it on the way
 * to the gateway.
 */
import type { Duplex } from 'node:stream';
import type { RefusalReason } from '../gateway/rdp/refusal-reason.js';
import { confirm } from '../gateway/rdp/client-leg.js';
import type { SessionClient } from '../gateway/rdp/session-client.js';
import type { TargetLeg } from '../gateway/rdp/target/open-target-leg.js';
import type { TargetProblem } from '../gateway/rdp/target/target-error.js';
import { PROTOCOL_SSL } from '../rdp/connection/security-protocols.js';
import { EXTENDED_CLIENT_DATA_SUPPORTED } from '../rdp/connection/x224/connection-confirm.js';
import type { ConnectionRequest } from '../rdp/connection/x224/connection-request.js';
import { encodeRdCleanPath, type RdCleanPathPdu } from '../rdp/rdcleanpath/rdcleanpath-pdu.js';
import { MAX_RDCLEANPATH_CERTIFICATES } from '../rdp/wire/limits.js';
import { type PortalProblem, rdCleanPathErrorOf } from './portal-errors.js';

/** A browser that was refused gets this long to read why. */
const HANG_UP_MS = 2_000;
/** All certificates together; their lengths are 16 bits. One that does not fit stays away, and all above it. */
const MAX_CHAIN_BYTES = 48 * 1024;

export class PortalClient implements SessionClient {
  readonly clientAddress: string;
  readonly browser = true;
  /** It binds to the certificate that it is shown, and that is the target's own. */
  readonly signsIn = true;
  readonly saysOneTimePassword = false;
  readonly #stream: Duplex;
  readonly #request: ConnectionRequest;
  #tookLeave = false;

  constructor(stream: Duplex, request: ConnectionRequest, clientAddress: string) {
    this.#stream = stream;
    this.#request = request;
    this.clientAddress = clientAddress;
  }

  get requestedProtocols(): number {
    return this.#request.negotiation?.requestedProtocols ?? 0;
  }

  get tookLeave(): boolean {
    return this.#tookLeave;
  }

  /** The person has disconnected, and does not come back to this session. */
  takeLeave(): void {
    this.#tookLeave = true;
    // What they sent before that may still wait for a target that does not read.
    this.destroy();
  }

  async open(target: TargetLeg): Promise<Duplex> {
    if (this.#stream.destroyed) throw new Error('the browser is gone');
    // Where the gateway has signed in, the browser has nothing to prove any more.
    const selectedProtocol = target.clientInfo === null ? target.selectedProtocol : PROTOCOL_SSL;
    const negotiation = { kind: 'response', flags: EXTENDED_CLIENT_DATA_SUPPORTED, selectedProtocol } as const;
    send(this.#stream, {
      kind: 'response',
      x224ConnectionPdu: confirm(this.#request, negotiation),
      serverCertChain: chainThatFits(target),
      serverAddr: target.socket.remoteAddress ?? '',
    });
    return this.#stream;
  }

  refuse(reason: RefusalReason | TargetProblem): Promise<void> {
    return refuseStream(this.#stream, reason);
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

/** Tells a browser why it is not let in, and closes. */
export function refuseStream(stream: Duplex, problem: PortalProblem): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(), HANG_UP_MS);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    send(stream, rdCleanPathErrorOf(problem));
    stream.resume();
    stream.end();
  });
}

function send(stream: Duplex, pdu: RdCleanPathPdu): void {
  stream.write(encodeRdCleanPath(pdu));
}

/** As much of the target's chain as fits, its own certificate first. */
function chainThatFits({ certificate }: TargetLeg): Uint8Array[] {
  let sizeBytes = 0;
  const chain = certificate.chain.slice(0, MAX_RDCLEANPATH_CERTIFICATES);
  const end = chain.findIndex((der) => (sizeBytes += der.length) > MAX_CHAIN_BYTES);
  return end === -1 ? chain : chain.slice(0, end);
}
