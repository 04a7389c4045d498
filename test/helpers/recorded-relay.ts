/** A recorded relay without tickets, policy and recorder: sockets, shaping and tap are the product's. */
import { ALL_CHANNEL_USES } from '../../src/contract/channel-policy.js';
import { createContentHash } from '../../src/gateway/relay/content-hash.js';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { onTestFinished } from 'vitest';
import { GFX_DECODERS } from '../../recorder/gfx/registry.js';
import type { GfxDecoders } from '../../recorder/gfx/surface-bitmaps.js';
import { Picture } from '../../recorder/picture/picture.js';
import { decisionId, sessionId } from '../../src/contract/ids.js';
import type { TraceEvent, TraceRecord } from '../../src/contract/trace.js';
import { KeyWrapper } from '../../src/gateway/keys/key-store.js';
import { Tap } from '../../src/gateway/recording/tap.js';
import { type PumpEndReason, RelayPump } from '../../src/gateway/relay/relay-pump.js';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { issuePermit } from '../../src/policy/permit.js';
import { PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';
import { Relay } from '../../src/rdp/relay/relay.js';
import type { ShapingPolicy } from '../../src/rdp/relay/shaping/connect-initial.js';
import type { Raster } from '../pixels/raster.js';
import { readTrace } from './read-trace.js';
import { scratchFolder } from './scratch.js';
import { openLegs } from './relay-legs.js';

const SESSION = sessionId('01920000-0000-7000-8000-000000000001');
const DECISION = decisionId('01920000-0000-7000-8000-000000000002');

export interface RecordedRelay {
  readonly port: number;
  /** Resolves when the first connection is over and its trace closed. */
  readonly over: Promise<PumpEndReason>;
  /** Events so far, of all connections. */
  readonly events: readonly TraceEvent[];
  /** The records of the closed trace. */
  records(): Promise<TraceRecord[]>;
}

/** Relays connections to a port of 127.0.0.1 until the test ends. `shaping` is what differs from the product's. */
export async function startRecordedRelay(
  targetPort: number,
  shaping: Partial<Pick<ShapingPolicy, 'gfxOffer' | 'channels'>> = {},
): Promise<RecordedRelay> {
  const { certificatePem: cert, privateKeyPem } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key: privateKeyPem });
  const tracePath = path.join(await scratchFolder(), 'part-0001.trace');
  const { key, wrapped: wrappedKey } = new KeyWrapper(randomBytes(32)).create(SESSION);
  const events: TraceEvent[] = [];
  const run = async (socket: Socket): Promise<PumpEndReason> => {
    const { request, target, client } = await openLegs(socket, targetPort, secureContext);
    const tap = await openTap(tracePath, key, wrappedKey);
    const relay = new Relay({
      recorded: true,
      targetSelectedProtocol: PROTOCOL_SSL,
      clientRequestedProtocols: request.negotiation?.requestedProtocols ?? 0,
      channels: new Set(ALL_CHANNEL_USES),
      createHash: createContentHash,
      ...shaping,
    });
    const pump = new RelayPump(client, target.socket, relay, tap, {
      onEvent: (event) => events.push(event),
      onEntraSeen: () => {},
      onTraceLost: () => false,
    });
    const reason = await pump.done;
    await tap.close(reason);
    client.destroy();
    target.socket.destroy();
    return reason;
  };
  let resolve: (reason: PumpEndReason) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const over = new Promise<PumpEndReason>((...settle) => {
    [resolve, reject] = settle;
  });
  over.catch(() => {});
  const server = createServer({ pauseOnConnect: true }, (socket) => void run(socket).then(resolve, reject));
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  onTestFinished(() => void server.close());
  const records = async () => readTrace(await readFile(tracePath), key).records;
  return { port: (server.address() as AddressInfo).port, over, events, records };
}

async function openTap(tracePath: string, key: Uint8Array, wrappedKey: string): Promise<Tap> {
  const facts = { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' } as const;
  const permit = issuePermit(facts, DECISION, 1, 'required');
  if (permit === null) throw new Error('no permit');
  return Tap.open({
    permit,
    sessionId: SESSION,
    part: 1,
    path: tracePath,
    key,
    wrappedKey,
    gatewayId: 'test',
    sessionStartedAtMs: Date.now(),
    clock: Date.now,
    durability: 'process',
    maxBytes: 1e9,
    onGrew: () => {},
  });
}

/** What the recorder makes of records, with its own decoders or others: its last picture, and what it could not decode. */
export function replayRecords(
  records: readonly TraceRecord[],
  gfxDecoders: GfxDecoders = GFX_DECODERS,
): { raster: Raster; drops: string[] } {
  const picture = new Picture(gfxDecoders);
  const drops: string[] = [];
  for (const record of records) {
    for (const drop of picture.apply(record).drops) drops.push(`${drop.codec}: ${drop.reason}`);
  }
  let data = new Uint8Array(0);
  picture.render(({ pixels }) => {
    data = pixels.slice();
  });
  return { raster: { width: picture.width, height: picture.height, data }, drops };
}
