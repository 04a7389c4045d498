import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { decisionId, sessionId } from '../../src/contract/ids.js';
import { TraceRecordKind } from '../../src/contract/trace.js';
import { KeyWrapper } from '../../src/gateway/keys/key-store.js';
import { openClientLeg } from '../../src/gateway/rdp/client-leg.js';
import { readConnectionStart } from '../../src/gateway/rdp/connection-start.js';
import { openTargetLeg } from '../../src/gateway/rdp/target-leg.js';
import { Tap } from '../../src/gateway/recording/tap.js';
import { type PumpEndReason, RelayPump } from '../../src/gateway/relay/relay-pump.js';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { issuePermit } from '../../src/policy/permit.js';
import { PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';
import { Relay } from '../../src/rdp/relay/relay.js';
import { CHANNELS_WITHOUT_PIXELS } from '../../src/rdp/relay/shaping/connect-initial.js';
import { readTrace } from '../helpers/read-trace.js';
import { scratchFolder } from '../helpers/scratch.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { movePointer, typeText } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitForSamePicture } from '../peers/screenshot.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { Picture } from '../../recorder/picture/picture.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { changedRectangle, countDifferences, type Raster } from '../pixels/raster.js';
import { reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';

const SESSION = sessionId('01920000-0000-7000-8000-000000000001');

interface TestRelay {
  readonly port: number;
  readonly tracePath: string;
  readonly key: Buffer;
  /** Resolves when the first connection is over and its trace closed. */
  readonly over: Promise<PumpEndReason>;
}

/** A recorded relay without tickets, policy and recorder: sockets, shaping and tap are the product's. */
async function startRelay(targetPort: number): Promise<TestRelay> {
  const { certificatePem: cert, privateKeyPem } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key: privateKeyPem });
  const tracePath = path.join(await scratchFolder(), 'part-0001.trace');
  const { key, wrapped } = new KeyWrapper(randomBytes(32)).create(SESSION);
  const facts = { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' } as const;
  const permit = issuePermit(facts, decisionId('01920000-0000-7000-8000-000000000002'), 1, 'required');
  if (permit === null) throw new Error('no permit');
  const options = { permit, sessionId: SESSION, part: 1, path: tracePath, key, wrappedKey: wrapped };
  const run = async (socket: Socket): Promise<PumpEndReason> => {
    const { request } = await readConnectionStart(socket, 5000);
    const target = await openTargetLeg({ address: '127.0.0.1', port: targetPort }, 5000);
    const client = await openClientLeg(socket, request, secureContext, 5000);
    const tap = await Tap.open({
      ...options,
      gatewayId: 'test',
      sessionStartedAtMs: Date.now(),
      clock: Date.now,
      durability: 'process',
      maxBytes: 1e9,
      onGrew: () => {},
    });
    const relay = new Relay({
      recorded: true,
      targetSelectedProtocol: PROTOCOL_SSL,
      clientRequestedProtocols: request.negotiation?.requestedProtocols ?? 0,
      allowedChannels: CHANNELS_WITHOUT_PIXELS,
    });
    const pump = new RelayPump(client, target.socket, relay, tap, {
      onEvent: () => {},
      onEntraSeen: () => {},
      onTraceLost: () => false,
    });
    const reason = await pump.done;
    await tap.close(reason);
    client.destroy();
    target.socket.destroy();
    return reason;
  };
  let resolveOver: (reason: PumpEndReason) => void = () => {};
  let rejectOver: (error: unknown) => void = () => {};
  const over = new Promise<PumpEndReason>((resolve, reject) => {
    [resolveOver, rejectOver] = [resolve, reject];
  });
  over.catch(() => {});
  const server = createServer({ pauseOnConnect: true }, (socket) => void run(socket).then(resolveOver, rejectOver));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, tracePath, key, over };
}

