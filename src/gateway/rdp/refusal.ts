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
import { isKeyPress, isSlowPathKeyPress } from '../../rdp/relay/user-input.js';
import { endSession, startServerSequence, stepServerSequence } from '../../rdp/server/server-sequence.js';
import type { ServerSession, ServerState, ServerStep } from '../../rdp/server/server-state.js';
import { PduType2 } from '../../rdp/session/share-data.js';
import type { CapabilitySet } from '../../rdp/session/capabilities/capability-sets.js';
import { DecodeError, UnexpectedPduError } from '../../rdp/wire/errors.js';
import { Framer } from '../../rdp/wire/tpkt.js';
import type { RefusalReason } from './refusal-reason.js';
import { clientOffersTls, openClientLeg, refuseNegotiation } from './client-leg.js';
import { PAGE_SECONDS, pageDesktop, refusalPage } from './refusal-page.js';
import { type RefusedSession, refusalText } from './refusal-text.js';
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
  'link-over': SERVER_DENIED_CONNECTION,
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
  about: RefusedSession | null,
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
  await refuseInside(client, request.negotiation?.requestedProtocols ?? 0, reason, about);
  socket.destroy();
}

/** The same for a client whose TLS is up, and whose sign-in is over. */
export function refuseInside(
  client: TLSSocket,
  requestedProtocols: number,
  reason: RefusalReason | TargetProblem,
  about: RefusedSession | null,
): Promise<void> {
  return new RefusalConversation(client, requestedProtocols, reason, about).over;
}

/** Pages that are shown at the same time; further clients are shown the code alone. */
const MAX_PAGES = 32;
let pages = 0;

/**
 * Follows the connection sequence with a client that is refused. Whoever came with the ticket of a session is shown a page
 * before the error code; whoever did not, the code alone.
 */
class RefusalConversation {
  readonly over: Promise<void>;
  readonly #client: TLSSocket;
  readonly #reason: RefusalReason | TargetProblem;
  /** Null for no page. */
  readonly #about: RefusedSession | null;
  readonly #framer = new Framer();
  #state: ServerState;
  #timer: NodeJS.Timeout;

  constructor(
    client: TLSSocket,
    requestedProtocols: number,
    reason: RefusalReason | TargetProblem,
    about: RefusedSession | null,
  ) {
    this.#client = client;
    this.#reason = reason;
    this.#about = pages < MAX_PAGES ? about : null;
    this.#state =
      this.#about === null
        ? refuseConnection(requestedProtocols, errorInfoOf(reason))
        : startServerSequence({ requestedProtocols, chooseDesktop: pageDesktop });
    if (this.#about !== null) pages += 1;
    this.#timer = setTimeout(() => client.destroy(), REFUSAL_TIMEOUT_MS);
    this.over = new Promise((resolve) => {
      const close = (): void => {
        clearTimeout(this.#timer);
        if (this.#about !== null) pages -= 1;
        resolve();
      };
      if (client.destroyed) close();
      else client.once('close', close);
    });
    client.on('data', (chunk: Buffer) => this.#receive(chunk));
    client.resume();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const pdu of this.#framer.push(chunk)) this.#take(stepServerSequence(this.#state, pdu));
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof UnexpectedPduError)) throw error;
      this.#client.destroy();
    }
  }

  #take({ state, outputs }: ServerStep): void {
    this.#state = state;
    for (const output of outputs) {
      if (output.type === 'send') this.#client.write(output.bytes);
      else if (output.type === 'end') this.#client.end();
      else if (output.type === 'active') this.#show(output.session, output.capabilities);
      else if (output.type === 'fast-path-input' && isKeyPress(output.pdu)) this.#farewell();
      else if (output.type === 'share-data' && output.pduType2 === PduType2.input) {
        if (isSlowPathKeyPress(output.payload)) this.#farewell();
      }
    }
  }

  #show(session: ServerSession, capabilities: readonly CapabilitySet[]): void {
    if (this.#about === null) return;
    for (const pdu of refusalPage(session, capabilities, refusalText(this.#reason), this.#about)) {
      this.#client.write(pdu);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#farewell(), PAGE_SECONDS * 1000);
  }

  /** The page has been read: the code, and the end. */
  #farewell(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#client.destroy(), HANDSHAKE_TIMEOUT_MS);
    if (this.#state.name !== 'active') return;
    const { state, outputs } = endSession(this.#state, errorInfoOf(this.#reason));
    this.#state = state;
    for (const output of outputs) if (output.type === 'send') this.#client.write(output.bytes);
    this.#client.end();
  }
}
