/**
 * A capture of an RDP session inside TLS of one's own making: a scripted client at a demo desktop, what they sent written down
 * between them, and PDUs put in as if the desktop had sent them.
 */
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { startDemoDesktop } from '../../../src/demo/demo-desktop.js';
import { runScriptedClient } from '../../../src/demo/scripted-client.js';
import { startSpoilingRelay } from '../../helpers/spoiling-relay.js';
import type { Lab } from '../../peers/lab.js';
import { startKeylogRelay } from './keylog-relay.js';
import { pcapOf, type Segment } from './pcap.js';

export interface SynthesisedCapture {
  readonly file: string;
  readonly keylog: string;
}

/** PACKET_COMPR_TYPE_64K. */
const COMPRESSION_64K = 1;
/** Of a packet: with its headers it has to fit 16 bits. */
const MAX_PAYLOAD_BYTES = 16_384;
const SERVER_PORT = 3389;

/** `injected` is what the server says besides. Only within a test. */
export async function synthesiseCapture(lab: Lab, injected: readonly Uint8Array[]): Promise<SynthesisedCapture> {
  const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0 });
  lab.onClose(() => desktop.close());
  const spoiling = await startSpoilingRelay(desktop.port);
  const segments: Segment[] = [];
  const folder = lab.scratch('synthesised');
  const keylog = path.join(folder, 'tls.keys');
  const port = await startKeylogRelay(lab, { targetPort: await startTap(lab, spoiling.port, segments), keylog });
  const client = runScriptedClient({
    host: '127.0.0.1',
    port,
    size: { width: 640, height: 480 },
    colorDepth: 32,
    compressionType: COMPRESSION_64K,
    script: [{ type: 'wait', durationMs: 1000 }],
    onOutput: ({ type }) => {
      if (type === 'active') spoiling.inject(...injected);
    },
  });
  await client.done;
  const file = path.join(folder, 'session.pcap');
  writeFileSync(file, pcapOf({ serverPort: SERVER_PORT, segments }));
  return { file, keylog };
}

/** Relays connections, and writes down what passes. */
async function startTap(lab: Lab, targetPort: number, segments: Segment[]): Promise<number> {
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    client.on('data', (chunk) => segments.push(...pieces('client', chunk))).pipe(target);
    target.on('data', (chunk) => segments.push(...pieces('server', chunk))).pipe(client);
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      one.on('error', () => one.destroy()).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  lab.onClose(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  );
  return (server.address() as AddressInfo).port;
}

function pieces(from: Segment['from'], chunk: Buffer): Segment[] {
  const found: Segment[] = [];
  for (let at = 0; at < chunk.length; at += MAX_PAYLOAD_BYTES) {
    found.push({ from, payload: chunk.subarray(at, at + MAX_PAYLOAD_BYTES) });
  }
  return found;
}
