/** The browser's window gets another size: servers that can do so follow it, and the picture of others is fitted into it. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoDesktop, startDemoDesktop } from '../../src/demo/demo-desktop.js';
import type { Manifest } from '../../src/contract/manifest.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { pointerPosition } from '../peers/input.js';
import { type Display, displayEnv, useLab } from '../peers/lab.js';
import { screenshot } from '../peers/screenshot.js';
import { startDesktop, waitForTypedLine } from '../peers/desktop.js';
import { waitFor } from '../peers/wait.js';
import { startXrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import type { Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { canvasPicture, DESKTOP_TIMEOUT_MS, pointAt, type PortalDesktop, PortalPerson } from './support/portal.js';
import { downloadVideos } from './support/replay.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 120_000;
const WIDE = { width: 1240, height: 860 };
const NARROW = { width: 820, height: 640 };
/** The refinement of a settled picture comes 300 ms after the last change. */
const REFINED_MS = 1500;

describe.runIf(requirePeers('chromium', 'xrdp', 'freerdp-shadow-cli', 'Xvfb', 'ffmpeg'))(
  'a browser whose window gets another size',
  () => {
    const lab = useLab();
    let gateway: GatewayProcess;
    let person: PortalPerson;

    beforeAll(async () => {
      gateway = await startGatewayProcess(lab);
      person = await PortalPerson.signIn(lab, gateway);
    });

    /** Waits until the browser shows what the server itself shows, in a desktop of the window's size when that is asked for. */
    const showsServer = ({ page }: PortalDesktop, server: () => Promise<Raster | null>, follows = true) =>
      waitFor(
        'the picture of the server',
        async () => {
          const [shown, sent] = [await canvasPicture(page).catch(() => null), await server()];
          if (shown === null || sent === null || shown.width !== sent.width || shown.height !== sent.height) return;
          const { space } = await layout(page);
          if (follows && (Math.abs(shown.width - space.width) > 3 || Math.abs(shown.height - space.height) > 3)) return;
          return lumaPsnr(sent, shown) >= MINIMUM_PSNR_DB ? shown : undefined;
        },
        DESKTOP_TIMEOUT_MS,
      );

    /** Ends the session; what was shown last in each size is in the recording. */
    const recordedInEachSize = async ({ page, sessionId }: PortalDesktop, shown: readonly Raster[], name: string) => {
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      const { manifest } = await wholeRecording(lab, gateway, sessionId);
      const videos = await downloadVideos(gateway.api, sessionId);
      expect(sizesOf(manifest)).toEqual(shown.map(({ width, height }) => [width, height]));
      for (const [index, picture] of shown.entries()) {
        const mp4 = videos[index]?.mp4 ?? Buffer.alloc(0);
        const recorded = await decodeMp4Frame(mp4, Number.POSITIVE_INFINITY);
        await keepPicture(`resize ${name} ${index} shown`, picture);
        await keepPicture(`resize ${name} ${index} recorded`, recorded);
        expect(lumaPsnr(picture, recorded, pointerAt(index))).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      }
      await page.close();
    };

    it(
      'is followed by the demo desktop, larger and smaller, and recorded in every size',
      async () => {
        // What the desktop shows follows its clock: one that stands still settles.
        const stillMs = Date.UTC(2026, 0, 1, 12, 0, 0);
        const server: DemoDesktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => stillMs });
        lab.onClose(() => server.close());
        await gateway.api.addTarget('still-desktop', server.port);
        const desktop = await person.connect('still-desktop', { user: 'ada', password: 'any' });
        const sent = async (): Promise<Raster | null> => {
          const raster = server.sessions[0]?.raster ?? null;
          return raster && { width: raster.width, height: raster.height, data: Buffer.from(raster.bytes) };
        };
        const shown: Raster[] = [];
        for (const [index, size] of [null, WIDE, NARROW].entries()) {
          if (size !== null) await desktop.page.setViewportSize(size);
          await showsServer(desktop, sent);
          await pointAt(desktop.page, POINTER.x, POINTER.y, index === 0);
          await desktop.page.keyboard.type(`size ${index} `);
          await waitFor('what was typed', async () => server.sessions[0]?.notes.endsWith(`size ${index} `));
          await desktop.page.waitForTimeout(REFINED_MS);
          shown.push(await showsServer(desktop, sent));
        }
        await recordedInEachSize(desktop, shown, 'demo');
        expect(person.complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it(
      'is followed by xrdp, which takes the pointer where it is',
      async () => {
        const xrdp = await startXrdp(lab);
        await gateway.api.addTarget('xrdp', xrdp.port);
        const desktop = await person.connect('xrdp', { user: xrdp.user.name, password: xrdp.user.password });
        const display = await xrdp.sessionDisplay();
        const shown: Raster[] = [];
        for (const [index, size] of [null, WIDE].entries()) {
          if (size !== null) await desktop.page.setViewportSize(size);
          await showsServer(desktop, () => screenshot(display));
          await desktop.page.keyboard.type(`in size ${index}`, { delay: 20 });
          await desktop.page.keyboard.press('Enter');
          await waitForTypedLine(xrdp.user.home, `in size ${index}`);
          await pointsAt(desktop.page, display);
          await desktop.page.waitForTimeout(REFINED_MS);
          shown.push(await showsServer(desktop, () => screenshot(display)));
        }
        await recordedInEachSize(desktop, shown, 'xrdp');
        expect(person.complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it(
      'stays connected to xrdp, which draws before its desktop of another size is agreed',
      async () => {
        const xrdp = await startXrdp(lab);
        await gateway.api.addTarget('busy-xrdp', xrdp.port);
        const desktop = await person.connect('busy-xrdp', { user: xrdp.user.name, password: xrdp.user.password });
        await lab.start({
          name: 'terminal',
          command: 'xterm',
          args: ['-geometry', '60x20+300+200', '-e', 'while :; do date +%N; sleep 0.02; done'],
          env: displayEnv(await xrdp.sessionDisplay()),
        });
        const widths = [900, 940, 980, 1020, 1060, 1100];
        for (const width of widths) {
          await desktop.page.setViewportSize({ width, height: 700 });
          await waitFor(
            'a desktop of that width',
            async () => Math.abs((await canvasPicture(desktop.page)).width - width) <= 3 || undefined,
            DESKTOP_TIMEOUT_MS,
          );
          // The first picture of a size carries what the next ones are decoded with.
          await draws(desktop.page);
          await draws(desktop.page);
        }
        await desktop.page.getByRole('button', { name: 'Disconnect' }).click();
        await desktop.page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
        const { manifest } = await wholeRecording(lab, gateway, desktop.sessionId);
        expect(manifest.interruptions).toEqual([]);
        expect(new Set(sizesOf(manifest).map(([width]) => width)).size).toBe(1 + widths.length);
        expect(person.complaints).toEqual([]);
        await desktop.page.close();
      },
      TIMEOUT_MS,
    );

    /** Waits until the browser shows another picture than now. */
    const draws = async (page: Page): Promise<void> => {
      const { data } = await canvasPicture(page);
      await waitFor(
        'another picture',
        async () => Buffer.compare((await canvasPicture(page)).data, data) !== 0,
        DESKTOP_TIMEOUT_MS,
      );
    };

    /** The machine's pointer is where the browser's is. */
    const pointsAt = async (page: Page, display: Display): Promise<void> => {
      await pointAt(page, POINTER.x - 20, POINTER.y);
      await pointAt(page, POINTER.x, POINTER.y);
      await waitFor('the pointer at the machine', async () => {
        const { x, y } = await pointerPosition(lab, display);
        // A picture that is scaled rounds.
        return Math.abs(x - POINTER.x) <= 1 && Math.abs(y - POINTER.y) <= 1;
      });
    };

    it(
      'has the picture of freerdp-shadow, which keeps its size, fitted into it without scroll bars',
      async () => {
        const display = await startXvfb(lab, { width: 1024, height: 724 });
        const { home } = await startDesktop(lab, display);
        const { port } = await startFreerdpShadow(lab, { display });
        await gateway.api.addTarget('shadow', port);
        const desktop = await person.connect('shadow', { user: 'ada', password: 'any' });
        const { page } = desktop;
        for (const [index, size] of [NARROW, WIDE, { width: 700, height: 900 }].entries()) {
          await page.setViewportSize(size);
          await showsServer(desktop, () => screenshot(display), false);
          await waitFor('a picture that fits', async () => fits(await layout(page)), DESKTOP_TIMEOUT_MS);
          await pointsAt(page, display);
          if (index > 0) continue;
          await pointAt(page, 200, 200, true);
          await page.keyboard.type('typed in a small window', { delay: 20 });
          await page.keyboard.press('Enter');
          await waitForTypedLine(home, 'typed in a small window');
        }
        expect(await canvasPicture(page)).toMatchObject({ width: 1024, height: 724 });
        await page.getByRole('button', { name: 'Disconnect' }).click();
        await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
        const { manifest } = await wholeRecording(lab, gateway, desktop.sessionId);
        expect(sizesOf(manifest)).toEqual([[1024, 724]]);
        expect(person.complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );
  },
);

const POINTER = { x: 610, y: 420 };
/** The pointer is in the recording, and not in the browser's picture. */
const pointerAt = (_index: number) => ({ left: 590, top: 400, right: 650, bottom: 460 });

const sizesOf = ({ videos }: Manifest) => videos.map(({ width, height }) => [width, height]);

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the picture is, and what room the page has for it. */
async function layout(page: Page): Promise<{ picture: Box; space: Box; scrolls: boolean; ratio: number }> {
  return page.evaluate(() => {
    const boxOf = (element: Element | null | undefined) => {
      const { x, y, width, height } = element?.getBoundingClientRect() ?? { x: 0, y: 0, width: 0, height: 0 };
      return { x, y, width, height };
    };
    const root = document.querySelector('iron-remote-desktop')?.shadowRoot;
    const canvas = root?.querySelector('canvas');
    const elements = [
      document.documentElement,
      ...document.querySelectorAll('*'),
      ...(root?.querySelectorAll('*') ?? []),
    ];
    const scrolls = elements.some((element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      const can = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll';
      const root = element === document.documentElement;
      return (
        (element.scrollWidth > element.clientWidth + 1 && (can(overflowX) || root)) ||
        (element.scrollHeight > element.clientHeight + 1 && (can(overflowY) || root))
      );
    });
    return {
      picture: boxOf(canvas),
      space: boxOf(document.querySelector('.desktop-screen')),
      scrolls,
      ratio: (canvas?.width ?? 0) / (canvas?.height ?? 1),
    };
  });
}

/** All of the picture is in the room for it, as large as it can be, in its own proportions. */
function fits({ picture, space, scrolls, ratio }: Awaited<ReturnType<typeof layout>>): boolean {
  const inside =
    picture.x >= space.x - 1 &&
    picture.y >= space.y - 1 &&
    picture.x + picture.width <= space.x + space.width + 1 &&
    picture.y + picture.height <= space.y + space.height + 1;
  const fills = picture.width >= space.width - 3 || picture.height >= space.height - 3;
  return inside && fills && !scrolls && Math.abs(picture.width / picture.height / ratio - 1) < 0.01;
}
