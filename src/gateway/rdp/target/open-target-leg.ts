/** The leg to the target: TCP, negotiation of a security protocol, TLS, and the target's certificate before anything else. */
import type { TLSSocket } from 'node:tls';
import { type Asked, negotiate } from './negotiate.js';
import { openSocket, type TargetAddress } from './tcp.js';
import { type ShownCertificate, shownBy, upgrade } from './tls.js';

export interface TargetLeg {
  readonly socket: TLSSocket;
  readonly selectedProtocol: number;
  readonly certificate: ShownCertificate;
}

export interface TargetLegOptions extends TargetAddress, Asked {
  /** Certificates that a chain may lead to, PEM. */
  readonly roots: readonly string[];
  /** Rejects when the certificate will not do; nothing was sent over TLS then. */
  readonly checkCertificate: (shown: ShownCertificate) => Promise<void>;
  /** For each step. */
  readonly timeoutMs: number;
}

/** Connects to a target and brings TLS up. Rejects with `TargetError`; nothing is left open then. */
export async function openTargetLeg(options: TargetLegOptions): Promise<TargetLeg> {
  const { address, roots, timeoutMs } = options;
  const socket = await openSocket(options, timeoutMs);
  try {
    const { requestedProtocols, flags } = options;
    const { selectedProtocol } = await negotiate(socket, { requestedProtocols, flags }, timeoutMs);
    const tls = await upgrade(socket, address, roots, timeoutMs);
    const certificate = shownBy(tls);
    await options.checkCertificate(certificate);
    return { socket: tls, selectedProtocol, certificate };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
