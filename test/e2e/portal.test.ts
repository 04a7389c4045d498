/** The desktop in the browser, on real parts: Chromium through the gateway to a server, recorded. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { useLab } from '../peers/lab.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { look } from '../viewer/support/look.js';
import { keepPicture } from './support/artifacts.js';
import { startCuttableProxy } from './support/cuttable-proxy.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { canvasPicture, DESKTOP_TIMEOUT_MS, pointAt, PortalPerson, waitForPicture } from './support/portal.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;

describe.runIf(requirePeers('chromium', 'ffmpeg'))('a desktop in the browser', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let person: PortalPerson;
  /** Of a desktop that no inventory knows. */
  let unlistedPort: number;

  beforeAll(async () => {
    const settings = {
      WITNESS_IP_CONNECT_NETWORKS: '127.0.0.1',
      // Coming back takes a second, and more on a busy machine.
      WITNESS_RECONNECT_WINDOW_MS: '15000',
      WITNESS_CHANNELS: 'clipboard-to-target',
    };
    gateway = await startGatewayProcess(lab, { settings });
    // What the desktop shows follows its clock: one that stands still settles.
    const stillMs = Date.UTC(2026, 0, 1, 12, 0, 0);
    const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => stillMs });
    lab.onClose(() => desktop.close());
    await gateway.api.addTarget('still-desktop', desktop.port);
    const unlisted = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => stillMs });
    lab.onClose(() => unlisted.close());
    unlistedPort = unlisted.port;
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

  it(
    'comes back to its own session when the connection is cut, and the recording goes on',
    async () => {
      const proxy = await startCuttableProxy(gateway.httpPort);
      lab.onClose(() => proxy.close());
      const other = await PortalPerson.signIn(lab, gateway, proxy.port);
      const { page, sessionId } = await other.connect('still-desktop', { user: 'ada', password: 'any' });
      await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      proxy.cut();
      await page.getByText('The connection was lost. Connecting again…').waitFor();
      await page.getByRole('button', { name: 'Disconnect' }).waitFor({ timeout: DESKTOP_TIMEOUT_MS });
      await waitForPicture(page, 'the desktop again', (picture) => countColours(picture) > 20);
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      const { manifest } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest.parts).toHaveLength(2);
      const kinds = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId).map(({ kind }) => kind);
      expect(kinds).toContain('session.notice-accepted');
      expect(kinds.filter((kind) => kind === 'session.reconnected')).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  it(
    'has pages without a serious finding of axe, in both colour schemes and on small windows, that the keyboard can use',
    async () => {
      const context = await person.browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
      await context.addCookies(await person.context.cookies());
      const page = await context.newPage();
      await page.goto(`https://127.0.0.1:${gateway.httpPort}/connect`);
      await page.getByRole('radio', { name: /still-desktop/ }).focus();
      await page.keyboard.press('Space');
      await page.getByLabel('User name', { exact: true }).waitFor();
      await look(page, 'portal-connect');
      await page.getByRole('radio', { name: 'Kerberos' }).focus();
      await page.keyboard.press('Space');
      expect(await page.getByRole('button', { name: 'Connect', exact: true }).isDisabled()).toBe(true);
      await look(page, 'portal-not-possible');
      await page.goto(`https://127.0.0.1:${gateway.httpPort}/desktop`);
      await page.getByRole('link', { name: 'Open the portal' }).waitFor();
      await look(page, 'portal-forgotten');
      await context.close();
    },
    TIMEOUT_MS,
  );

  it(
    'connects to an address that is typed, and its tab is fit to look at while it is live, ended, refused and cut off',
    async () => {
      await gateway.api.json('PUT', '/api/v1/host', { ipConnect: true });
      const proxy = await startCuttableProxy(gateway.httpPort);
      lab.onClose(() => proxy.close());
      const other = await PortalPerson.signIn(lab, gateway, proxy.port, true);
      await other.context.clearPermissions();
      await other.open('/connect');
      await other.lookUp(gateway.httpPort);
      await other.page.getByText('Nobody may connect to this address').waitFor();
      await look(other.page, 'portal-address-refused');
      const { page, sessionId } = await other.connectByAddress(unlistedPort, { user: 'ada', password: 'any' });
      await look(other.page, 'portal-address');
      await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      await page.getByText('Copying out is off by policy.').waitFor();
      await look(page, 'portal-live');
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      await look(page, 'portal-ended');
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      expect(rows[0]).toMatchObject({
        kind: 'session.requested',
        data: { address: '127.0.0.1', port: unlistedPort },
      });
      expect((await gateway.api.targets()).map(({ name }) => name)).toEqual(['still-desktop']);

      await gateway.api.json('PUT', '/api/v1/host', { ipConnect: false });
      await page.getByRole('button', { name: 'Connect again' }).click();
      await page.getByText('Connections to IP addresses are switched off on the host.').waitFor();
      await look(page, 'portal-refused');

      await gateway.api.json('PUT', '/api/v1/host', { ipConnect: true });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('button', { name: 'Disconnect' }).waitFor({ timeout: DESKTOP_TIMEOUT_MS });
      await proxy.close();
      await page.getByRole('heading', { name: 'The connection was lost' }).waitFor({ timeout: DESKTOP_TIMEOUT_MS });
      await look(page, 'portal-lost');
    },
    TIMEOUT_MS,
  );
});
