/** Connections that no RDP client makes: bytes over TCP, and servers that answer with fixed bytes. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Lab } from '../../peers/lab.js';
import { encodeConnectionRequest } from '../../../src/rdp/connection/x224/connection-request.js';
import { encodeTpkt } from '../../../src/rdp/wire/tpkt.js';

export interface Talk {
  /** All that the other side sent. */
  readonly received: Buffer;
  /** How long the connection lasted. */
  readonly durationMs: number;
}

/** Sends `bytes` and waits until the other side ends the connection; with `leave` it goes at once. */
export async function talk(port: number, bytes: Uint8Array, options: { leave?: boolean } = {}): Promise<Talk> {
  const startedAt = performance.now();
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A reset is an end as well.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.once('connect', () => {
    if (bytes.length > 0) socket.write(bytes);
    if (options.leave === true) socket.destroy();
  });
  await closed;
  return { received: Buffer.concat(chunks), durationMs: performance.now() - startedAt };
}

/** An X.224 Connection Request with a routing token; without `protocols` it has no negotiation request. */
export function connectionRequest(token: string, protocols?: number): Uint8Array {
  const negotiation =
    protocols === undefined ? null : { flags: 0, requestedProtocols: protocols, correlationInfo: null };
  const routing = { kind: 'token', token } as const;
  const request = { dstRef: 0, srcRef: 0, classOption: 0, routing, negotiation, trailing: new Uint8Array(0) };
  return encodeTpkt(encodeConnectionRequest(request));
}

/** Listens on loopback and gives every connection to `serve`; closed with the lab. */
export async function startServer(lab: Lab, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lab.onClose(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers the first bytes of every connection with `answer`. */
export function startAnswering(lab: Lab, answer: Uint8Array): Promise<number> {
  return startServer(lab, (socket) => socket.once('data', () => socket.write(answer)));
}
