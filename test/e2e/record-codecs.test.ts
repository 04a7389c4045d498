/**
 * The whole way in the codecs that real servers choose: the last picture of the stored video against what the client's own
 * library made of the same bytes. One gateway serves all of it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { countOrders } from '../helpers/count-orders.js';
import { bitmapsIn, recordedUpdates } from '../helpers/recorded-updates.js';
import { countSurfaceCodecs } from '../helpers/surface-commands.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { click, drag, typeText } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startWeston } from '../peers/weston.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { chromaPsnr } from '../pixels/chroma-psnr.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours } from '../pixels/raster.js';
import { reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { keptTrace } from './support/kept-trace.js';
import { POINTER, recordSession, type SessionToRecord } from './support/record-session.js';

const MINIMUM_PSNR_DB = 35;
const MINIMUM_CHROMA_PSNR_DB = 45;
const TIMEOUT_MS = 90_000;
const ANYBODY = { user: 'any', password: 'any' };

/** xfreerdp draws no orders unless it is told to cache. */
const CACHES = ['+bitmap-cache', '+glyph-cache'];

describe.runIf(requirePeers('xrdp', 'freerdp-shadow-cli', 'weston', 'xfreerdp', 'rdesktop', 'Xvfb', 'ffmpeg'))(
  'recording in the codec of the server',
  () => {
    const lab = useLab();
    let gateway: GatewayProcess;
    let monitor: Display;
    let xrdp: Xrdp;
    let shared: Display;
    let ports: { readonly weston: number; readonly shadow: number };

    beforeAll(async () => {
      [gateway, monitor, shared, xrdp] = await Promise.all([
        startGatewayProcess(lab),
        startXvfb(lab),
        startXvfb(lab),
        startXrdp(lab),
      ]);
      await startDesktop(lab, shared);
      const [weston, shadow] = await Promise.all([startWeston(lab), startFreerdpShadow(lab, { display: shared })]);
      ports = { weston: weston.port, shadow: shadow.port };
    });

    type Session = Pick<SessionToRecord, 'target' | 'credentials' | 'serverDisplay' | 'args'> &
      Partial<SessionToRecord>;

    /** Records a session; the video's last picture is the client's, and nothing is missing. */
    async function record(name: string, session: Session) {
      // Of lossy codecs, the client comes as close to the display as it can.
      const same = { minimumPsnr: 28 };
      const { sessionId, ...pictures } = await recordSession({ lab, gateway, monitor, same, ...session });
      const { client, recorded } = pictures;
      await keepPicture(name, recorded);
      await keepPicture(`${name} client`, client);
      expect(countColours(client)).toBeGreaterThan(20);
      expect(lumaPsnr(client, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(chromaPsnr(client, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_CHROMA_PSNR_DB);
      expect((await gateway.api.session(sessionId)).gapCount).toBe(0);
      return { ...pictures, trace: await keptTrace(gateway, sessionId) };
    }

    it.each([
      ['RemoteFX', 'remotefx', []],
      ['NSCodec', 'nscodec', ['/nsc', '/bpp:32']],
      ['raw surface bits', 'none', ['/bpp:32']],
    ] as const)('weston: %s', { timeout: TIMEOUT_MS }, async (name, codec, args) => {
      const { trace } = await record(`weston ${name}`, {
        target: { name: 'weston', port: ports.weston },
        credentials: ANYBODY,
        serverDisplay: null,
        prepare: () => click(lab, monitor, 300, 300),
        args,
      });
      expect([...countSurfaceCodecs(trace).keys()]).toEqual([codec]);
    });

    it('freerdp-shadow: RemoteFX', { timeout: TIMEOUT_MS }, async () => {
      const { trace } = await record('shadow RemoteFX', {
        target: { name: 'shadow', port: ports.shadow },
        credentials: ANYBODY,
        serverDisplay: async () => shared,
        args: ['/rfx'],
      });
      expect([...countSurfaceCodecs(trace).keys()]).toEqual(['remotefx']);
    });

    it('xrdp: RemoteFX', { timeout: TIMEOUT_MS }, async () => {
      const { trace } = await record('xrdp RemoteFX', {
        target: { name: 'xrdp', port: xrdp.port },
        credentials: { user: xrdp.user.name, password: xrdp.user.password },
        serverDisplay: () => xrdp.sessionDisplay(),
        args: ['/rfx', '/bpp:32'],
      });
      expect([...countSurfaceCodecs(trace).keys()]).toEqual(['remotefx']);
    });

    it.each([
      ['xfreerdp', 24, CACHES],
      ['rdesktop', 16, ['-a', '16']],
      ['rdesktop', 24, ['-a', '24']],
    ] as const)(
      'xrdp: drawing orders for %s at %i bits a pixel',
      { timeout: TIMEOUT_MS },
      async (client, depth, args) => {
        const reduce = client === 'rdesktop' ? reduceDepth : reduceDepthAsXfreerdp;
        const { trace, server, recorded } = await record(`xrdp orders ${client} ${depth}`, {
          target: { name: `xrdp for ${client}`, port: xrdp.port },
          client,
          credentials: { user: xrdp.user.name, password: xrdp.user.password },
          serverDisplay: () => xrdp.sessionDisplay(),
          same: { asSent: (raster) => reduce(raster, depth) },
          args,
        });
        expect(lumaPsnr(reduceDepth(server, depth), recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
        const counts = countOrders(trace);
        expect(counts['cache-bitmap-rev2']).toBeGreaterThan(10);
        expect(counts['mem-blt']).toBeGreaterThan(100);
        expect(bitmapsIn(recordedUpdates(trace))).toEqual(new Set());
      },
    );

    it('xrdp: glyphs, brushes and blits of its login window for rdesktop', { timeout: TIMEOUT_MS }, async () => {
      const { trace } = await record('xrdp login rdesktop', {
        target: { name: 'xrdp', port: xrdp.port },
        client: 'rdesktop',
        credentials: null,
        serverDisplay: null,
        act: async () => {
          await drag(lab, monitor, { x: 500, y: 210 }, [20, 40, 60]);
          await typeText(lab, monitor, 'somebody');
        },
        args: ['-a', '24'],
      });
      const expected = ['opaque-rect', 'glyph-index', 'pat-blt', 'mem-blt', 'scr-blt', 'cache-glyph', 'cache-brush'];
      expect(Object.keys(countOrders(trace))).toEqual(expect.arrayContaining(expected));
    });
  },
);
