/** A target for tests of the leg to it: it answers the negotiation as it is told to, and keeps what comes over TLS. */
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { readConnectionStart } from '../../src/gateway/rdp/connection-start.js';
import { encodeConnectionConfirm } from '../../src/rdp/connection/x224/connection-confirm.js';
import type { NegotiationResult } from '../../src/rdp/connection/x224/connection-confirm.js';
import type { NegotiationRequest } from '../../src/rdp/connection/x224/connection-request.js';
import { encodeTpkt } from '../../src/rdp/wire/tpkt.js';

export interface RdpTargetOptions {
  readonly cert: string;
  readonly key: string;
  readonly answer: (asked: NegotiationRequest | null) => NegotiationResult;
  /** Speaks over TLS after the handshake. */
  readonly speak?: (tls: TLSSocket) => void;
}

export interface RdpTarget {
  readonly port: number;
  /** What was asked for, a connection each. */
  readonly asked: (NegotiationRequest | null)[];
  /** Application data that came over TLS, all connections together. */
  readonly received: Buffer[];
  /** Speaks over TLS after the handshake; null: what comes is received. */
  speak: ((tls: TLSSocket) => void) | null;
  /** Resolves when every connection so far has been closed by the other side. */
  closed(): Promise<void>;
}

/** Answers with a protocol, as `answer`. */
export function selects(selectedProtocol: number, flags = 0): () => NegotiationResult {
  return () => ({ kind: 'response', flags, selectedProtocol });
}

/** Listens on 127.0.0.1 until the test ends. */
export async function startRdpTarget(options: RdpTargetOptions): Promise<RdpTarget> {
  const secureContext = createSecureContext({ cert: options.cert, key: options.key });
  const asked: (NegotiationRequest | null)[] = [];
  const received: Buffer[] = [];
  const closings: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const serve = async (socket: Socket): Promise<void> => {
    const { request } = await readConnectionStart(socket, 10_000);
    asked.push(request.negotiation);
    const negotiation = options.answer(request.negotiation);
    const references = { dstRef: 0, srcRef: 1, classOption: 0, trailing: new Uint8Array(0) };
    socket.write(encodeTpkt(encodeConnectionConfirm({ ...references, negotiation })));
    if (negotiation.kind !== 'response') return;
    const tls = new TLSSocket(socket, { isServer: true, secureContext });
    tls.on('error', () => {});
    const { speak } = target;
    if (speak === null) tls.on('data', (chunk: Buffer) => received.push(chunk));
    else tls.once('secure', () => speak(tls));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    closings.push(new Promise((resolve) => socket.once('close', () => resolve())));
    serve(socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const closed = async (): Promise<void> => void (await Promise.all(closings));
  const { port } = server.address() as AddressInfo;
  const target: RdpTarget = { port, asked, received, speak: options.speak ?? null, closed };
  return target;
}