/** What the recorder makes of a trace: its last picture, and what it could not decode. */
async function replay(relay: TestRelay): Promise<{ raster: Raster; drops: string[] }> {
  const picture = new Picture();
  const drops: string[] = [];
  for (const record of readTrace(await readFile(relay.tracePath), relay.key).records) {
    for (const drop of picture.apply(record).drops) drops.push(`${drop.codec}: ${drop.reason}`);
  }
  let data = new Uint8Array(0);
  picture.render((pixels) => {
    data = pixels.slice();
  });
  return { raster: { width: picture.width, height: picture.height, data }, drops };
}

/** Around the position that the tests leave the pointer at. */
const POINTER = { left: 380, top: 280, right: 440, bottom: 340 };

async function kindsOf(relay: TestRelay): Promise<Map<number, number>> {
  const { records } = readTrace(await readFile(relay.tracePath), relay.key);
  const counts = new Map<number, number>();
  for (const { kind } of records) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'Xvfb'))('a recorded relay to xrdp', () => {
  const lab = useLab();
  let xrdp: Xrdp;
  let monitor: Display;

  beforeAll(async () => {
    xrdp = await startXrdp(lab);
    monitor = await startXvfb(lab);
  });

  it.each([
    ['default', 24, []],
    ['-compression', 24, ['-compression']],
    ['/bpp:16', 16, ['/bpp:16']],
    ['/bpp:24', 24, ['/bpp:24']],
  ] as const)(
    'shows the client what the server shows (%s), and its trace begins with an activation',
    async (_, depth, args) => {
      const relay = await startRelay(xrdp.port);
      const { name: user, password } = xrdp.user;
      const client = await startXfreerdp(lab, { port: relay.port, user, password, display: monitor, args });
      await client.connected();
      const session = await xrdp.sessionDisplay();
      await typeText(lab, monitor, 'relayed');
      await movePointer(lab, monitor, 400, 300);
      const asSent = (raster: Raster) => reduceDepthAsXfreerdp(raster, depth);
      const same = await waitForSamePicture(session, monitor, { asSent });
      await client.process.stop();
      await relay.over;
      const { raster, drops } = await replay(relay);
      expect(drops).toEqual([]);
      const expected = reduceDepth(same.server, depth);
      expect(changedRectangle(expected, raster, POINTER)).toBeUndefined();
      expect(countDifferences(expected, raster)).toBeGreaterThan(0);
      const { records } = readTrace(await readFile(relay.tracePath), relay.key);
      const first = records.find(({ kind }) => kind !== TraceRecordKind.tick);
      expect(first?.kind).toBe(TraceRecordKind.activation);
      const kinds = await kindsOf(relay);
      expect(kinds.get(TraceRecordKind.serverShareData) ?? 0).toBeGreaterThan(0);
      expect(kinds.get(TraceRecordKind.clientPointer) ?? 0).toBeGreaterThan(0);
      expect(kinds.get(TraceRecordKind.end)).toBe(1);
    },
  );
});

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb'))('a recorded relay to freerdp-shadow', () => {
  const lab = useLab();

  it('withholds the graphics pipeline, so that the picture comes in updates', async () => {
    const [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
    await startDesktop(lab, shared);
    const shadow = await startFreerdpShadow(lab, { display: shared });
    const relay = await startRelay(shadow.port);
    const client = await startXfreerdp(lab, { port: relay.port, user: 'any', password: 'any', display: monitor });
    await client.connected();
    const same = await waitForSamePicture(shared, monitor, { minimumPsnr: 50 });
    await client.process.stop();
    await relay.over;
    const { raster, drops } = await replay(relay);
    expect(drops).toEqual([]);
    // The pointer rests in the middle of the shared display.
    const pointer = { left: 500, top: 370, right: 540, bottom: 410 };
    // The server takes RemoteFX, which has losses.
    expect(lumaPsnr(same.client, raster, pointer)).toBeGreaterThan(50);
    const kinds = await kindsOf(relay);
    expect(kinds.get(TraceRecordKind.serverFastPath) ?? 0).toBeGreaterThan(0);
    expect(kinds.get(TraceRecordKind.serverGraphicsChannel)).toBeUndefined();
  });
});
