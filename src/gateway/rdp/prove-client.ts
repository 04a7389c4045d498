/**
 * NLA at the native entrance: the ticket has only located a session; the client proves the one-time password that was made
 * with it, and the ticket is redeemed between the proof and the gateway's answer to it.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX } from '../../rdp/connection/security-protocols.js';
import {
  type ConnectionRequest,
  REDIRECTED_AUTHENTICATION_MODE_REQUIRED,
} from '../../rdp/connection/x224/connection-request.js';
import { NlaError } from '../../rdp/nla/nla-error.js';
import type { ExpectedUser } from '../../rdp/nla/ntlm/ntlm-server.js';
import { acceptCredssp } from '../nla/accept-credssp.js';
import { type Admission, admit, type AdmissionOptions, type AskForProof, type Shown } from './admission.js';
import { openClientLeg, type TlsIdentity } from './client-leg.js';

const HANDSHAKE_TIMEOUT_MS = 15_000;
/** A person may be asked for the password in the middle of it: clients connect first and ask then. */
const SIGN_IN_TIMEOUT_MS = 60_000;
/** Who is turned away is not waited for. */
const TURN_AWAY_TIMEOUT_MS = 10_000;
/** What was said last to a client that is turned away gets this long to arrive. */
const FAREWELL_MS = 1_000;

export interface NativeConnection {
  readonly socket: Socket;
  readonly request: ConnectionRequest;
  readonly identity: TlsIdentity;
  readonly clock: () => number;
}

/** True when the client can do NLA. */
export function clientOffersNla({ negotiation }: ConnectionRequest): boolean {
  return ((negotiation?.requestedProtocols ?? 0) & (PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX)) !== 0;
}

/** True for a client that wants to sign in with Remote Credential Guard, which nothing in between can follow. */
export function wantsRemoteCredentialGuard({ negotiation }: ConnectionRequest): boolean {
  return ((negotiation?.flags ?? 0) & REDIRECTED_AUTHENTICATION_MODE_REQUIRED) !== 0;
}

/** What became of a proof. */
export type ProveResult =
  | { readonly kind: 'proven'; readonly admission: Admission; readonly tls: TLSSocket }
  /** The client was told as far as it can be, and the connection ends. */
  | { readonly kind: 'failed'; readonly error: NlaError; readonly admission: Admission | null }
  | { readonly kind: 'no-tls'; readonly detail: string };

/** Lets a client prove its one-time password, and redeems its ticket with that. Rejects when audit fails. */
export async function proveClient(
  connection: NativeConnection,
  options: AdmissionOptions,
  asked: AskForProof,
  ticket: string,
  shown: Shown,
  ntHash: Uint8Array,
): Promise<ProveResult> {
  const { userName } = asked.ticket.proof;
  // A client that brings its ticket as user name brings it here too.
  const expected = { userNames: [userName, `witness-${ticket}`], ntHash };
  let admission: Admission | null = null;
  const result = await signIn(connection, expected, async () => {
    admission = await admit(options, ticket, { ...shown, proven: true });
  });
  if (result.kind === 'failed') return { ...result, admission };
  if (result.kind === 'no-tls') return result;
  if (admission === null) throw new Error('a client was let in without a decision');
  return { kind: 'proven', admission, tls: result.tls };
}

/** Tells a client that knows nothing but NLA why it is turned away. */
export async function turnAway(connection: NativeConnection, ntStatus: number): Promise<void> {
  await signIn(connection, { turnAway: ntStatus }, () => Promise.resolve());
}

type SignIn =
  | { readonly kind: 'signed-in'; readonly tls: TLSSocket }
  | { readonly kind: 'failed'; readonly error: NlaError }
  | { readonly kind: 'no-tls'; readonly detail: string };

async function signIn(
  { socket, request, identity, clock }: NativeConnection,
  expected: ExpectedUser | { readonly turnAway: number },
  onProven: () => Promise<void>,
): Promise<SignIn> {
  const early = ((request.negotiation?.requestedProtocols ?? 0) & PROTOCOL_HYBRID_EX) !== 0;
  let tls: TLSSocket;
  try {
    const selectedProtocol = early ? PROTOCOL_HYBRID_EX : PROTOCOL_HYBRID;
    tls = await openClientLeg(socket, request, identity.secureContext, selectedProtocol, HANDSHAKE_TIMEOUT_MS);
  } catch (error) {
    return { kind: 'no-tls', detail: error instanceof Error ? error.message : 'TLS failed' };
  }
  try {
    await acceptCredssp(tls, {
      subjectPublicKey: identity.subjectPublicKey,
      expected,
      earlyAuthorization: early,
      timeoutMs: 'turnAway' in expected ? TURN_AWAY_TIMEOUT_MS : SIGN_IN_TIMEOUT_MS,
      clock,
      // Whom admission refuses learns it from an error code, which says more than an NTSTATUS.
      decide: async () => {
        await onProven();
        return null;
      },
    });
    return { kind: 'signed-in', tls };
  } catch (error) {
    if (!(error instanceof NlaError)) {
      tls.destroy();
      throw error;
    }
    hangUp(tls, socket);
    return { kind: 'failed', error };
  }
}

function hangUp(tls: TLSSocket, socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(timer));
  tls.resume();
  tls.end();
}
