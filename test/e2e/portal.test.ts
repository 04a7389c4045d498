/** The desktop in the browser, on real parts: Chromium through the gateway to a server, recorded. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { useLab } from '../peers/lab.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { canvasPicture, pointAt, PortalPerson, waitForPicture } from './support/portal.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;

describe.runIf(requirePeers('chromium', 'ffmpeg'))('a desktop in the browser', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let person: PortalPerson;

  beforeAll(async () => {
    gateway = await startGatewayProcess(lab);
    // What the desktop shows follows its clock: one that stands still settles.
    const stillMs = Date.UTC(2026, 0, 1, 12, 0, 0);
    const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => stillMs });
    lab.onClose(() => desktop.close());
    await gateway.api.addTarget('still-desktop', desktop.port);
    person = await PortalPerson.signIn(lab, gateway);
  });

  it(
    'shows the machine, takes what is typed, and is recorded as it was shown',
    async () => {
      const { page, sessionId, ticket } = await person.connect('still-desktop', { user: 'ada', password: 'any' });
      await page.getByText('This session is recorded').waitFor();
      const before = await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      await pointAt(page, 400, 300, true);
      await page.keyboard.type('seen in the browser', { delay: 20 });
      await waitForPicture(page, 'what was typed', (picture) => lumaPsnr(before, picture) < 60);
      await pointAt(page, 700, 600);
      await page.waitForTimeout(1500);
      const shown = await canvasPicture(page);
      await keepPicture('portal demo shown', shown);
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      const { lastFrame } = await wholeRecording(lab, gateway, sessionId);
      await keepPicture('portal demo recorded', lastFrame);
      const pointer = { left: 690, top: 590, right: 740, bottom: 640 };
      expect(lumaPsnr(shown, lastFrame, pointer)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(lumaPsnr(shown, lastFrame)).toBeLessThan(lumaPsnr(shown, lastFrame, pointer));
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      expect(JSON.stringify(rows)).not.toContain(ticket.slice('witness-'.length));
      expect(person.complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
