/**
 * The whole way on real parts: an ordinary client through the gateway to a real server, and the picture of the stored
 * video against the server's own display.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { BulkCompressor } from '../../src/contract/capability-table.js';
import { bitmapsIn, bulkCompressorsIn, recordedUpdates } from '../helpers/recorded-updates.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { chromaPsnr } from '../pixels/chroma-psnr.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { type ColourDepth, reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { keptTrace } from './support/kept-trace.js';
import { POINTER, recordSession, type SessionToRecord } from './support/record-session.js';

const MINIMUM_PSNR_DB = 35;
const MINIMUM_CHROMA_PSNR_DB = 45;
const TIMEOUT_MS = 90_000;

/** When a client shows a picture of this colour depth. */
function sameAt(depth: ColourDepth): SessionToRecord['same'] {
  return { asSent: (raster) => reduceDepthAsXfreerdp(raster, depth) };
}

/** That a session was drawn with bitmaps of this codec, compressed in bulk like this, and that nothing is missing. */
async function expectUpdates(
  gateway: GatewayProcess,
  sessionId: string,
  bitmaps: string,
  bulk: BulkCompressor | null,
): Promise<void> {
  const updates = recordedUpdates(await keptTrace(gateway, sessionId));
  expect(bitmapsIn(updates)).toEqual(new Set([bitmaps]));
  expect(bulkCompressorsIn(updates)).toEqual(new Set(bulk === null ? [] : [bulk]));
  expect((await gateway.api.session(sessionId)).gapCount).toBe(0);
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
    ['planar in MPPC-64K', 24, [], 'planar 32', 'mppc-64k'],
    ['planar', 24, ['-compression'], 'planar 32', null],
    ['RLE 16 in MPPC-64K', 16, ['/bpp:16'], 'interleaved-rle 16', 'mppc-64k'],
    ['RLE 24', 24, ['/bpp:24', '-compression'], 'interleaved-rle 24', null],
  ] as const)(
    'stores the picture that the server shows: %s',
    async (name, depth, args, bitmaps, bulk) => {
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
      const sent = reduceDepth(server, depth);
      expect(lumaPsnr(sent, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(chromaPsnr(sent, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_CHROMA_PSNR_DB);
      expect(lumaPsnr(sent, recorded)).toBeLessThan(Number.POSITIVE_INFINITY);
      await expectUpdates(gateway, sessionId, bitmaps, bulk);
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
      ['planar in XCRUSH', 32, ['-gfx', '/bpp:32'], 'planar 32', 'xcrush'],
      ['RLE in XCRUSH', 16, ['/bpp:16'], 'interleaved-rle 16', 'xcrush'],
      ['planar', 32, ['-gfx', '-compression', '/bpp:32'], 'planar 32', null],
      ['RLE', 16, ['/bpp:16', '-compression'], 'interleaved-rle 16', null],
    ] as const)(
      'stores the picture that the server shows: %s',
      async (name, depth, args, bitmaps, bulk) => {
        if (shared === undefined || monitor === undefined) throw new Error('no display');
        const display = shared;
        const { server, recorded, sessionId } = await recordSession({
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
        const sent = reduceDepth(server, depth);
        expect(lumaPsnr(sent, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
        expect(chromaPsnr(sent, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_CHROMA_PSNR_DB);
        await expectUpdates(gateway, sessionId, bitmaps, bulk);
      },
      TIMEOUT_MS,
    );
  },
);
