/**
 * The demo desktop: an RDP server of its own, to try the gateway on and to test with. It speaks TLS and takes every user
 * name and password; what it shows is drawn by src/demo/painter.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { makeCertificate } from '../gateway/tls/certificate.js';
import { PROTOCOL_SSL, SSL_REQUIRED_BY_SERVER } from '../rdp/connection/security-protocols.js';
import { encodeConnectionConfirm, type NegotiationResult } from '../rdp/connection/x224/connection-confirm.js';
import { decodeConnectionRequest } from '../rdp/connection/x224/connection-request.js';
import { DecodeError } from '../rdp/wire/errors.js';
import { MAX_CONNECTION_REQUEST_BYTES } from '../rdp/wire/limits.js';
import { decodeTpkt, encodeTpkt, Framer } from '../rdp/wire/tpkt.js';
import { Reader } from '../rdp/wire/reader.js';
import { DesktopSession, type DesktopSize } from './desktop-session.js';

export interface DemoDesktopOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** PEM. A certificate is made when it is left out. */
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string };
  /** The largest desktop, 4096 x 2160 unless said; a client that asks for less gets what it asks for. */
  readonly size?: DesktopSize;
  /** Milliseconds since 1970; what the desktop shows follows it. */
  readonly clock?: () => number;
}

export interface DemoDesktop {
  readonly port: number;
  /** Connections whose TLS handshake is done, the oldest first. */
  readonly sessions: readonly DesktopSession[];
  /** Ends all connections and stops to listen. */
  close(): Promise<void>;
}

const DEFAULT_SIZE: DesktopSize = { width: 4096, height: 2160 };
const MAX_CONNECTIONS = 64;
/** From TCP to the end of the TLS handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** For clients to take their leave when the desktop is closed. */
const FAREWELL_MS = 500;
const SERVER_REFERENCE = 0x1234;

/** Rejects when the port cannot be listened on. */
export async function startDemoDesktop(options: DemoDesktopOptions): Promise<DemoDesktop> {
  const clock = options.clock ?? Date.now;
  const { certificatePem, privateKeyPem } = options.tls ?? (await makeCertificate(['localhost'], Date.now()));
  const secureContext = createSecureContext({ cert: certificatePem, key: privateKeyPem });
  const sessions: DesktopSession[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void negotiate(socket, secureContext).then((accepted) => {
      if (accepted === null) return;
      const session = new DesktopSession({
        ...accepted,
        maxSize: options.size ?? DEFAULT_SIZE,
        clock,
        onClose: () => sessions.splice(sessions.indexOf(session), 1),
      });
      sessions.push(session);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  // A connection that could not be accepted costs nobody else theirs. "listening" reports what comes before it.
  server.on('error', () => {});
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, FAREWELL_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

interface Accepted {
  readonly socket: TLSSocket;
  readonly requestedProtocols: number;
}

/** X.224 in the clear, then TLS. Null when it came to nothing; the socket is closed then. */
async function negotiate(socket: Socket, secureContext: SecureContext): Promise<Accepted | null> {
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS);
  try {
    const request = await readConnectionRequest(socket);
    const requestedProtocols = request.negotiation?.requestedProtocols ?? 0;
    if ((requestedProtocols & PROTOCOL_SSL) === 0) {
      socket.end(confirm({ kind: 'failure', flags: 0, failureCode: SSL_REQUIRED_BY_SERVER }, request.srcRef));
      return null;
    }
    socket.write(confirm({ kind: 'response', flags: 0, selectedProtocol: PROTOCOL_SSL }, request.srcRef));
    const secure = new TLSSocket(socket, { isServer: true, secureContext });
    secure.on('error', () => socket.destroy());
    await once(secure, 'secure');
    return { socket: secure, requestedProtocols };
  } catch {
    socket.destroy();
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function confirm(negotiation: NegotiationResult, dstRef: number): Uint8Array {
  const references = { dstRef, srcRef: SERVER_REFERENCE, classOption: 0 };
  return encodeTpkt(encodeConnectionConfirm({ ...references, negotiation, trailing: new Uint8Array(0) }));
}

/** The first PDU. Rejects for anything else, for bytes behind it, and when the connection ends before it. */
function readConnectionRequest(socket: Socket): Promise<ReturnType<typeof decodeConnectionRequest>> {
  const framer = new Framer(MAX_CONNECTION_REQUEST_BYTES);
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new DecodeError('truncated', 'x224Crq', 0)));
    socket.on('data', function receive(chunk) {
      try {
        const [pdu, ...more] = framer.push(chunk);
        if (pdu === undefined) return;
        if (more.length > 0 || framer.pendingBytes > 0) throw new DecodeError('invalid', 'x224Crq', pdu.length);
        socket.off('data', receive).pause();
        resolve(decodeConnectionRequest(decodeTpkt(new Reader(pdu, 'TPKT'), 'x224Crq')));
      } catch (error) {
        reject(error);
      }
    });
  });
}
