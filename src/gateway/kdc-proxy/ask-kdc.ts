/** One Kerberos message to one of several KDCs, and its answer: RFC 4120 7.2. The next KDC is asked when one does not answer. */
import { createSocket } from 'node:dgram';
import { isIP, connect } from 'node:net';
import { lookup } from 'node:dns/promises';
import { decodeKdcReply, kdcReplySize } from '../../rdp/kdc-proxy/kerberos-message.js';
import { withLength } from '../../rdp/kdc-proxy/kdc-proxy-message.js';
import { DecodeError } from '../../rdp/wire/errors.js';
import { MAX_KERBEROS_MESSAGE_BYTES } from '../../rdp/wire/limits.js';
import { PeerSilentError, readUntil } from '../rdp/connection-start.js';
import type { Kdc } from './realms.js';

/** No KDC gave an answer. The message says what each did, without what was asked. */
export class KdcUnreachableError extends Error {
  override readonly name = 'KdcUnreachableError';
}

const ATTEMPT_TIMEOUT_MS = 3_000;
/** Longer requests do not go by UDP. */
const MAX_UDP_REQUEST_BYTES = 1_400;

/** @returns the KDC's answer, without its length. Rejects with `KdcUnreachableError`. */
export async function askKdcs(kdcs: readonly Kdc[], request: Uint8Array): Promise<Uint8Array> {
  const failures: string[] = [];
  for (const kdc of kdcs) {
    for (const protocol of kdc.protocol === 'both' ? (['tcp', 'udp'] as const) : [kdc.protocol]) {
      try {
        return await ask(kdc, protocol, request);
      } catch (error) {
        failures.push(`${protocol}/${kdc.host}:${kdc.port}: ${reasonOf(error)}`);
      }
    }
  }
  throw new KdcUnreachableError(`no KDC answered (${failures.join('; ')})`);
}

async function ask(kdc: Kdc, protocol: 'tcp' | 'udp', request: Uint8Array): Promise<Uint8Array> {
  if (protocol === 'tcp') return checked(await askOverTcp(kdc, request));
  if (request.length > MAX_UDP_REQUEST_BYTES) throw new Error('the request is too long for UDP');
  const reply = await askOverUdp(kdc, request);
  // The answer that does not fit a datagram is to be had over TCP, RFC 4120 7.2.1.
  return decodeKdcReply(reply).tooBigForUdp ? checked(await askOverTcp(kdc, request)) : reply;
}

function checked(reply: Uint8Array): Uint8Array {
  decodeKdcReply(reply);
  return reply;
}

async function askOverTcp({ host, port }: Kdc, request: Uint8Array): Promise<Uint8Array> {
  const socket = connect({ host, port, noDelay: true });
  // A refused connection closes, which is waited for; why it did is the first error.
  let failure: unknown = null;
  socket.on('error', (error) => (failure ??= error));
  socket.write(withLength(request));
  try {
    return await readUntil(socket, 'the answer of the KDC', ATTEMPT_TIMEOUT_MS, (bytes) => {
      const size = kdcReplySize(bytes, MAX_KERBEROS_MESSAGE_BYTES);
      return size === null || bytes.length < size ? null : { value: bytes.subarray(4, size), taken: size };
    });
  } catch (error) {
    throw failure ?? error;
  } finally {
    socket.destroy();
  }
}

async function askOverUdp({ host, port }: Kdc, request: Uint8Array): Promise<Uint8Array> {
  const { address, family } = isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  return new Promise<Uint8Array>((resolve, reject) => {
    const timer = setTimeout(() => reject(new PeerSilentError('timeout', 'the answer of the KDC')), ATTEMPT_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.once('error', reject);
    socket.once('message', resolve);
    // Of a connected socket only this KDC's datagrams are received.
    socket.connect(port, address, () => socket.send(request));
  }).finally(() => socket.close());
}

function reasonOf(error: unknown): string {
  if (error instanceof PeerSilentError) return error.reason;
  if (error instanceof DecodeError) return 'no Kerberos';
  return error instanceof Error && 'code' in error ? String(error.code) : 'failed';
}
