/**
 * The whole way in the codecs that real servers choose: the last picture of the stored video against what the client's own
 * library made of the same bytes. One gateway serves all of it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { countOrders } from '../helpers/count-orders.js';
import { countSurfaceCodecs } from '../helpers/surface-commands.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { click } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startWeston } from '../peers/weston.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours } from '../pixels/raster.js';
import { reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { keptTrace } from './support/kept-trace.js';
import { POINTER, recordSession, type SessionToRecord } from './support/record-session.js';

const MINIMUM_PSNR_DB = 35;
const TIMEOUT_MS = 90_000;
const ANYBODY = { user: 'any', password: 'any' };

/** xfreerdp draws no orders unless it is told to cache. */
const CACHES = ['+bitmap-cache', '+glyph-cache'];

describe.runIf(requirePeers('xrdp', 'freerdp-shadow-cli', 'weston', 'xfreerdp', 'Xvfb', 'ffmpeg'))(
  'recording xfreerdp in the codec of its server',
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
      const { client, recorded, sessionId } = await recordSession({ lab, gateway, monitor, same, ...session });
      await keepPicture(name, recorded);
      expect(countColours(client)).toBeGreaterThan(20);
      expect(lumaPsnr(client, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect((await gateway.api.session(sessionId)).gapCount).toBe(0);
      return keptTrace(gateway, sessionId);
    }

    it.each([
      ['RemoteFX', 'remotefx', []],
      ['NSCodec', 'nscodec', ['/nsc', '/bpp:32']],
      ['raw surface bits', 'none', ['/bpp:32']],
    ] as const)('weston: %s', { timeout: TIMEOUT_MS }, async (name, codec, args) => {
      const trace = await record(`weston ${name}`, {
        target: { name: 'weston', port: ports.weston },
        credentials: ANYBODY,
        serverDisplay: null,
        prepare: () => click(lab, monitor, 300, 300),
        args,
      });
      expect([...countSurfaceCodecs(trace).keys()]).toEqual([codec]);
    });

    it('freerdp-shadow: RemoteFX', { timeout: TIMEOUT_MS }, async () => {
      const trace = await record('shadow RemoteFX', {
        target: { name: 'shadow', port: ports.shadow },
        credentials: ANYBODY,
        serverDisplay: async () => shared,
        args: ['/rfx'],
      });
      expect([...countSurfaceCodecs(trace).keys()]).toEqual(['remotefx']);
    });

    it('xrdp: RemoteFX', { timeout: TIMEOUT_MS }, async () => {
      const trace = await record('xrdp RemoteFX', {
        target: { name: 'xrdp', port: xrdp.port },
        credentials: { user: xrdp.user.name, password: xrdp.user.password },
        serverDisplay: () => xrdp.sessionDisplay(),
        args: ['/rfx', '/bpp:32'],
      });
      expect([...countSurfaceCodecs(trace).keys()]).toEqual(['remotefx']);
    });

    it('xrdp: drawing orders', { timeout: TIMEOUT_MS }, async () => {
      const trace = await record('xrdp orders', {
        target: { name: 'xrdp', port: xrdp.port },
        credentials: { user: xrdp.user.name, password: xrdp.user.password },
        serverDisplay: () => xrdp.sessionDisplay(),
        same: { asSent: (raster) => reduceDepthAsXfreerdp(raster, 24) },
        args: CACHES,
      });
      expect(countOrders(trace)).toMatchObject({ 'mem-blt': expect.any(Number) });
    });
  },
);
