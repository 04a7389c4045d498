/**
 * gnome-remote-desktop takes NLA and nothing else, and draws with progressive RemoteFX: signed in at with an injected
 * credential, recorded, and the stored picture compared with what the client shows, which another library decoded.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGnomeRemoteDesktop, type GnomeRemoteDesktop } from '../peers/gnome-remote-desktop.js';
import { click, movePointer, pressKey, typeText } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { screenshot, waitForPicture } from '../peers/screenshot.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { codecsOf, graphicsPdus } from '../helpers/graphics-pdus.js';
import { chromaPsnr } from '../pixels/chroma-psnr.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import { countDifferences, pixelAt, type Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { KEEP_TRACES, keptTrace } from './support/kept-trace.js';
import { POINTER } from './support/record-session.js';
import { downloadVideos } from './support/replay.js';

const TIMEOUT_MS = 120_000;
const MINIMUM_PSNR_DB = 35;
const MINIMUM_CHROMA_PSNR_DB = 45;
const ACCOUNT = { user: 'service', password: 'a-password-that-nobody-types' };
const PROGRESSIVE = 9;
/** A picture that does not change for this long is settled: the recorder refines after 300 ms. */
const SETTLED_MS = 1_500;

async function settledPicture(display: Display): Promise<Raster> {
  let last = await screenshot(display);
  let since = performance.now();
  return waitFor(
    'a picture that does not change',
    async () => {
      const next = await screenshot(display);
      if (countDifferences(last, next) > 0) since = performance.now();
      last = next;
      return performance.now() - since >= SETTLED_MS ? last : undefined;
    },
    40_000,
  );
}

/** The terminal is, and the wallpaper and an empty screen of the client are not there. */
function isBlack(raster: Raster, x: number, y: number): boolean {
  const blue = pixelAt(raster, 60, 700)[2];
  return blue > 40 && pixelAt(raster, x, y).every((channel) => channel < 8);
}

describe.runIf(requirePeers('gnome-remote-desktop', 'xfreerdp', 'Xvfb', 'ffmpeg'))(
  'recording xfreerdp to gnome-remote-desktop',
  () => {
    const lab = useLab();
    let gateway: GatewayProcess;
    let server: GnomeRemoteDesktop;
    let monitor: Display;

    beforeAll(async () => {
      [gateway, server, monitor] = await Promise.all([
        startGatewayProcess(lab, { settings: KEEP_TRACES }),
        startGnomeRemoteDesktop(lab, ACCOUNT),
        startXvfb(lab),
      ]);
    }, 60_000);

    it(
      'stores the picture that a client with another decoder shows',
      async () => {
        const { api, rdpPort } = gateway;
        const target = await api.addTarget('gnome', server.port);
        const credential = { userName: ACCOUNT.user, password: ACCOUNT.password };
        await api.send('PUT', `/api/v1/targets/${target.id}/credential`, credential);
        const { sessionId, routingToken, recorded } = await api.requestSession(target);
        expect(recorded).toBe(true);
        const client = await startXfreerdp(lab, {
          port: rdpPort,
          display: monitor,
          user: 'somebody',
          password: 'something',
          args: [`/load-balance-info:${routingToken}`, '/sec:tls', '/gfx'],
        });
        await client.connected();
        const empty = await waitForPicture(monitor, 'a terminal', (raster) => isBlack(raster, 512, 384), 30_000);
        await click(lab, monitor, 512, 384);
        await typeText(lab, monitor, 'the quick brown fox');
        await pressKey(lab, monitor, 'Return');
        await movePointer(lab, monitor, 700, 600);
        await waitForPicture(monitor, 'what was typed', (raster) => countDifferences(raster, empty) > 300, 30_000);
        const shown = await settledPicture(monitor);
        await client.process.stop();
        await api.waitForSession(sessionId, 'a finished recording', (info) => info.recording === 'finished', 60_000);

        const last = (await downloadVideos(api, sessionId)).at(-1);
        const stored = await decodeMp4Frame(last?.mp4 ?? Buffer.alloc(0), Number.POSITIVE_INFINITY);
        await keepPicture('gnome-remote-desktop shown', shown);
        await keepPicture('gnome-remote-desktop recorded', stored);
        expect(lumaPsnr(shown, stored, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
        expect(chromaPsnr(shown, stored, POINTER)).toBeGreaterThanOrEqual(MINIMUM_CHROMA_PSNR_DB);
        expect(codecsOf(graphicsPdus(await keptTrace(gateway, sessionId)))).toContain(PROGRESSIVE);
        expect((await api.session(sessionId)).gapCount).toBe(0);
      },
      TIMEOUT_MS,
    );
  },
);
