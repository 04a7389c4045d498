/** What a recorder cannot decode, put into sessions of real parts: a gap that is seen, told and healed, or the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { runScriptedClient } from '../../src/demo/scripted-client.js';
import { PACKET_COMPRESSED, PduType2 } from '../../src/rdp/session/share-data.js';
import type { GfxPdu } from '../../src/rdp/gfx/gfx-pdu.js';
import { GfxCodecId } from '../../src/rdp/gfx/gfx-types.js';
import { encodeFastPathOutput, FastPathUpdateCode, Fragmentation } from '../../src/rdp/updates/fast-path-output.js';
import { encodeSurfaceCommands } from '../../src/rdp/updates/surface-commands.js';
import { startSpoilingRelay } from '../helpers/spoiling-relay.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { movePointer, typeText } from '../peers/input.js';
import { useLab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { screenshot, waitForPicture, waitForSamePicture } from '../peers/screenshot.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import { countColours, cropRaster } from '../pixels/raster.js';
import { avc420, avcFixture, bitstream, splitPayloads } from '../recorder/decoders/avc/support.js';
import { startGraphicsServer } from '../recorder/gfx/graphics-server.js';
import { bitmap, END, map, rect, START, surface } from '../recorder/gfx/support.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { POINTER } from './support/record-session.js';
import { downloadVideos } from './support/replay.js';
import { manifestOf, verify } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;
const MAX_GAP_MS = 1500;
const AREA = { x: 200, y: 500, width: 64, height: 48 };

function fastPath(updateCode: number, data: Uint8Array, compressionFlags = 0): Uint8Array {
  const update = { updateCode, fragmentation: Fragmentation.single, compressionFlags, data };
  return encodeFastPathOutput({ flags: 0, updates: [update] });
}

/** A command of H.264 for a surface that the pictures of the fixtures fit. */
function avc(data: Uint8Array): GfxPdu {
  return bitmap(1, rect(0, 0, 150, 100), data, GfxCodecId.avc420);
}

/** Surface bits that nobody knows how to decode. xfreerdp draws nothing for them, and goes on. */
const UNKNOWN_CODEC = fastPath(
  FastPathUpdateCode.surfaceCommands,
  encodeSurfaceCommands([
    {
      kind: 'set-surface-bits',
      destLeft: AREA.x,
      destTop: AREA.y,
      destRight: AREA.x + AREA.width,
      destBottom: AREA.y + AREA.height,
      bitmap: { bpp: 32, codecId: 77, width: AREA.width, height: AREA.height, bitmapData: new Uint8Array(100) },
    },
  ]),
);

