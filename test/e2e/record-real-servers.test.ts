/**
 * The whole way on real parts: an ordinary client through the gateway to a real server, and the picture of the stored
 * video against the server's own display.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { type ColourDepth, reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { POINTER, recordSession, type SessionToRecord } from './support/record-session.js';

const MINIMUM_PSNR_DB = 35;
const TIMEOUT_MS = 90_000;

/** When a client shows a picture of this colour depth. */
function sameAt(depth: ColourDepth): SessionToRecord['same'] {
  return { asSent: (raster) => reduceDepthAsXfreerdp(raster, depth) };
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
      const { server, recorded, sessionId } = await recordSession({
        lab,
        gateway,
        target: { name: 'xrdp', port: xrdp.port },
        credentials: { user: xrdp.user.name, password: xrdp.user.password },
        monitor,
        serverDisplay: () => xrdp.sessionDisplay(),
        same: sameAt(depth),
        args,
      });
      await keepPicture(`xrdp ${name}`, recorded);
      expect(lumaPsnr(reduceDepth(server, depth), recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(lumaPsnr(reduceDepth(server, depth), recorded)).toBeLessThan(Number.POSITIVE_INFINITY);
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
        const { server, recorded } = await recordSession({
          lab,
          gateway,
          target: { name: 'shadow', port: shadow.port },
          credentials: { user: 'any', password: 'any' },
          monitor,
          serverDisplay: async () => display,
          same: sameAt(depth),
          args,
        });
        await keepPicture(`shadow ${name}`, recorded);
        expect(lumaPsnr(reduceDepth(server, depth), recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      },
      TIMEOUT_MS,
    );
  },
);
