/** Clients of the demo desktop through the gateway; the ticket travels as the user name where there is no other way. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { movePointer, typeText } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startRdesktop } from '../peers/rdp-client.js';
import { screenshot } from '../peers/screenshot.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame, mp4FrameTimesMs } from '../pixels/mp4-frame.js';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { downloadVideos } from './support/replay.js';

const TIMEOUT_MS = 60_000;

describe.runIf(requirePeers('rdesktop', 'Xvfb', 'ffmpeg'))('recording rdesktop to the demo desktop', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let monitor: Display;

  beforeAll(async () => {
    [gateway, monitor] = await Promise.all([startGatewayProcess(lab), startXvfb(lab)]);
    // What the desktop shows follows its clock: one that stands still settles.
    const stillMs = Date.UTC(2026, 0, 1, 12, 0, 0);
    const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => stillMs });
    lab.onClose(() => desktop.close());
    await gateway.api.addTarget('still-desktop', desktop.port);
  });

  it.each([16, 24])(
    'stores the picture that rdesktop showed when its connection ended, at %i bits a pixel',
    async (depth) => {
      const { api, rdpPort } = gateway;
      const target = (await api.targets()).find(({ name }) => name === 'still-desktop');
      if (target === undefined) throw new Error('no demo target');
      const created = await api.requestSession(target);
      const args = ['-a', String(depth)];
      const client = await startRdesktop(lab, { port: rdpPort, display: monitor, user: created.routingToken, args });
      await client.connected();
      await typeText(lab, monitor, 'seen');
      await movePointer(lab, monitor, 700, 600);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const shown = await screenshot(monitor);
      await api.send('POST', `/api/v1/sessions/${created.sessionId}/disconnect`, {});
      await client.exited;
      const done = await api.waitForSession(
        created.sessionId,
        'a finished recording',
        (info) => info.recording === 'finished',
      );
      expect(done.endReason).toBe('disconnected-by-administrator');
      expect(done.gapCount).toBe(0);
      const [video] = await downloadVideos(api, created.sessionId);
      if (video === undefined) throw new Error('no video');
      const times = await mp4FrameTimesMs(video.mp4);
      expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThanOrEqual(1000);
      const recorded = await decodeMp4Frame(video.mp4, Number.POSITIVE_INFINITY);
      await keepPicture(`rdesktop ${depth}`, recorded);
      expect(countColours(recorded)).toBeGreaterThan(20);
      const pointer = { left: 690, top: 590, right: 740, bottom: 640 };
      expect(lumaPsnr(shown, recorded, pointer)).toBeGreaterThanOrEqual(35);
      expect(lumaPsnr(shown, recorded)).toBeLessThan(lumaPsnr(shown, recorded, pointer));
      const rows = (await api.audit()).filter((row) => row.sessionId === created.sessionId);
      expect(JSON.stringify(rows)).not.toContain(created.routingToken.slice('witness-'.length));
    },
    TIMEOUT_MS,
  );
});
