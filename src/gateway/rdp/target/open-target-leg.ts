/** The leg to the target: TCP, negotiation of a security protocol, TLS, the target's certificate, and then the sign-in. */
import type { TLSSocket } from 'node:tls';
import type { ClientInfoCredential } from '../../../rdp/relay/shaping/client-info.js';
import type { SignInSecret } from '../../credentials/session-secrets.js';
import { type Asked, type Negotiated, negotiate } from './negotiate.js';
import { openSocket, type TargetAddress } from './tcp.js';
import { type ShownCertificate, shownBy, upgrade } from './tls.js';

/** A leg that is up: RDP goes on with the MCS Connect-Initial. The socket is paused. */
export interface OpenLeg {
  readonly socket: TLSSocket;
  readonly selectedProtocol: number;
  /** Flags of RDP_NEG_RSP. */
  readonly flags: number;
  readonly certificate: ShownCertificate;
}

export interface TargetLeg extends OpenLeg {
  /** What Client Info has to say in the place of what the client says; null: the client's own. */
  readonly clientInfo: ClientInfoCredential | null;
  /** What was given for this session alone, for when its client comes back; whoever has it erases it. */
  readonly signIn: SignInSecret | null;
}

export interface TargetLegOptions extends TargetAddress, Asked {
  /** Certificates that a chain may lead to, PEM. */
  readonly roots: readonly string[];
  /** Throws when what the target selected will not do. */
  readonly checkNegotiated?: (negotiated: Negotiated) => void;
  /** Rejects when the certificate will not do; nothing was sent over TLS then. */
  readonly checkCertificate: (shown: ShownCertificate) => Promise<void>;
  /** What comes after TLS and before RDP goes on; leaves the socket paused. */
  readonly signIn?: (tls: TLSSocket, negotiated: Negotiated) => Promise<void>;
  /** For each step. */
  readonly timeoutMs: number;
}

/** Connects to a target up to the sign-in. Rejects with `TargetError`; nothing is left open then. */
export async function openTargetLeg(options: TargetLegOptions): Promise<OpenLeg> {
  const { address, roots, timeoutMs, requestedProtocols, flags } = options;
  const socket = await openSocket(options, timeoutMs);
  try {
    const negotiated = await negotiate(socket, { requestedProtocols, flags }, timeoutMs);
    options.checkNegotiated?.(negotiated);
    const tls = await upgrade(socket, address, roots, timeoutMs);
    const certificate = shownBy(tls);
    await options.checkCertificate(certificate);
    await options.signIn?.(tls, negotiated);
    return { socket: tls, ...negotiated, certificate };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
