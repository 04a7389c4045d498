/** A person at a browser: signs in, connects with the command that is shown, disconnects, replays, exports. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EventPage } from '../../src/contract/api.js';
import type { SessionId } from '../../src/contract/ids.js';
import { findWindow } from '../peers/input.js';
import { displayEnv, useLab } from '../peers/lab.js';
import type { PeerProcess } from '../peers/peer-process.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import { requirePeers } from '../setup/requirements.js';
import { collectComplaints, launchBrowser, settled, shownPosition } from '../viewer/support/browser.js';
import { glance } from '../viewer/support/look.js';
import { ApiClient } from './support/api-client.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { downloadVideos } from './support/replay.js';
import { PEERS, Scene } from './support/scene.js';
import { shownPicture } from './support/shown-picture.js';
import { manifestOf, MINIMUM_PSNR_DB } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;
/** A seek may show the frame before or after a boundary that it hits to the millisecond. */
const BOUNDARY_MS = 20;

describe.runIf(requirePeers(...PEERS, 'chromium'))('in the browser', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let scene: Scene;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let api: ApiClient;
  let sessionId: SessionId;

  beforeAll(async () => {
    [gateway, scene, browser] = await Promise.all([
      startGatewayProcess(lab, { signIn: false }),
      Scene.open(lab),
      launchBrowser(),
    ]);
    lab.onClose(() => browser.close());
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    complaints = collectComplaints(page);
  });

  const open = (where: string) => page.goto(`https://127.0.0.1:${gateway.httpPort}${where}`);
  const auditOf = async (kind: string) => (await api.audit()).filter((row) => row.kind === kind);

  it(
    'the printed link signs in once, and leads to the list of sessions',
    async () => {
      if (gateway.signInLink === null) throw new Error('no link was printed');
      await page.goto(gateway.signInLink);
      await page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
      await page.getByText('There are no sessions here').waitFor();
      await glance(page, 'sessions-empty');
      const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-witness');
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
      api = new ApiClient(gateway.httpPort, `${cookie?.name}=${cookie?.value}`);
      gateway = { ...gateway, api };

      const second = await browser.newPage({ ignoreHTTPSErrors: true });
      await second.goto(gateway.signInLink ?? '');
      await second.getByRole('alert').waitFor();
      expect(await second.getByRole('heading', { name: 'Sessions', exact: true }).count()).toBe(0);
      await second.close();
    },
    TIMEOUT_MS,
  );

  it(
    'the command that the connect page shows works as it stands',
    async () => {
      await scene.target(gateway);
      await scene.goOn();
      await open('/connect');
      await page.getByRole('radio', { name: /shadow/ }).check();
      await glance(page, 'connect');
      await page.getByRole('radio', { name: 'An RDP client' }).check();
      await glance(page, 'connect-native');
      await page.getByRole('button', { name: 'Get a ticket' }).click();
      await page.getByText('Password, for this session alone').waitFor();
      const [command, , password] = await page.locator('.command code').allTextContents();
      if (command === undefined || password === undefined) throw new Error('no command or no password');
      await glance(page, 'ticket');
      const client = await runCommand(command, password);
      await page.getByText('Your client has connected.').waitFor();
      await glance(page, 'ticket-connected');
      await client.ready('a window', () => findWindow(lab, scene.monitor, 'xfreerdp'));

      await page.getByRole('link', { name: 'Sessions', exact: true }).click();
      const row = page.getByRole('row').filter({ hasText: 'shadow' });
      await row.getByText('Live').waitFor();
      await row.getByText('Recording', { exact: true }).waitFor();
      await glance(page, 'sessions-live');
      const sessions = await api.json<{ sessions: { id: SessionId }[] }>('GET', '/api/v1/sessions');
      sessionId = sessions.sessions[0]?.id ?? sessionId;

      // Enough for several segments.
      await new Promise((resolve) => setTimeout(resolve, 16_000));
      await row.getByRole('button', { name: /Disconnect/ }).click();
      const dialog = page.getByRole('dialog', { name: /Disconnect .* on shadow/ });
      await dialog.waitFor();
      await glance(page, 'disconnect');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'hidden' });
      expect(client.isRunning()).toBe(true);
      await row.getByRole('button', { name: /Disconnect/ }).click();
      await dialog.getByRole('button', { name: 'Disconnect' }).click();
      expect((await client.exited).code).not.toBeNull();
      await row.getByText('Ended').waitFor();
      await row.getByText('Stored').waitFor({ timeout: 40_000 });
      expect(await row.getByRole('button', { name: /Disconnect/ }).count()).toBe(0);
      expect(await api.session(sessionId)).toMatchObject({ endReason: 'disconnected-by-administrator' });
      expect(await auditOf('session.disconnect-requested')).toMatchObject([{ sessionId }]);
      await glance(page, 'sessions-stored');
    },
    TIMEOUT_MS,
  );

  /** The command as a person would paste it; the password that is shown beside it is typed when it is asked for. */
  const runCommand = (command: string, password: string): Promise<PeerProcess> =>
    lab.start({
      name: 'xfreerdp',
      command: 'sh',
      args: ['-c', `exec ${command}`],
      env: { HOME: lab.scratch('person'), ...displayEnv(scene.monitor) },
      input: `${password}\n`,
    });

  it(
    'a finished recording plays, seeks to the right frame, and follows its events',
    async () => {
      await page.getByRole('link', { name: /Replay the session of .* on shadow/ }).click();
      await settled(page);
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1.5);
      await page.getByRole('button', { name: 'Pause' }).click();
      await settled(page);

      const [video] = await downloadVideos(api, sessionId);
      if (video === undefined) throw new Error('no video');
      const { durationMs } = await manifestOf(gateway, sessionId);
      const bar = page.getByRole('slider', { name: 'Position in the session' });
      const box = await bar.boundingBox();
      if (box === null) throw new Error('no seek bar');
      for (const part of [0.9, 0.3, 0.62, 0.47]) {
        await page.mouse.click(box.x + box.width * part, box.y + box.height / 2);
        await settled(page);
        expect(Math.abs((await shownPosition(page)) - part * durationMs)).toBeLessThan(durationMs * 0.02);
        await expectRightFrame(video.mp4);
      }
      await glance(page, 'replay');

      const { events } = await api.json<EventPage>('GET', `/api/v1/recordings/${sessionId}/events`);
      const rows = page.getByRole('region', { name: 'Events' }).getByRole('listitem');
      expect(await rows.count()).toBe(events.length);
      expect(events.length).toBeGreaterThan(0);
      const last = events.at(-1);
      await rows.last().getByRole('button').click();
      await settled(page);
      expect(await shownPosition(page)).toBe(last?.mediaMs);
    },
    TIMEOUT_MS,
  );

  /** The picture in the browser is the one that ffmpeg decodes from the stored file at this time, and no other. */
  const expectRightFrame = async (mp4: Buffer): Promise<void> => {
    const { shown, timeMs } = await shownPicture(page);
    const frames = [timeMs - BOUNDARY_MS, timeMs + BOUNDARY_MS].map((ms) => decodeMp4Frame(mp4, ms));
    const near = (await Promise.all(frames)).map((frame) => lumaPsnr(shown, frame));
    expect(Math.max(...near)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
    const other = await decodeMp4Frame(mp4, Math.max(0, timeMs - 2000));
    expect(lumaPsnr(shown, other)).toBeLessThan(MINIMUM_PSNR_DB);
  };

  it(
    'every viewing is in the audit log exactly once, and so is an export of it',
    async () => {
      // The test's own download of the video was a viewing, too.
      expect(await auditOf('replay.watched')).toHaveLength(2);
      await page.reload();
      await settled(page);
      await page.keyboard.press('End');
      await settled(page);
      expect(await auditOf('replay.watched')).toHaveLength(3);
      expect((await auditOf('replay.watched')).every((row) => row.sessionId === sessionId)).toBe(true);

      const before = (await auditOf('export.made')).length;
      await page.getByRole('link', { name: 'Audit' }).click();
      await page.getByRole('radio', { name: /CSV/ }).check();
      await glance(page, 'audit');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download' }).click(),
      ]);
      const csv = await readFile(await download.path(), 'utf8');
      expect(download.suggestedFilename()).toMatch(/\.csv$/);
      expect(csv.split('\r\n')[0]).toContain('kind');
      expect(csv).toContain('session.disconnect-requested');
      const exports = await auditOf('export.made');
      // `auditOf` exports as well: once before, and once now.
      expect(exports.filter(({ data }) => data['format'] === 'csv')).toHaveLength(1);
      expect(exports.length).toBeGreaterThan(before);
      expect(complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
