/** The desktop in the browser against servers that others wrote: picture, keyboard, clipboard, and the recording of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startDesktop, waitForTypedLine } from '../peers/desktop.js';
import { type FreerdpShadow, startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { displayEnv, type Display, useLab } from '../peers/lab.js';
import { screenshot } from '../peers/screenshot.js';
import { waitFor } from '../peers/wait.js';
import { startWeston } from '../peers/weston.js';
import { startXrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { countColours, type Rectangle } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import {
  canvasPicture,
  DESKTOP_TIMEOUT_MS,
  pointAt,
  type PortalDesktop,
  PortalPerson,
  waitForPicture,
} from './support/portal.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 120_000;
/** The refinement of a settled picture comes 300 ms after the last change. */
const REFINED_MS = 1500;
const POINTER_AT = { x: 700, y: 600 };
/** The pointer is in the recording, and neither in a screenshot nor in the browser's picture. */
const POINTER: Rectangle = { left: 680, top: 580, right: 740, bottom: 640 };

describe.runIf(requirePeers('chromium', 'xrdp', 'freerdp-shadow-cli', 'weston', 'xclip', 'Xvfb', 'ffmpeg'))(
  'a desktop in the browser, on real servers',
  () => {
    const lab = useLab();
    let gateway: GatewayProcess;
    let person: PortalPerson;

    beforeAll(async () => {
      gateway = await startGatewayProcess(lab);
      person = await PortalPerson.signIn(lab, gateway);
    });

    /** Lets the picture settle with the pointer in place, ends the session, and compares the recording with what was shown. */
    const recordedAsShown = async ({ page, sessionId }: PortalDesktop, name: string): Promise<void> => {
      await pointAt(page, POINTER_AT.x, POINTER_AT.y);
      await page.waitForTimeout(REFINED_MS);
      const shown = await canvasPicture(page);
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      const { lastFrame } = await wholeRecording(lab, gateway, sessionId);
      await keepPicture(`portal ${name} shown`, shown);
      await keepPicture(`portal ${name} recorded`, lastFrame);
      expect(lumaPsnr(shown, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(lumaPsnr(shown, lastFrame)).toBeLessThan(lumaPsnr(shown, lastFrame, POINTER));
      await page.close();
    };

    /** Waits until the browser shows what the server's own display shows. */
    const showsDisplay = async ({ page }: PortalDesktop, display: Display): Promise<void> => {
      const look = async () => {
        // The desktop has none until the first of it has come.
        const shown = await canvasPicture(page).catch(() => null);
        return shown !== null && lumaPsnr(await screenshot(display), shown) >= MINIMUM_PSNR_DB;
      };
      await waitFor('the picture of the server', look, DESKTOP_TIMEOUT_MS);
    };

    it(
      'xrdp signs in without asking again, and shares the clipboard both ways',
      async () => {
        const xrdp = await startXrdp(lab);
        await gateway.api.addTarget('xrdp', xrdp.port);
        const desktop = await person.connect('xrdp', { user: xrdp.user.name, password: xrdp.user.password });
        const { page } = desktop;
        const display = await xrdp.sessionDisplay();
        await showsDisplay(desktop, display);
        await page.keyboard.type('typed in the browser', { delay: 20 });
        await page.keyboard.press('Enter');
        await waitForTypedLine(xrdp.user.home, 'typed in the browser');

        const clip = (args: readonly string[]) =>
          lab.run('xclip', ['-selection', 'clipboard', ...args], displayEnv(display));
        await page.evaluate(() => navigator.clipboard.writeText('from the browser'));
        await waitFor('the clipboard at the machine', async () => {
          const text = await clip(['-o']).catch(() => '');
          return text === 'from the browser' || undefined;
        });
        await lab.start({
          name: 'xclip',
          command: 'sh',
          args: ['-c', 'printf "from the machine" | exec xclip -selection clipboard -quiet -loops 0'],
          env: displayEnv(display),
        });
        await waitFor('the clipboard in the browser', async () => {
          const text = await page.evaluate(() => navigator.clipboard.readText());
          return text === 'from the machine' || undefined;
        });
        await showsDisplay(desktop, display);
        await recordedAsShown(desktop, 'xrdp');
        expect(person.complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );

    const shared = async (nla?: { user: string; password: string }) => {
      const display = await startXvfb(lab);
      const { home } = await startDesktop(lab, display);
      const shadow: FreerdpShadow = await startFreerdpShadow(lab, { display, ...(nla !== undefined && { nla }) });
      return { display, home, shadow };
    };

    it.each([
      ['TLS', undefined],
      ['NLA, which the browser speaks with it through the gateway', { user: 'ada', password: 'sesame-4711' }],
    ] as const)(
      'freerdp-shadow with %s',
      async (_what, nla) => {
        const { display, home, shadow } = await shared(nla);
        const name = nla === undefined ? 'shadow-tls' : 'shadow-nla';
        await gateway.api.addTarget(name, shadow.port);
        const desktop = await person.connect(name, nla ?? { user: 'ada', password: 'any' });
        await showsDisplay(desktop, display);
        await pointAt(desktop.page, 200, 200, true);
        await desktop.page.keyboard.type('typed in the browser', { delay: 20 });
        await desktop.page.keyboard.press('Enter');
        await waitForTypedLine(home, 'typed in the browser');
        await showsDisplay(desktop, display);
        await recordedAsShown(desktop, name);
        expect(person.complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it(
      'weston',
      async () => {
        const weston = await startWeston(lab, { width: 1024, height: 724 });
        await gateway.api.addTarget('weston', weston.port);
        const desktop = await person.connect('weston', { user: 'ada', password: 'any' });
        const before = await waitForPicture(desktop.page, 'a terminal', (picture) => countColours(picture) > 20);
        await pointAt(desktop.page, 500, 350, true);
        await desktop.page.keyboard.type('echo typed in the browser', { delay: 20 });
        await desktop.page.keyboard.press('Enter');
        await waitForPicture(desktop.page, 'what was typed', (picture) => lumaPsnr(before, picture) < 60);
        await recordedAsShown(desktop, 'weston');
        expect(person.complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );
  },
);