/** Compressed in a way that there is not: what is compressed after it may refer to it. */
const BROKEN_COMPRESSION = fastPath(FastPathUpdateCode.bitmap, new Uint8Array(40).fill(0xa5), PACKET_COMPRESSED | 0xf);

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'ffmpeg'))(
  'a PDU that cannot be decoded, on the way from freerdp-shadow to xfreerdp',
  () => {
    const lab = useLab();

    it(
      'is hatched where it would have drawn, and a gap, until the target has drawn again as it is asked to',
      async () => {
        const [shared, monitor, gateway] = await Promise.all([
          startXvfb(lab),
          startXvfb(lab),
          startGatewayProcess(lab),
        ]);
        await startDesktop(lab, shared);
        const shadow = await startFreerdpShadow(lab, { display: shared });
        const spoiler = await startSpoilingRelay(shadow.port);
        const created = await gateway.api.requestSession(await gateway.api.addTarget('spoiled', spoiler.port));
        const args = [`/load-balance-info:${created.routingToken}`];
        const credentials = { user: 'any', password: 'any' };
        const client = await startXfreerdp(lab, { port: gateway.rdpPort, display: monitor, ...credentials, args });
        await client.connected();
        await typeText(lab, monitor, 'before');
        await movePointer(lab, monitor, 690, 610);
        await waitForSamePicture(shared, monitor, { minimumPsnr: 28 });
        await delay(1000);

        const release = spoiler.holdRedraws();
        spoiler.inject(UNKNOWN_CODEC);
        await movePointer(lab, monitor, 700, 600);
        const asked = () => (spoiler.asked.includes(PduType2.refreshRect) ? true : undefined);
        await waitFor('the target to be asked', asked, 10_000);
        expect(spoiler.asked.filter((type) => type === PduType2.suppressOutput)).toHaveLength(2);
        await delay(500);
        release();
        await typeText(lab, monitor, ' and after');
        await waitForSamePicture(shared, monitor, { minimumPsnr: 28 });
        await delay(1500);
        const shown = await screenshot(monitor);
        expect((await gateway.api.session(created.sessionId)).state).toBe('live');
        await client.process.stop();
        const info = await gateway.api.waitForSession(
          created.sessionId,
          'a finished recording',
          ({ recording }) => recording === 'finished',
        );
        expect(info).toMatchObject({ endReason: 'client-lost', gapCount: 1 });

        const { gaps, coverage, segments } = await manifestOf(gateway, created.sessionId);
        const gap = { codec: 'surface codec 77', reason: 'unsupported: not offered', bytes: 100, pdus: 1, area: AREA };
        expect(gaps).toMatchObject([gap]);
        expect(coverage).toMatchObject({ pdusDropped: 1, bytesDropped: 100 });
        const rows = (await gateway.api.audit()).filter(({ kind }) => kind === 'recording.gap');
        const { area: _, pdus: __, ...audited } = gap;
        expect(rows.map(({ data }) => data)).toMatchObject([audited]);
        expect(await verify(lab, gateway, created.sessionId)).toMatch(/intact/);

        const [video] = await downloadVideos(gateway.api, created.sessionId);
        if (video === undefined) throw new Error('no video');
        const lostAtMs = (gaps[0]?.startMs ?? 0) - (segments[0]?.startMs ?? 0);
        // The target heard of it half a second later, or more.
        const [before, hatched, last] = await Promise.all(
          [lostAtMs - 10, lostAtMs + 450, Number.POSITIVE_INFINITY].map((timeMs) => decodeMp4Frame(video.mp4, timeMs)),
        );
        if (before === undefined || hatched === undefined || last === undefined) throw new Error('no frames');
        await keepPicture('gap hatched', hatched);
        await keepPicture('gap healed', last);
        const place = { left: AREA.x, top: AREA.y, right: AREA.x + AREA.width, bottom: AREA.y + AREA.height };
        expect(lumaPsnr(cropRaster(before, place), cropRaster(hatched, place))).toBeLessThan(20);
        expect(lumaPsnr(before, hatched, place)).toBeGreaterThan(30);
        expect(lumaPsnr(shown, last, POINTER)).toBeGreaterThanOrEqual(35);
      },
      TIMEOUT_MS,
    );
  },
);

describe.runIf(requirePeers('xfreerdp', 'Xvfb', 'ffmpeg'))('a picture of H.264 that does not decode', () => {
  const lab = useLab();

  it(
    '[invariant 3] is a gap until the stream begins again, as the target was asked to let it',
    async () => {
      const size = { width: 640, height: 480 };
      const [whole, next, third] = splitPayloads(avcFixture('libfreerdp/avc420.bin'));
      if (whole === undefined || next === undefined || third === undefined) throw new Error('no fixture');
      const monitors = [{ left: 0, top: 0, right: 639, bottom: 479, flags: 1 }];
      const server = await startGraphicsServer({
        ...size,
        messages: [
          [{ kind: 'resetGraphics', ...size, monitors }, surface(1, 150, 100), map(1, 100, 50)],
          [START, avc(whole), avc(next), END],
        ],
      });
      const [gateway, monitor] = await Promise.all([startGatewayProcess(lab), startXvfb(lab, size)]);
      const { api } = gateway;
      const { sessionId, routingToken } = await api.requestSession(await api.addTarget('h264', server.port));
      const args = [`/load-balance-info:${routingToken}`, '/gfx:AVC420'];
      const client = await startXfreerdp(lab, { port: gateway.rdpPort, display: monitor, size, args });
      await waitForPicture(monitor, 'the pictures', (raster) => countColours(raster) > 100);
      await movePointer(lab, monitor, 639, 479);

      // xfreerdp ignores what it cannot decode.
      server.send([START, avc(avc420([[10, 20, 70, 60]], bitstream(third).fill(0x5a, 8))), END]);
      await waitFor(
        'the target to be asked',
        () => server.requests.find((type) => type === PduType2.refreshRect),
        10_000,
      );
      server.send([START, avc(whole), avc(next), END]);
      await delay(1500);
      const shown = await screenshot(monitor);
      expect((await api.session(sessionId)).state).toBe('live');
      await client.process.stop();
      await api.waitForSession(sessionId, 'a finished recording', ({ recording }) => recording === 'finished');

      const { gaps } = await manifestOf(gateway, sessionId);
      const area = { x: 110, y: 70, width: 60, height: 40 };
      expect(gaps).toMatchObject([{ codec: 'avc420', reason: 'invalid: h264', area, pdus: 1 }]);
      const [{ startMs, endMs } = { startMs: 0, endMs: 0 }] = gaps;
      expect(endMs).toBeGreaterThan(startMs);
      const [video] = await downloadVideos(api, sessionId);
      const last = await decodeMp4Frame(video?.mp4 ?? Buffer.alloc(0), Number.POSITIVE_INFINITY);
      await keepPicture('gap h264 healed', last);
      const pointer = { left: 600, top: 440, right: 640, bottom: 480 };
      expect(lumaPsnr(shown, last, pointer)).toBeGreaterThanOrEqual(35);
    },
    TIMEOUT_MS,
  );
});

