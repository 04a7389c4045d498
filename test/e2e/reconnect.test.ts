/** A client that lost its connection comes back to its own session, in time and from its own address, or not at all. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordingInfo } from '../../src/contract/api.js';
import type { SessionId } from '../../src/contract/ids.js';
import { useLab } from '../peers/lab.js';
import type { RdpClient } from '../peers/rdp-client.js';
import { waitFor } from '../peers/wait.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import type { Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { launchBrowser, settled } from '../viewer/support/browser.js';
import type { AuditLine } from './support/api-client.js';
import { type CuttableProxy, startCuttableProxy } from './support/cuttable-proxy.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { downloadVideos } from './support/replay.js';
import { PEERS, POINTER, Scene } from './support/scene.js';
import { shownPicture } from './support/shown-picture.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;
const WINDOW_MS = 12_000;

describe.runIf(requirePeers(...PEERS, 'chromium'))('a client whose connection is cut', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let scene: Scene;
  let proxy: CuttableProxy;
  let browser: Browser;

  beforeAll(async () => {
    const settings = { WITNESS_RECONNECT_WINDOW_MS: String(WINDOW_MS) };
    [gateway, scene] = await Promise.all([startGatewayProcess(lab, { settings }), Scene.open(lab)]);
    proxy = await startCuttableProxy(gateway.rdpPort);
    lab.onClose(() => proxy.close());
    browser = await launchBrowser();
    lab.onClose(() => browser.close());
  });

  const auditOf = async (sessionId: SessionId): Promise<readonly AuditLine[]> =>
    (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
  const lost = (sessionId: SessionId) =>
    gateway.api.waitForSession(sessionId, 'the loss of its client', ({ state }) => state === 'client-lost');
  /** Ends a client and its session, so that the next test finds nothing of it. */
  const leave = async (client: RdpClient, sessionId: SessionId): Promise<void> => {
    await gateway.api.disconnect(sessionId);
    await client.process.stop();
  };

  /** The pictures of the replay page at these session times, by one player that seeks back and forth between them. */
  const replayed = async (sessionId: SessionId, timesMs: readonly [number, number]): Promise<readonly Raster[]> => {
    const [name = '', value = ''] = (gateway.api.cookie ?? '').split('=');
    const url = `https://127.0.0.1:${gateway.httpPort}`;
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
    await context.addCookies([{ name, value, url }]);
    const page = await context.newPage();
    const [firstMs, secondMs] = timesMs;
    await page.goto(`${url}/recordings/${sessionId}?t=${secondMs / 1000}`);
    await settled(page);
    await page.keyboard.press('Home');
    await settled(page);
    const pictures: Raster[] = [];
    for (const timeMs of [firstMs, secondMs]) {
      const bar = page.getByRole('slider', { name: 'Position in the session' });
      const box = await bar.boundingBox();
      const durationMs = Number(await bar.getAttribute('aria-valuemax'));
      if (box === null) throw new Error('no seek bar');
      await page.mouse.click(box.x + (box.width * timeMs) / durationMs, box.y + box.height / 2);
      await settled(page);
      pictures.push((await shownPicture(page)).shown);
    }
    await context.close();
    return pictures;
  };

  it(
    'comes back by itself to one session and one recording, with the interruption in it',
    async () => {
      await scene.goOn();
      const session = await scene.request(gateway);
      const { sessionId } = session;
      const client = await scene.startClient(gateway, session, { port: proxy.port, args: ['/auto-reconnect'] });
      await client.connected();
      await delay(2500);
      const before = await scene.settledPicture();
      proxy.cut();
      await gateway.api.waitForSession(sessionId, 'a second connection', ({ state }) => state === 'live', 20_000);
      await scene.goOn();
      await delay(2000);
      const after = await scene.settledPicture();
      await leave(client, sessionId);

      const { manifest, lastFrame } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest.outcome).toBe('ended-by-policy');
      expect(manifest.parts.map(({ part, endReason }) => [part, endReason])).toEqual([
        [1, 'client-lost'],
        [2, 'disconnected-by-administrator'],
      ]);
      expect(manifest.videos.map(({ file, part }) => [file, part])).toEqual([
        ['video-0001.mp4', 1],
        ['video-0002.mp4', 2],
      ]);
      const [first, second] = manifest.parts;
      const firstPicture = manifest.segments.find(({ file }) => file === 'video-0002.mp4');
      expect(manifest.interruptions).toEqual([
        { startMs: first?.endMs, endMs: firstPicture?.startMs, reason: 'client-lost' },
      ]);
      expect(firstPicture?.startMs).toBeGreaterThan(second?.startMs ?? Number.POSITIVE_INFINITY);
      const kinds = (await auditOf(sessionId)).map(({ kind, data }) =>
        kind === 'session.decided' ? data['at'] : kind,
      );
      expect(kinds.filter((kind) => kind === 'reconnection')).toHaveLength(1);
      const order = ['redemption', 'session.connected', 'session.client-lost', 'reconnection', 'session.reconnected'];
      expect(kinds.filter((kind) => order.includes(String(kind)))).toEqual(order);

      // What a reviewer sees in the stored files, and in the player right before the cut and at the end.
      const [video] = await downloadVideos(gateway.api, sessionId);
      if (video === undefined) throw new Error('no first part');
      const lastOfFirst = await decodeMp4Frame(video.mp4, Number.POSITIVE_INFINITY);
      const inPlayer = await replayed(sessionId, [(first?.endMs ?? 0) - 200, manifest.durationMs - 200]);
      for (const [server, ...pictures] of [
        [before, lastOfFirst, inPlayer[0]],
        [after, lastFrame, inPlayer[1]],
      ] as const) {
        for (const picture of pictures) {
          expect(picture === undefined ? 0 : lumaPsnr(server, picture, POINTER)).toBeGreaterThanOrEqual(
            MINIMUM_PSNR_DB,
          );
        }
      }
      expect(lumaPsnr(before, after)).toBeLessThan(MINIMUM_PSNR_DB);
      const info = await gateway.api.json<RecordingInfo>('GET', `/api/v1/recordings/${sessionId}`);
      expect(info.interruptions).toEqual(manifest.interruptions);
      expect(info.timeline.map(({ sessionStartMs }) => sessionStartMs)).toEqual(
        manifest.videos.map(({ file }) => manifest.segments.find((segment) => segment.file === file)?.startMs),
      );
    },
    TIMEOUT_MS,
  );

  it(
    'takes the place of its own connection that nobody has missed yet, when it proves its password again',
    async () => {
      await scene.goOn();
      const session = await scene.request(gateway);
      const { sessionId } = session;
      const silent = await scene.startClient(gateway, session);
      await silent.connected();
      // As far as the gateway can tell, a client that is stopped is one whose network went away.
      process.kill(silent.process.pid, 'SIGSTOP');
      const stranger = await scene.startClient(gateway, { ...session, oneTime: null });
      expect((await stranger.exited).code).not.toBe(0);
      expect((await gateway.api.session(sessionId)).state).toBe('live');
      const back = await scene.startClient(gateway, session);
      // The window of the other one is still there, so the client's own does not say that it is connected.
      const order = ['session.connected', 'session.ticket-refused', 'session.client-lost', 'session.reconnected'];
      const kinds = await waitFor('the return', async () => {
        const rows = (await auditOf(sessionId)).map(({ kind }) => kind).filter((kind) => order.includes(kind));
        return rows.includes('session.reconnected') ? rows : undefined;
      });
      expect(kinds).toEqual(order);
      process.kill(silent.process.pid, 'SIGKILL');
      await silent.exited;
      const server = await scene.settledPicture();
      await leave(back, sessionId);
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, sessionId);
      expect(lumaPsnr(server, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(manifest.parts.map(({ endReason }) => endReason)).toEqual([
        'client-lost',
        'disconnected-by-administrator',
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    'is refused from another address, and its session goes on waiting for it',
    async () => {
      await scene.goOn();
      const session = await scene.request(gateway);
      const { sessionId } = session;
      const client = await scene.startClient(gateway, session, { port: proxy.port });
      await client.connected();
      await client.process.stop();
      await lost(sessionId);
      const elsewhere = await startCuttableProxy(gateway.rdpPort, '127.0.0.2');
      const stranger = await scene.startClient(gateway, session, { port: elsewhere.port });
      expect((await stranger.exited).code).not.toBe(0);
      await elsewhere.close();
      expect((await gateway.api.session(sessionId)).state).toBe('client-lost');
      const refused = (await gateway.api.audit()).filter(({ kind }) => kind === 'session.ticket-refused').at(-1);
      expect(refused).toMatchObject({ actor: 'client:127.0.0.2', data: { reason: 'ticket-wrong-address' } });

      const again = await scene.startClient(gateway, session, { port: proxy.port });
      await again.connected();
      expect((await gateway.api.session(sessionId)).state).toBe('live');
      await leave(again, sessionId);
      expect((await wholeRecording(lab, gateway, sessionId)).manifest.parts).toHaveLength(2);
    },
    TIMEOUT_MS,
  );

  it(
    'is refused after the reconnection window, and its session is over',
    async () => {
      await scene.goOn();
      const session = await scene.request(gateway);
      const { sessionId } = session;
      const client = await scene.startClient(gateway, session, { port: proxy.port });
      await client.connected();
      await client.process.stop();
      await lost(sessionId);
      const ended = await gateway.api.waitForSession(sessionId, 'its end', ({ state }) => state === 'ended');
      expect(ended.endReason).toBe('client-lost');
      const late = await scene.startClient(gateway, session, { port: proxy.port });
      expect((await late.exited).code).not.toBe(0);
      const refused = (await gateway.api.audit()).filter(({ kind }) => kind === 'session.ticket-refused').at(-1);
      expect(refused).toMatchObject({ actor: 'client:127.0.0.1', data: { reason: 'ticket-used' } });
      const { manifest } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest).toMatchObject({ outcome: 'complete', interruptions: [] });
      expect(manifest.parts).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  it(
    'is decided about again: a session that was recorded does not go on unrecorded',
    async () => {
      await scene.goOn();
      const session = await scene.request(gateway);
      const { sessionId } = session;
      const client = await scene.startClient(gateway, session, { port: proxy.port });
      await client.connected();
      await client.process.stop();
      await lost(sessionId);
      const target = await scene.target(gateway);
      await gateway.api.json('PATCH', `/api/v1/targets/${target.id}`, { recording: 'off' });
      const back = await scene.startClient(gateway, session, { port: proxy.port });
      expect((await back.exited).code).not.toBe(0);
      const rows = await auditOf(sessionId);
      expect(
        rows.filter(({ data }) => data['at'] === 'reconnection' && 'recorded' in data).map(({ data }) => data),
      ).toEqual([expect.objectContaining({ outcome: 'allowed', recorded: false })]);
      expect(rows.find(({ kind }) => kind === 'session.ticket-refused')?.data).toMatchObject({
        reason: 'policy-changed',
      });
      await gateway.api.json('PATCH', `/api/v1/targets/${target.id}`, { recording: 'required' });
      await gateway.api.disconnect(sessionId);
      expect((await wholeRecording(lab, gateway, sessionId)).manifest.parts).toHaveLength(1);
    },
    TIMEOUT_MS,
  );
});
