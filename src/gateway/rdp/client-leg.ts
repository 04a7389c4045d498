/** The leg to the client: the answer to its connection request, and TLS as a server. */
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import {
  encodeConnectionConfirm,
  EXTENDED_CLIENT_DATA_SUPPORTED,
  type NegotiationResult,
} from '../../rdp/connection/x224/connection-confirm.js';
import { PROTOCOL_SSL } from '../../rdp/connection/security-protocols.js';
import type { ConnectionRequest } from '../../rdp/connection/x224/connection-request.js';
import { encodeTpkt } from '../../rdp/wire/tpkt.js';

/** A client that was refused gets this long to read why. */
const HANG_UP_MS = 1_000;

/** What the gateway shows a client in TLS, and what CredSSP binds to. */
export interface TlsIdentity {
  readonly secureContext: SecureContext;
  /** Of the certificate: `subjectPublicKeyOf`. */
  readonly subjectPublicKey: Uint8Array;
}

/** True when the client can speak TLS without NLA. */
export function clientOffersTls(request: ConnectionRequest): boolean {
  return ((request.negotiation?.requestedProtocols ?? 0) & PROTOCOL_SSL) !== 0;
}

/** The answer to a connection request, as it goes on the wire. */
export function confirm(request: ConnectionRequest, negotiation: NegotiationResult): Uint8Array {
  const references = { dstRef: request.srcRef, srcRef: 0x1234, classOption: 0 };
  return encodeTpkt(encodeConnectionConfirm({ ...references, negotiation, trailing: new Uint8Array(0) }));
}

/** Tells a client what it has to offer (a `failureCode`), and closes, whether the client does or not. */
export function refuseNegotiation(socket: Socket, request: ConnectionRequest, failureCode: number): void {
  const timer = setTimeout(() => socket.destroy(), HANG_UP_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(confirm(request, { kind: 'failure', flags: 0, failureCode }));
}

/** Selects a security protocol and does the handshake. Rejects with an error that says what went wrong; the socket is destroyed then. */
export function openClientLeg(
  socket: Socket,
  request: ConnectionRequest,
  secureContext: SecureContext,
  selectedProtocol: number,
  timeoutMs: number,
): Promise<TLSSocket> {
  const flags = EXTENDED_CLIENT_DATA_SUPPORTED;
  socket.write(confirm(request, { kind: 'response', flags, selectedProtocol }));
  return new Promise((resolve, reject) => {
    const tls = new TLSSocket(socket, { isServer: true, secureContext });
    const timer = setTimeout(() => fail('no TLS handshake in time'), timeoutMs);
    const fail = (detail: string): void => {
      clearTimeout(timer);
      tls.destroy();
      socket.destroy();
      reject(new Error(detail));
    };
    tls.once('error', (error) => fail(`TLS failed${'code' in error ? `: ${String(error.code)}` : ''}`));
    tls.once('close', () => fail('closed during the TLS handshake'));
    tls.once('secure', () => {
      clearTimeout(timer);
      tls.removeAllListeners('error').removeAllListeners('close');
      tls.on('error', () => {});
      tls.pause();
      resolve(tls);
    });
  });
}
