/** A client of the portal that is no browser: it says what a page would, and what follows is the test's to say. */
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX, PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { encodeConnectionRequest } from '../../../src/rdp/connection/x224/connection-request.js';
import { decodeRdCleanPath, encodeRdCleanPath } from '../../../src/rdp/rdcleanpath/rdcleanpath-pdu.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { encodeTpkt } from '../../../src/rdp/wire/tpkt.js';

export interface RdCleanPathClient {
  /** What follows the gateway's answer. */
  readonly stream: Duplex;
  /** DER, the target's own. */
  readonly certificate: Uint8Array;
}

/** Shows a ticket and takes the answer. Rejects when that is an error. */
export async function openRdCleanPath(port: number, ticket: string): Promise<RdCleanPathClient> {
  const host = `127.0.0.1:${port}`;
  const socket = new WebSocket(`wss://${host}/rdcleanpath`, { rejectUnauthorized: false, origin: `https://${host}` });
  const stream = createWebSocketStream(socket);
  stream.on('error', () => {});
  stream.write(encodeRdCleanPath({ ...REQUEST, proxyAuth: ticket }));
  const answer = await new Promise<Buffer>((resolve, reject) => {
    stream.once('data', resolve).once('close', () => reject(new Error('the gateway closed the connection')));
  });
  stream.pause();
  const pdu = decodeRdCleanPath(new Reader(answer, 'answer'));
  const certificate = pdu.kind === 'response' ? pdu.serverCertChain[0] : undefined;
  if (certificate === undefined) throw new Error(`the gateway answered ${JSON.stringify(pdu)}`);
  return { stream, certificate };
}

const X224_REQUEST = encodeConnectionRequest({
  dstRef: 0,
  srcRef: 0,
  classOption: 0,
  routing: { kind: 'none' },
  negotiation: {
    flags: 0,
    requestedProtocols: PROTOCOL_SSL | PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX,
    correlationInfo: null,
  },
  trailing: new Uint8Array(0),
});

const REQUEST = {
  kind: 'request',
  destination: 'any',
  preconnectionBlob: null,
  x224ConnectionPdu: encodeTpkt(X224_REQUEST),
} as const;
