/** TLS to a target, and what it shows there of itself. Whether that will do is the certificate rule's to say. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { TargetError } from './target-error.js';

/** What a target proved to have the key of. */
export interface ShownCertificate {
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly sha256: string;
  /** Common name; empty when there is none. */
  readonly subject: string;
  /** DER, the target's own certificate first. */
  readonly chain: readonly Uint8Array[];
  /** Null when the chain leads to one of the roots and the name is the target's; else why not, as a code. */
  readonly distrust: string | null;
}

/** A chain is as long as this at most; what follows is left out. */
const MAX_CHAIN = 10;

/** Does the handshake. `roots` are PEM certificates. Rejects with `TargetError`. */
export function upgrade(
  socket: Socket,
  address: string,
  roots: readonly string[],
  timeoutMs: number,
): Promise<TLSSocket> {
  const options: ConnectionOptions = { socket, rejectUnauthorized: false, minVersion: 'TLSv1.2', ca: [...roots] };
  return new Promise((resolve, reject) => {
    const tls = connectTls({ ...options, ...nameOf(address) });
    const timer = setTimeout(() => fail('no TLS handshake in time'), timeoutMs);
    const fail = (detail: string): void => {
      clearTimeout(timer);
      tls.destroy();
      reject(new TargetError('target-tls-failed', detail));
    };
    tls.once('error', (error) => fail('code' in error ? String(error.code) : 'TLS failed'));
    tls.once('close', () => fail('closed during the TLS handshake'));
    tls.once('secureConnect', () => {
      clearTimeout(timer);
      tls.removeAllListeners('error').removeAllListeners('close');
      tls.on('error', () => {});
      tls.pause();
      resolve(tls);
    });
  });
}

/** Server name indication takes host names alone; the name in the certificate is compared with either. */
function nameOf(address: string): Pick<ConnectionOptions, 'servername' | 'host'> {
  return /^[\d.]+$|:/.test(address) ? { host: address } : { host: address, servername: address };
}

/** Rejects an unfinished handshake with `TargetError`. */
export function shownBy(tls: TLSSocket): ShownCertificate {
  const certificate = tls.getPeerCertificate(true);
  if (certificate.raw === undefined) throw new TargetError('target-tls-failed', 'the target showed no certificate');
  return {
    sha256: createHash('sha256').update(certificate.raw).digest('hex'),
    subject: commonName(certificate),
    chain: chainOf(certificate),
    distrust: tls.authorized ? null : codeOf(tls.authorizationError),
  };
}

/** Node gives a string, whatever its types say. */
function codeOf(error: unknown): string {
  return typeof error === 'string' ? error : 'UNTRUSTED';
}

function commonName({ subject }: DetailedPeerCertificate): string {
  const name: string | string[] | undefined = subject?.CN;
  return (Array.isArray(name) ? name[0] : name) ?? '';
}

/** The issuer of a self-signed certificate is itself. */
function chainOf(leaf: DetailedPeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next?.raw !== undefined && !seen.has(next.fingerprint256) && chain.length < MAX_CHAIN) {
    seen.add(next.fingerprint256);
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
