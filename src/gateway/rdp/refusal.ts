/** Refuses a client so that it shows why: TLS, the connection sequence up to licensing, an error code, the end. */
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { ConnectionRequest } from '../../rdp/connection/x224/connection-request.js';
import { refuseConnection } from '../../rdp/server/refuse-connection.js';
import { stepServerSequence } from '../../rdp/server/server-sequence.js';
import { DecodeError, UnexpectedPduError } from '../../rdp/wire/errors.js';
import { Framer } from '../../rdp/wire/tpkt.js';
import type { RefusalReason } from './admission.js';
import { clientOffersTls, openClientLeg, refuseWithoutTls } from './client-leg.js';
import { TARGET_PROBLEMS, type TargetProblem } from './target/target-error.js';

const HANDSHAKE_TIMEOUT_MS = 5_000;
/** The whole refusal; a client that is slower does not learn why. */
const REFUSAL_TIMEOUT_MS = 10_000;

const SERVER_DENIED_CONNECTION = 0x0007;
const CB_DESTINATION_POOL_NOT_FREE = 0x0408;
const CB_CONNECTION_CANCELLED = 0x0409;

/** The code that the client shows, [MS-RDPBCGR] 2.2.5.1.1. */
const ERROR_INFO: { readonly [Reason in RefusalReason]: number } = {
  'ticket-missing': SERVER_DENIED_CONNECTION,
  'ticket-unknown': SERVER_DENIED_CONNECTION,
  'ticket-expired': CB_CONNECTION_CANCELLED,
  'ticket-used': SERVER_DENIED_CONNECTION,
  'ticket-wrong-entrance': SERVER_DENIED_CONNECTION,
  'ticket-wrong-address': SERVER_DENIED_CONNECTION,
  'session-over': CB_CONNECTION_CANCELLED,
  'reconnect-window-over': CB_CONNECTION_CANCELLED,
  'policy-denied': SERVER_DENIED_CONNECTION,
  'policy-changed': SERVER_DENIED_CONNECTION,
  'too-many-sessions': CB_DESTINATION_POOL_NOT_FREE,
};

function errorInfoOf(reason: RefusalReason | TargetProblem): number {
  return reason in ERROR_INFO
    ? ERROR_INFO[reason as RefusalReason]
    : TARGET_PROBLEMS[reason as TargetProblem].errorInfo;
}

/** Resolves when the connection is over. Whatever the client does meanwhile ends it, and nothing else. */
export async function refuseAfterTls(
  socket: Socket,
  request: ConnectionRequest,
  secureContext: SecureContext,
  reason: RefusalReason | TargetProblem,
): Promise<void> {
  if (!clientOffersTls(request)) {
    refuseWithoutTls(socket, request);
    return;
  }
  let client: TLSSocket;
  try {
    client = await openClientLeg(socket, request, secureContext, HANDSHAKE_TIMEOUT_MS);
  } catch {
    // The refusal is on record already; this client does not learn of it.
    return;
  }
  await converse(client, request.negotiation?.requestedProtocols ?? 0, errorInfoOf(reason));
  socket.destroy();
}

function converse(client: TLSSocket, requestedProtocols: number, errorInfo: number): Promise<void> {
  return new Promise((resolve) => {
    const framer = new Framer();
    let state = refuseConnection(requestedProtocols, errorInfo);
    const timer = setTimeout(() => client.destroy(), REFUSAL_TIMEOUT_MS);
    client.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    client.on('data', (chunk: Buffer) => {
      try {
        for (const pdu of framer.push(chunk)) {
          const step = stepServerSequence(state, pdu);
          state = step.state;
          for (const output of step.outputs) {
            if (output.type === 'send') client.write(output.bytes);
            if (output.type === 'end') client.end();
          }
        }
      } catch (error) {
        if (!(error instanceof DecodeError || error instanceof UnexpectedPduError)) throw error;
        client.destroy();
      }
    });
    client.resume();
  });
}
