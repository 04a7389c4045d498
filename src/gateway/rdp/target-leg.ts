/** The leg to the target: TCP, X.224 negotiation, TLS. */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type ConnectionConfirm, decodeConnectionConfirm } from '../../rdp/connection/x224/connection-confirm.js';
import { encodeConnectionRequest } from '../../rdp/connection/x224/connection-request.js';
import { PROTOCOL_SSL } from '../../rdp/connection/security-protocols.js';
import { DecodeError } from '../../rdp/wire/errors.js';
import { MAX_CONNECTION_REQUEST_BYTES } from '../../rdp/wire/limits.js';
import { Reader } from '../../rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, frameLength, TPKT_VERSION } from '../../rdp/wire/tpkt.js';
import { PeerSilentError, readUntil } from './connection-start.js';

/** A peer whose network went away without a word is noticed, so that its session ends or waits for it. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/** Why a target cannot be used; each has a sentence in the audit log and an error code that the client shows. */
export type TargetProblem =
  | 'target-unreachable'
  | 'target-not-rdp'
  | 'target-standard-security-only'
  | 'target-requires-nla'
  | 'target-selected-unexpected-protocol'
  | 'target-tls-failed';

export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly problem: TargetProblem;

  constructor(problem: TargetProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}

export interface TargetLeg {
  readonly socket: TLSSocket;
  readonly selectedProtocol: number;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly certificateSha256: string;
  readonly certificateSubject: string;
}

export interface TargetAddress {
  readonly address: string;
  readonly port: number;
}

/** Connects to a target and brings TLS up. Rejects with `TargetError`; nothing is left open then. */
export async function openTargetLeg(target: TargetAddress, timeoutMs: number): Promise<TargetLeg> {
  const socket = await openSocket(target, timeoutMs);
  try {
    const selectedProtocol = await negotiate(socket, timeoutMs);
    const tls = await upgrade(socket, target.address, timeoutMs);
    const { raw, subject } = tls.getPeerCertificate();
    const certificateSha256 = createHash('sha256')
      .update(raw ?? Buffer.alloc(0))
      .digest('hex');
    return { socket: tls, selectedProtocol, certificateSha256, certificateSubject: commonName(subject) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function commonName(subject: { CN?: string | string[] } | undefined): string {
  const name = subject?.CN;
  return (Array.isArray(name) ? name[0] : name) ?? '';
}

function openSocket({ address, port }: TargetAddress, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, ...KEEP_ALIVE });
    const fail = (detail: string): void => {
      socket.destroy();
      reject(new TargetError('target-unreachable', `${address}:${port}: ${detail}`));
    };
    const timer = setTimeout(() => fail('no answer in time'), timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      fail('code' in error && typeof error.code === 'string' ? error.code : 'connection failed');
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      // Errors end in 'close', which every later step listens for.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

async function negotiate(socket: Socket, timeoutMs: number): Promise<number> {
  const negotiation = { flags: 0, requestedProtocols: PROTOCOL_SSL, correlationInfo: null };
  const request = { dstRef: 0, srcRef: 0, classOption: 0, routing: { kind: 'none' }, negotiation } as const;
  socket.write(encodeTpkt(encodeConnectionRequest({ ...request, trailing: new Uint8Array(0) })));
  let confirm: ConnectionConfirm;
  try {
    confirm = await readUntil(socket, 'the connection confirm', timeoutMs, parseConfirm);
  } catch (error) {
    if (error instanceof PeerSilentError || error instanceof DecodeError) {
      throw new TargetError('target-not-rdp', error.message);
    }
    throw error;
  }
  return selectedProtocolOf(confirm);
}

function parseConfirm(bytes: Uint8Array): { value: ConnectionConfirm; taken: number } | null {
  if (bytes[0] !== TPKT_VERSION) throw new DecodeError('invalid', 'tpktHeader', 0, 'version');
  const length = frameLength(bytes);
  if (length === null || length > bytes.length) {
    if (bytes.length > MAX_CONNECTION_REQUEST_BYTES) throw new DecodeError('limit', 'x224Ccf', 0);
    return null;
  }
  const reader = new Reader(bytes, 'tpktHeader', 0, length);
  return { value: decodeConnectionConfirm(decodeTpkt(reader, 'x224Ccf')), taken: length };
}

const HYBRID_REQUIRED_BY_SERVER = 5;
const SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER = 6;

/** [invariant 1] A target that selects anything but what was asked for is not used: the label would be wrong. */
function selectedProtocolOf({ negotiation }: ConnectionConfirm): number {
  switch (negotiation.kind) {
    case 'none':
      throw new TargetError('target-standard-security-only', 'the target knows standard RDP security only');
    case 'failure': {
      const { failureCode } = negotiation;
      const nla = failureCode === HYBRID_REQUIRED_BY_SERVER || failureCode === SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER;
      const problem = nla ? 'target-requires-nla' : 'target-standard-security-only';
      throw new TargetError(problem, `the target refused TLS with negotiation failure ${failureCode}`);
    }
    case 'response': {
      const { selectedProtocol } = negotiation;
      if (selectedProtocol === PROTOCOL_SSL) return selectedProtocol;
      const problem = selectedProtocol === 0 ? 'target-standard-security-only' : 'target-selected-unexpected-protocol';
      throw new TargetError(problem, `the target selected security protocol ${selectedProtocol}`);
    }
  }
}

function upgrade(socket: Socket, servername: string, timeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // Whether the certificate is acceptable is decided by the caller, by its fingerprint.
    const tls = connectTls({ socket, rejectUnauthorized: false, minVersion: 'TLSv1.2', ...serverName(servername) });
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

/** Server name indication takes host names alone. */
function serverName(address: string): { servername?: string } {
  return /^[\d.]+$|:/.test(address) ? {} : { servername: address };
}
