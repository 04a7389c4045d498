/** Finds RDP connections in a capture by their X.224 connection confirm, which comes before TLS; [MS-RDPBCGR] 2.2.1.2. */
import { PROTOCOL_RDP } from '../rdp/connection/security-protocols.js';
import { decodeConnectionConfirm, type NegotiationResult } from '../rdp/connection/x224/connection-confirm.js';
import { DecodeError } from '../rdp/wire/errors.js';
import { Reader } from '../rdp/wire/reader.js';
import { decodeTpkt } from '../rdp/wire/tpkt.js';
import { ImportError } from './import-error.js';
import { runTshark } from './tshark.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** One TCP connection in which a server confirmed RDP. */
export interface CapturedConnection {
  /** tshark's number of the TCP stream. */
  readonly stream: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** When the server confirmed, milliseconds since 1970. */
  readonly confirmedAtMs: number;
  readonly negotiation: NegotiationResult;
}

const CONFIRMS = '(tcp.payload[0:2]==03:00) && (tcp.payload[5]==d0)';
const FIELDS = [
  'tcp.stream',
  'frame.time_epoch',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'ip.dst',
  'ipv6.dst',
  'tcp.dstport',
  'tcp.payload',
];
/** Connections that are listed; a capture of a whole server has more than anybody chooses from. */
const MAX_CONNECTIONS = 10_000;

/** All of them, in the order of the capture, on any port. */
export async function findConnections(file: string): Promise<readonly CapturedConnection[]> {
  const found = new Map<number, CapturedConnection>();
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  await runTshark(['-n', '-r', file, '-Y', CONFIRMS, '-T', 'fields', '-E', 'occurrence=l', ...fields], (line) => {
    const connection = connectionOf(line.split('\t'));
    if (connection === null || found.has(connection.stream) || found.size >= MAX_CONNECTIONS) return;
    found.set(connection.stream, connection);
  });
  return [...found.values()];
}

function connectionOf(fields: readonly string[]): CapturedConnection | null {
  const [stream, time, ip4Src, ip6Src, srcPort, ip4Dst, ip6Dst, dstPort, payload] = fields;
  const bytes = Buffer.from((payload ?? '').replaceAll(':', ''), 'hex');
  const negotiation = negotiationOf(bytes);
  const confirmedAtMs = Math.floor(Number(time) * 1000);
  if (negotiation === null || !Number.isSafeInteger(confirmedAtMs) || confirmedAtMs < 0) return null;
  return {
    stream: Number(stream),
    client: { address: ip4Dst || ip6Dst || '', port: Number(dstPort) },
    server: { address: ip4Src || ip6Src || '', port: Number(srcPort) },
    confirmedAtMs,
    negotiation,
  };
}

function negotiationOf(bytes: Uint8Array): NegotiationResult | null {
  try {
    return decodeConnectionConfirm(decodeTpkt(new Reader(bytes, 'tpktHeader'), 'x224Ccf')).negotiation;
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}

/** True for a connection that goes on inside TLS. */
export function usesTls({ negotiation }: CapturedConnection): boolean {
  return negotiation.kind === 'response' && negotiation.selectedProtocol !== PROTOCOL_RDP;
}

/**
 * Those on `port` that go on inside TLS, or `stream` alone.
 * @throws ImportError `no-rdp` or `standard-rdp-encryption` when there is none.
 */
export function candidatesOf(
  connections: readonly CapturedConnection[],
  { port, stream }: { readonly port: number; readonly stream: number | null },
): readonly CapturedConnection[] {
  const here = connections.filter(({ server }) => server.port === port);
  const asked = stream === null ? here : here.filter((connection) => connection.stream === stream);
  const candidates = asked.filter(usesTls);
  if (candidates.length > 0) return candidates;
  if (asked.some(({ negotiation }) => negotiation.kind !== 'failure')) {
    throw new ImportError(
      'standard-rdp-encryption',
      'the session in this capture uses standard RDP encryption, without TLS; it cannot be decrypted and imported',
    );
  }
  throw noRdp(connections, asked, port, stream);
}

function noRdp(
  connections: readonly CapturedConnection[],
  asked: readonly CapturedConnection[],
  port: number,
  stream: number | null,
): ImportError {
  const refused = asked.find(({ negotiation }) => negotiation.kind === 'failure')?.negotiation;
  if (refused?.kind === 'failure') {
    const sentence = `the server refused the connection with negotiation failure ${refused.failureCode}`;
    return new ImportError('no-rdp', `there is no RDP session in this capture: ${sentence}`);
  }
  if (stream !== null && connections.length > 0) {
    return new ImportError('no-rdp', `TCP stream ${stream} of this capture is no RDP connection on port ${port}`);
  }
  const elsewhere = [...new Set(connections.map(({ server }) => server.port))].slice(0, 8);
  const remedy =
    elsewhere.length === 0
      ? '; a capture has to begin before the connection does, and not to be of a tunnel around it'
      : `; there is on port ${elsewhere.join(', ')}: choose it with --port`;
  return new ImportError('no-rdp', `there is no RDP connection on port ${port} in this capture${remedy}`);
}
