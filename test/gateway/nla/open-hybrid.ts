/** A client's connection up to TLS, with NLA selected by the server. */
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { decodeConnectionConfirm } from '../../../src/rdp/connection/x224/connection-confirm.js';
import { encodeConnectionRequest, type Routing } from '../../../src/rdp/connection/x224/connection-request.js';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX, PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, frameLength } from '../../../src/rdp/wire/tpkt.js';
import { subjectPublicKeyOf } from '../../../src/gateway/nla/platform.js';
import { readUntil } from '../../../src/gateway/rdp/connection-start.js';

export interface Hybrid {
  readonly tls: TLSSocket;
  readonly selectedProtocol: number;
  readonly subjectPublicKey: Uint8Array;
}

const WITH_EX = PROTOCOL_SSL | PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX;

export interface HybridOptions {
  readonly requestedProtocols?: number;
  readonly flags?: number;
  readonly routing?: Routing;
}

/** Rejects when the server selects none of `requestedProtocols`. */
export async function openHybrid(
  port: number,
  { requestedProtocols = WITH_EX, flags = 0, routing = { kind: 'none' } }: HybridOptions = {},
): Promise<Hybrid> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const negotiation = { flags, requestedProtocols, correlationInfo: null };
  const request = { dstRef: 0, srcRef: 0, classOption: 0, routing, negotiation, trailing: new Uint8Array(0) };
  socket.write(encodeTpkt(encodeConnectionRequest(request)));
  const confirm = await readUntil(socket, 'the connection confirm', 10_000, (bytes) => {
    const length = frameLength(bytes);
    if (length === null || length > bytes.length) return null;
    const value = decodeConnectionConfirm(decodeTpkt(new Reader(bytes, 'TPKT', 0, length), 'x224Ccf'));
    return { value, taken: length };
  });
  if (confirm.negotiation.kind !== 'response') throw new Error(`negotiation: ${JSON.stringify(confirm.negotiation)}`);
  const tls = connectTls({ socket, rejectUnauthorized: false });
  await once(tls, 'secureConnect');
  tls.on('error', () => {});
  tls.pause();
  const subjectPublicKey = subjectPublicKeyOf(tls.getPeerCertificate().raw);
  return { tls, selectedProtocol: confirm.negotiation.selectedProtocol, subjectPublicKey };
}