describe.runIf(requirePeers('ffmpeg'))('a gap that does not end, because its context is never reset', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let desktopPort: number;

  beforeAll(async () => {
    const settings = { WITNESS_MAX_GAP_MS: String(MAX_GAP_MS) };
    gateway = await startGatewayProcess(lab, { settings });
    const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: Date.now });
    lab.onClose(() => desktop.close());
    desktopPort = desktop.port;
  });

  /** Runs a session of `stayMs` whose compression breaks after a second; gives how it ended. */
  async function spoiled(recording: 'required' | 'preferred', stayMs: number) {
    const { api, rdpPort } = gateway;
    const spoiler = await startSpoilingRelay(desktopPort);
    const { sessionId, routingToken } = await api.requestSession(
      await api.addTarget(recording, spoiler.port, recording),
    );
    const client = runScriptedClient({
      host: '127.0.0.1',
      port: rdpPort,
      routingToken,
      size: { width: 800, height: 600 },
      colorDepth: 32,
      script: [{ type: 'wait', durationMs: stayMs }],
    });
    await api.waitForSession(sessionId, 'the session', ({ state }) => state === 'live');
    await delay(1000);
    spoiler.inject(BROKEN_COMPRESSION);
    const statistics = await client.done;
    const info = await api.waitForSession(sessionId, 'a finished recording', (one) => one.recording === 'finished');
    return { statistics, info, manifest: await manifestOf(gateway, sessionId) };
  }

  it(
    '[invariant 4] ends a session whose recording is required, once it is longer than may be',
    async () => {
      const { statistics, info, manifest } = await spoiled('required', 60_000);
      expect(statistics.endReason).toBe('server-ended');
      expect(info).toMatchObject({ endReason: 'recording-gap-too-long', gapCount: 1 });
      expect(manifest.outcome).toBe('ended-by-policy');
      const [gap] = manifest.gaps;
      expect(gap).toMatchObject({ codec: 'bulk compression', area: null });
      expect((gap?.endMs ?? 0) - (gap?.startMs ?? 0)).toBeGreaterThan(MAX_GAP_MS);
    },
    TIMEOUT_MS,
  );

  it(
    '[invariant 3] ends neither recorder nor session where a recording is preferred, and lasts until the end',
    async () => {
      const { statistics, info, manifest } = await spoiled('preferred', 7000);
      expect(statistics.endReason).toBe('script-done');
      expect(info.endReason).toBe('client-disconnected');
      const [gap, last] = [manifest.gaps[0], manifest.gaps.at(-1)];
      // The last frame may be shown for a moment longer than the connection lasted.
      expect((manifest.parts[0]?.endMs ?? 0) - (last?.endMs ?? 0)).toBeLessThan(100);
      expect((last?.endMs ?? 0) - (gap?.startMs ?? 0)).toBeGreaterThan(MAX_GAP_MS);
      // What was not compressed is recorded to the end.
      expect(manifest.coverage.pdusDropped).toBe(1);
    },
    TIMEOUT_MS,
  );
});
