/**
 * Sessions that are drawn through the graphics pipeline, on real parts: the picture of the stored video against what the
 * client itself showed of the same bytes. H.264 of the server has losses, so its own display is a coarser measure.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { GfxCodecId } from '../../src/rdp/gfx/gfx-types.js';
import { codecsOf, graphicsPdus } from '../helpers/graphics-pdus.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXvfb } from '../peers/xvfb.js';
import { chromaPsnr } from '../pixels/chroma-psnr.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { childOf } from './support/children.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { KEEP_TRACES, keptTrace } from './support/kept-trace.js';
import { POINTER, recordSession } from './support/record-session.js';

const TO_CLIENT_DB = 35;
const CHROMA_TO_CLIENT_DB = 45;
const TO_SERVER_DB = 28;
const TIMEOUT_MS = 90_000;
const AVC = [GfxCodecId.avc420, GfxCodecId.avc444, GfxCodecId.avc444v2];

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'ffmpeg'))(
  'recording a graphics pipeline of freerdp-shadow',
  () => {
    const lab = useLab();
    let shadow: FreerdpShadow;
    let shared: Display;
    let monitor: Display;

    beforeAll(async () => {
      [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
      await startDesktop(lab, shared);
      shadow = await startFreerdpShadow(lab, { display: shared });
    });

    /** Gives the codecs that the session was drawn with. */
    async function record(
      gateway: GatewayProcess,
      name: string,
      args: readonly string[],
      meanwhile: () => Promise<void> = async () => {},
    ): Promise<Set<number>> {
      const { server, client, recorded, sessionId } = await recordSession({
        lab,
        gateway,
        target: { name: 'shadow', port: shadow.port },
        credentials: { user: 'any', password: 'any' },
        monitor,
        serverDisplay: async () => shared,
        same: { minimumPsnr: TO_SERVER_DB },
        args,
        meanwhile,
      });
      await keepPicture(`shadow ${name}`, recorded);
      await keepPicture(`shadow ${name} client`, client);
      expect(countColours(recorded)).toBeGreaterThan(100);
      expect(lumaPsnr(client, recorded, POINTER)).toBeGreaterThanOrEqual(TO_CLIENT_DB);
      expect(chromaPsnr(client, recorded, POINTER)).toBeGreaterThanOrEqual(CHROMA_TO_CLIENT_DB);
      expect(lumaPsnr(server, recorded, POINTER)).toBeGreaterThanOrEqual(TO_SERVER_DB);
      expect((await gateway.api.session(sessionId)).gapCount).toBe(0);
      return codecsOf(graphicsPdus(await keptTrace(gateway, sessionId)));
    }

    describe('with H.264 in the recorder', () => {
      let gateway: GatewayProcess;

      beforeAll(async () => {
        gateway = await startGatewayProcess(lab, { settings: KEEP_TRACES });
      });

      it.each([
        ['AVC444v2 as by default', GfxCodecId.avc444v2, []],
        ['AVC420', GfxCodecId.avc420, ['/gfx:AVC420']],
        ['AVC444', GfxCodecId.avc444v2, ['/gfx:AVC444']],
      ] as const)(
        'stores what the client showed: %s',
        async (name, codecId, args) => {
          expect(await record(gateway, name, args)).toEqual(new Set([codecId]));
        },
        TIMEOUT_MS,
      );
    });

    it(
      'stores what the client showed when a recorder is killed, and its successor decodes from the start',
      async () => {
        const gateway = await startGatewayProcess(lab, { settings: KEEP_TRACES });
        const kill = async () => void process.kill(await childOf(gateway.process.pid, 'recorder'), 'SIGKILL');
        expect(await record(gateway, 'recorder killed', [], kill)).toEqual(new Set([GfxCodecId.avc444v2]));
        const failures = (await gateway.api.audit()).filter(({ kind }) => kind === 'recording.failed');
        expect(failures).toHaveLength(1);
      },
      TIMEOUT_MS,
    );

    it(
      'stores what the client showed without H.264, which is then not offered',
      async () => {
        const gateway = await startGatewayProcess(lab, { settings: { ...KEEP_TRACES, WITNESS_ENCODER: 'ffmpeg' } });
        const codecs = await record(gateway, 'without H.264', ['/gfx:AVC444']);
        for (const codecId of AVC) expect(codecs).not.toContain(codecId);
      },
      TIMEOUT_MS,
    );
  },
);
