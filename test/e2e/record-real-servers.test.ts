/**
 * The whole way on real parts: an ordinary client through the gateway to a real server, and the picture of the stored
 * video against the server's own display.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from '../peers/freerdp-shadow.js';
import { movePointer, pressKey, typeText } from '../peers/input.js';
import { useLab, type Display, type Lab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { screenshot, waitForSamePicture } from '../peers/screenshot.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import { type Raster, type Rectangle } from '../pixels/raster.js';
import { type ColourDepth, reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { downloadVideos } from './support/replay.js';

const MINIMUM_PSNR_DB = 35;
const TIMEOUT_MS = 90_000;
/** The pointer is in the recording and not in a display's screenshot. */
const POINTER_AT = { x: 700, y: 600 };
const POINTER: Rectangle = { left: 690, top: 590, right: 740, bottom: 640 };

interface Recorded {
  readonly lab: Lab;
  readonly gateway: GatewayProcess;
  readonly target: { readonly name: string; readonly port: number };
  readonly credentials: { readonly user: string; readonly password: string };
  readonly monitor: Display;
  readonly serverDisplay: () => Promise<Display>;
  readonly depth: ColourDepth;
  readonly args: readonly string[];
}

/** Connects, types, lets the picture settle, disconnects; gives the server's display and the recording's last frame. */
async function record(options: Recorded): Promise<{ server: Raster; recorded: Raster; sessionId: string }> {
  const { lab, gateway, monitor, credentials, depth, args } = options;
  const { api, rdpPort } = gateway;
  const known = (await api.targets()).find((target) => target.name === options.target.name);
  const target = known ?? (await api.addTarget(options.target.name, options.target.port));
  const created = await api.requestSession(target);
  expect(created.recorded).toBe(true);
  const client = await startXfreerdp(lab, {
    port: rdpPort,
    display: monitor,
    args: [`/load-balance-info:${created.routingToken}`, ...args],
    ...credentials,
  });
  await client.connected();
  const display = await options.serverDisplay();
  await typeText(lab, monitor, 'the quick brown fox');
  await pressKey(lab, monitor, 'Return');
  await movePointer(lab, monitor, POINTER_AT.x, POINTER_AT.y);
  const asSent = (raster: Raster) => reduceDepthAsXfreerdp(raster, depth);
  await waitForSamePicture(display, monitor, { asSent });
  // The refinement of a settled picture comes 300 ms after the last change.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const server = await screenshot(display);
  await client.process.stop();
  await api.waitForSession(created.sessionId, 'a finished recording', (info) => info.recording === 'finished', 40_000);
  const videos = await downloadVideos(api, created.sessionId);
  const last = videos.at(-1);
  if (last === undefined) throw new Error('the recording has no video');
  const recorded = await decodeMp4Frame(last.mp4, Number.POSITIVE_INFINITY);
  return { server: reduceDepth(server, depth), recorded, sessionId: created.sessionId };
}

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'Xvfb', 'ffmpeg'))('recording xfreerdp to xrdp', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let xrdp: Xrdp;
  let monitor: Display;

  beforeAll(async () => {
    [gateway, xrdp, monitor] = await Promise.all([startGatewayProcess(lab), startXrdp(lab), startXvfb(lab)]);
  });

  it.each([
    ['planar in MPPC-64K', 24, []],
    ['-compression', 24, ['-compression']],
    ['bpp-16', 16, ['/bpp:16']],
    ['bpp-24', 24, ['/bpp:24']],
  ] as const)(
    'stores the picture that the server shows: %s',
    async (name, depth, args) => {
      const { server, recorded, sessionId } = await record({
        lab,
        gateway,
        target: { name: 'xrdp', port: xrdp.port },
        credentials: { user: xrdp.user.name, password: xrdp.user.password },
        monitor,
        serverDisplay: () => xrdp.sessionDisplay(),
        depth,
        args,
      });
      await keepPicture(`xrdp ${name}`, recorded);
      expect(lumaPsnr(server, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(lumaPsnr(server, recorded)).toBeLessThan(Number.POSITIVE_INFINITY);
      const info = await gateway.api.session(sessionId);
      expect(info.gapCount).toBe(0);
    },
    TIMEOUT_MS,
  );
});

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'ffmpeg'))(
  'recording xfreerdp to freerdp-shadow',
  () => {
    const lab = useLab();
    let gateway: GatewayProcess;
    let shadow: FreerdpShadow;
    let [shared, monitor]: Display[] = [];

    beforeAll(async () => {
      [gateway, shared, monitor] = await Promise.all([startGatewayProcess(lab), startXvfb(lab), startXvfb(lab)]);
      await startDesktop(lab, shared);
      shadow = await startFreerdpShadow(lab, { display: shared });
    });

    it.each([
      ['32', 32, ['-gfx', '-compression', '/bpp:32']],
      ['16', 16, ['/bpp:16', '-compression']],
    ] as const)(
      'stores the picture that the server shows: %s bits a pixel',
      async (name, depth, args) => {
        if (shared === undefined || monitor === undefined) throw new Error('no display');
        const display = shared;
        const { server, recorded } = await record({
          lab,
          gateway,
          target: { name: 'shadow', port: shadow.port },
          credentials: { user: 'any', password: 'any' },
          monitor,
          serverDisplay: async () => display,
          depth,
          args,
        });
        await keepPicture(`shadow ${name}`, recorded);
        expect(lumaPsnr(server, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      },
      TIMEOUT_MS,
    );
  },
);
