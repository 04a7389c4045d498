/** Refuses a client so that it shows why: TLS, the connection sequence up to licensing, an error code, the end. */
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { PROTOCOL_SSL, SSL_REQUIRED_BY_SERVER } from '../../rdp/connection/security-protocols.js';
import type { ConnectionRequest } from '../../rdp/connection/x224/connection-request.js';
import {
  STATUS_ACCOUNT_EXPIRED,
  STATUS_ACCOUNT_LOCKED_OUT,
  STATUS_ACCOUNT_RESTRICTION,
  STATUS_INVALID_WORKSTATION,
  STATUS_LOGON_FAILURE,
  STATUS_LOGON_TYPE_NOT_GRANTED,
} from '../../rdp/nla/nt-status.js';
import { refuseConnection } from '../../rdp/server/refuse-connection.js';
import { stepServerSequence } from '../../rdp/server/server-sequence.js';
import { DecodeError, UnexpectedPduError } from '../../rdp/wire/errors.js';
import { Framer } from '../../rdp/wire/tpkt.js';
import type { RefusalReason } from './admission.js';
import { clientOffersTls, openClientLeg, refuseNegotiation } from './client-leg.js';
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
  'ticket-unproven': SERVER_DENIED_CONNECTION,
  'ticket-wrong-password': SERVER_DENIED_CONNECTION,
  'ticket-guessed': SERVER_DENIED_CONNECTION,
  'too-many-attempts': SERVER_DENIED_CONNECTION,
  'policy-denied': SERVER_DENIED_CONNECTION,
  'policy-changed': SERVER_DENIED_CONNECTION,
  'too-many-sessions': CB_DESTINATION_POOL_NOT_FREE,
};

function errorInfoOf(reason: RefusalReason | TargetProblem): number {
  return reason in ERROR_INFO
    ? ERROR_INFO[reason as RefusalReason]
    : TARGET_PROBLEMS[reason as TargetProblem].errorInfo;
}

/** The same for a client that knows nothing but NLA. */
export function ntStatusOf(reason: RefusalReason): number {
  switch (reason) {
    case 'ticket-expired':
    case 'session-over':
    case 'reconnect-window-over':
      return STATUS_ACCOUNT_EXPIRED;
    case 'ticket-wrong-entrance':
      return STATUS_LOGON_TYPE_NOT_GRANTED;
    case 'ticket-wrong-address':
      return STATUS_INVALID_WORKSTATION;
    case 'too-many-attempts':
      return STATUS_ACCOUNT_LOCKED_OUT;
    case 'policy-denied':
    case 'policy-changed':
      return STATUS_ACCOUNT_RESTRICTION;
    default:
      return STATUS_LOGON_FAILURE;
  }
}

/** Resolves when the connection is over. Whatever the client does meanwhile ends it, and nothing else. */
export async function refuseAfterTls(
  socket: Socket,
  request: ConnectionRequest,
  secureContext: SecureContext,
  reason: RefusalReason | TargetProblem,
): Promise<void> {
  if (!clientOffersTls(request)) {
    refuseNegotiation(socket, request, SSL_REQUIRED_BY_SERVER);
    return;
  }
  let client: TLSSocket;
  try {
    client = await openClientLeg(socket, request, secureContext, PROTOCOL_SSL, HANDSHAKE_TIMEOUT_MS);
  } catch {
    // The refusal is on record already; this client does not learn of it.
    return;
  }
  await refuseInside(client, request.negotiation?.requestedProtocols ?? 0, reason);
  socket.destroy();
}

/** The same for a client whose TLS is up, and whose sign-in is over. */
export function refuseInside(
  client: TLSSocket,
  requestedProtocols: number,
  reason: RefusalReason | TargetProblem,
): Promise<void> {
  return converse(client, requestedProtocols, errorInfoOf(reason));
}

function converse(client: TLSSocket, requestedProtocols: number, errorInfo: number): Promise<void> {
  return new Promise((resolve) => {
    const framer = new Framer();
    let state = refuseConnection(requestedProtocols, errorInfo);
    if (client.destroyed) {
      resolve();
      return;
    }
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
