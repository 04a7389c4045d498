/** What the bar above a desktop can do that a keyboard in a browser cannot, on a real X server; and the way in by a link. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignInLink } from '../../src/contract/api.js';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { startDesktop, waitForTypedLine } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab } from '../peers/lab.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours, type Rectangle } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { ApiClient } from './support/api-client.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { canvasPicture, DESKTOP_TIMEOUT_MS, pointAt, PortalPerson, waitForPicture } from './support/portal.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;
const ANYBODY = { user: 'ada', password: 'any' };
/** What xterm says for Delete with Control and Alt: `ESC [ 3 ; 7 ~`, 1 and 2 for Alt and 4 for Control. */
const CTRL_ALT_DEL = '\u001b[3;7~';
/** The pointer is in the recording, and not in the browser's picture. */
const POINTER: Rectangle = { left: 690, top: 590, right: 740, bottom: 640 };

describe.runIf(requirePeers('chromium', 'freerdp-shadow-cli', 'Xvfb', 'ffmpeg'))('a desktop in the browser', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let administrator: PortalPerson;

  beforeAll(async () => {
    gateway = await startGatewayProcess(lab);
    administrator = await PortalPerson.signIn(lab, gateway);
  });

  it(
    'sends Ctrl+Alt+Del, takes the whole screen with its keys, and gives it back',
    async () => {
      const display = await startXvfb(lab, { width: 1024, height: 724 });
      const { home } = await startDesktop(lab, display);
      const { port } = await startFreerdpShadow(lab, { display });
      await gateway.api.addTarget('shadow', port);
      const { page } = await administrator.connect('shadow', ANYBODY);
      const fullScreen = () => page.evaluate(() => document.fullscreenElement?.tagName ?? null);
      const type = async (text: string): Promise<void> => {
        await page.keyboard.type(text, { delay: 20 });
        await page.keyboard.press('Enter');
      };
      await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      await pointAt(page, 200, 200, true);
      await page.getByRole('button', { name: 'Ctrl+Alt+Del' }).click();
      await type('after it');
      await waitForTypedLine(home, `${CTRL_ALT_DEL}after it`);

      await page.getByRole('button', { name: 'Full screen', exact: true }).click();
      await page.getByRole('button', { name: 'Leave full screen' }).waitFor();
      expect(await fullScreen()).toBe('HTML');
      // Without the keys of the browser's own, this one would leave.
      await page.keyboard.press('Escape');
      await type('in full screen');
      await waitForTypedLine(home, '\u001bin full screen');
      expect(await fullScreen()).toBe('HTML');

      await page.getByRole('button', { name: 'Leave full screen' }).click();
      await page.getByRole('button', { name: 'Full screen', exact: true }).waitFor();
      expect(await fullScreen()).toBeNull();
      await type('out of it');
      await waitForTypedLine(home, 'out of it');

      await page.getByRole('button', { name: 'Full screen', exact: true }).click();
      await page.getByRole('button', { name: 'Leave full screen' }).waitFor();
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      await waitFor('the end of the full screen', async () => (await fullScreen()) === null, DESKTOP_TIMEOUT_MS);
      const typed = await readFile(path.join(home, 'typed.txt'), 'utf8');
      expect(typed.split('\n')).toEqual([`${CTRL_ALT_DEL}after it`, '\u001bin full screen', 'out of it', '']);
      expect(administrator.complaints).toEqual([]);
      await page.close();
    },
    TIMEOUT_MS,
  );

  /** Somebody who may connect, and who has seen nothing of the gateway but the link that they were given. */
  const guest = async (): Promise<PortalPerson> => {
    const body = { userName: 'guest', displayName: 'Grace Hopper', roles: ['user'] };
    const { token } = await gateway.api.json<SignInLink>('POST', '/api/v1/users', body);
    const api = new ApiClient(gateway.httpPort);
    await api.signIn(token);
    const reader = { principalKind: 'user', principal: 'guest', scope: '/', role: 'Reader' };
    await gateway.api.json('POST', '/api/v1/role-assignments', reader);
    return PortalPerson.signIn(lab, gateway, gateway.httpPort, false, api.cookie);
  };

  it(
    'is reached by a link that an administrator made, recorded as it was shown, and by a revoked one not at all',
    async () => {
      // What the desktop shows follows its clock: one that stands still settles.
      const server = await startDemoDesktop({
        host: '127.0.0.1',
        port: 0,
        clock: () => Date.UTC(2026, 0, 1, 12, 0, 0),
      });
      lab.onClose(() => server.close());
      const place = { address: '127.0.0.1', port: server.port, kind: 'resource', recording: 'required' };
      await gateway.api.json('POST', '/api/v1/targets', { name: 'linked', ...place });
      await administrator.open('/links');
      await administrator.page.getByRole('button', { name: 'Make a link' }).click();
      const dialog = administrator.page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Make the link' }).click();
      const link = (await dialog.locator('code').textContent()) ?? '';
      await dialog.getByRole('button', { name: 'Done' }).click();

      const person = await guest();
      const { page, sessionId } = await person.connectByLink(link, ANYBODY);
      await page.getByText('This session is recorded').waitFor();
      const before = await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      await pointAt(page, 400, 300, true);
      await page.keyboard.type('by a link', { delay: 20 });
      await waitForPicture(page, 'what was typed', (picture) => lumaPsnr(before, picture) < 60);
      await pointAt(page, 700, 600);
      await page.waitForTimeout(1500);
      const shown = await canvasPicture(page);

      await administrator.page.getByRole('button', { name: 'Revoke the link to linked' }).click();
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await administrator.page.getByText('There are no links that work').waitFor();
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      const { lastFrame, manifest } = await wholeRecording(lab, gateway, sessionId);
      expect(lumaPsnr(shown, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(manifest.facts).toMatchObject({ connectionMethod: 'portal' });
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      expect(rows.map(({ kind }) => kind)).toContain('link.used');

      // From the tab that was open, and from the link itself.
      await page.getByRole('button', { name: 'Connect again' }).click();
      await page.getByRole('alert').getByText('The link was revoked.').waitFor();
      await person.page.goto('about:blank');
      await person.page.goto(link);
      await person.page.getByRole('alert').getByText('The link was revoked.').waitFor();
      expect(await person.page.getByRole('button', { name: 'Connect', exact: true }).count()).toBe(0);
      // The browser itself tells of each of the two refusals.
      expect(person.complaints.filter((text) => !text.includes('403'))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
