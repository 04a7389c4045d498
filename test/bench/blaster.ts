/** An RDP server that completes the connection sequence and then sends what it is told to: the far end of a measurement. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { encodeConnectionConfirm } from '../../src/rdp/connection/x224/connection-confirm.js';
import { decodeConnectionRequest } from '../../src/rdp/connection/x224/connection-request.js';
import { PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';
import { startServerSequence, stepServerSequence } from '../../src/rdp/server/server-sequence.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, Framer } from '../../src/rdp/wire/tpkt.js';

export interface Blaster {
  readonly port: number;
  /** Resolves with the socket of the next client whose session is active. */
  next(): Promise<TLSSocket>;
  close(): Promise<void>;
}

export async function startBlaster(): Promise<Blaster> {
  const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['localhost'], Date.now());
  const context = createSecureContext({ cert, key });
  const waiting: ((socket: TLSSocket) => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    negotiate(socket, context, (tls) => waiting.shift()?.(tls));
  });
  const port = await listen(server);
  return {
    port,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function negotiate(socket: Socket, secureContext: SecureContext, onActive: (tls: TLSSocket) => void): void {
  socket.once('data', (chunk) => {
    const request = decodeConnectionRequest(decodeTpkt(new Reader(chunk, 'TPKT'), 'x224Crq'));
    const negotiation = { kind: 'response', flags: 1, selectedProtocol: PROTOCOL_SSL } as const;
    const references = { dstRef: request.srcRef, srcRef: 1, classOption: 0 };
    socket.pause();
    socket.write(encodeTpkt(encodeConnectionConfirm({ ...references, negotiation, trailing: new Uint8Array(0) })));
    const tls = new TLSSocket(socket, { isServer: true, secureContext });
    tls.on('error', () => tls.destroy());
    followSequence(tls, request.negotiation?.requestedProtocols ?? 0, onActive);
  });
}

function followSequence(tls: TLSSocket, requestedProtocols: number, onActive: (tls: TLSSocket) => void): void {
  const framer = new Framer();
  let state = startServerSequence({
    requestedProtocols,
    chooseDesktop: ({ desktopWidth, desktopHeight }) => ({ desktopWidth, desktopHeight, colorDepth: 32 }),
  });
  tls.on('data', (chunk: Buffer) => {
    for (const pdu of framer.push(chunk)) {
      const step = stepServerSequence(state, pdu);
      state = step.state;
      for (const output of step.outputs) {
        if (output.type === 'send') tls.write(output.bytes);
        if (output.type === 'active') onActive(tls);
        if (output.type === 'end') tls.end();
      }
    }
  });
}
