/**
 * A gateway that is killed: nothing that it started stays behind, and the next start finishes its recordings up to the
 * last byte that was shown, and says so.
 */
import { readdir, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Health, SessionInfo } from '../../src/contract/api.js';
import type { SessionId } from '../../src/contract/ids.js';
import { useLab } from '../peers/lab.js';
import { screenshot } from '../peers/screenshot.js';
import { waitFor } from '../peers/wait.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import type { Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { childOf, childrenOf, waitForEnd } from './support/children.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { type Connected, PEERS, POINTER, Scene } from './support/scene.js';
import { seededRandom } from './support/seeded-random.js';
import { manifestOf, MINIMUM_PSNR_DB, verify, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 120_000;

/** What becomes of the traces is part of what is tested. */
const SETTINGS = { WITNESS_TRACE_KEEP: 'never' } as const;

describe.runIf(requirePeers(...PEERS))('a gateway killed with SIGKILL', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let scene: Scene;

  beforeAll(async () => {
    [gateway, scene] = await Promise.all([startGatewayProcess(lab, { settings: SETTINGS }), Scene.open(lab)]);
  });

  /**
   * Kills the gateway, and gives the client's display as it was then. It is stopped first: it never runs again, and the
   * client, which closes its window when the connection breaks, draws what was sent before.
   */
  const killGateway = async ({ client }: Connected): Promise<Raster> => {
    const { pid } = gateway.process;
    const children = [...childrenOf(pid, 'recorder'), ...childrenOf(pid, 'storage')];
    process.kill(pid, 'SIGSTOP');
    await delay(500);
    const shown = await screenshot(scene.monitor);
    process.kill(pid, 'SIGKILL');
    await Promise.all([gateway.process.exited, waitForEnd(children)]);
    await client.process.stop();
    return shown;
  };

  const restart = async (): Promise<void> => {
    gateway = await startGatewayProcess(lab, { dataDir: gateway.dataDir, api: gateway.api, settings: SETTINGS });
  };

  const auditOf = async (sessionId: SessionId): Promise<Record<string, Readonly<Record<string, unknown>>>> => {
    const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
    return Object.fromEntries(rows.map(({ kind, data }) => [kind, data]));
  };

  const tracesOf = (sessionId: SessionId): string => path.join(gateway.dataDir, 'traces', sessionId);

  it.each([1, 2])(
    'while the picture changes leaves a recording of everything up to the last byte that was shown (moment %i)',
    async (seed) => {
      await scene.goOn();
      const connected = await scene.connect(gateway);
      const { sessionId } = connected.session;
      await delay(3000 + seededRandom(seed)() * 12_000);
      const shown = await killGateway(connected);
      expect(await readdir(tracesOf(sessionId))).toEqual(['part-0001.trace']);
      await restart();
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest).toMatchObject({ outcome: 'gateway-lost', parts: [{ endReason: 'gateway-lost' }] });
      await keepPicture(`gateway-killed ${seed} shown`, shown);
      await keepPicture(`gateway-killed ${seed} recorded`, lastFrame);
      expect(lumaPsnr(shown, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(await gateway.api.session(sessionId)).toMatchObject({ state: 'ended', endReason: 'gateway-lost' });
      expect(await auditOf(sessionId)).toMatchObject({
        'session.ended': { reason: 'gateway-lost' },
        'recording.recovered': { parts: 1 },
        'recording.ended': { outcome: 'gateway-lost' },
        'recording.finished': { gapCount: 0 },
      });
      await expect(readdir(tracesOf(sessionId))).rejects.toMatchObject({ code: 'ENOENT' });
    },
    TIMEOUT_MS,
  );

  it(
    'while nothing happens leaves a recording of the idle time too',
    async () => {
      await scene.goOn();
      const connected = await scene.connect(gateway);
      const { sessionId } = connected.session;
      await scene.settledPicture();
      await delay(3000);
      const shown = await killGateway(connected);
      await restart();
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest.outcome).toBe('gateway-lost');
      expect(lumaPsnr(shown, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      // 1.5 s until the picture is refined, and 3 s more.
      expect(manifest.durationMs).toBeGreaterThan(4000);
    },
    TIMEOUT_MS,
  );

  it(
    'together with its storage leaves a recording, although storage has forgotten its last seconds',
    async () => {
      await scene.goOn();
      const connected = await scene.connect(gateway);
      const { sessionId } = connected.session;
      // The first segment is stored after 10 s; the index of the storage is saved every 5 s.
      const stored = ({ videoBytes }: SessionInfo) => videoBytes > 0;
      await gateway.api.waitForSession(sessionId, 'a stored segment', stored, 20_000);
      process.kill(await childOf(gateway.process.pid, 'storage'), 'SIGKILL');
      const shown = await killGateway(connected);
      await restart();
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest.outcome).toBe('gateway-lost');
      expect(manifest.segments.length).toBeGreaterThan(1);
      expect(lumaPsnr(shown, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
    },
    TIMEOUT_MS,
  );

  it(
    'with the last chunk of the trace torn leaves a recording of all the others, and counts the torn bytes',
    async () => {
      await scene.goOn();
      const connected = await scene.connect(gateway);
      const { sessionId } = connected.session;
      await delay(4000);
      await killGateway(connected);
      const trace = path.join(tracesOf(sessionId), 'part-0001.trace');
      await truncate(trace, (await stat(trace)).size - 5);
      await restart();
      const { manifest } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest.outcome).toBe('gateway-lost');
      expect(manifest.parts).toHaveLength(1);
      expect(manifest.parts[0]?.tornBytes).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it.each([0, 100, 300])(
    '%i ms after a client connected leaves nothing undecided',
    async (afterMs) => {
      await scene.goOn();
      const session = await scene.request(gateway);
      const client = await scene.startClient(gateway, session);
      const { sessionId } = session;
      await gateway.api.waitForSession(sessionId, 'a connection', ({ state }) => state !== 'authorised');
      await delay(afterMs);
      await killGateway({ session, client });
      await restart();
      const info = await gateway.api.waitForSession(
        sessionId,
        'a settled session and recording',
        ({ state, recording }) => state === 'ended' && recording !== 'live' && recording !== 'finishing',
        30_000,
      );
      expect(info.endReason).toBe('gateway-lost');
      if (info.recording === 'finished') {
        expect(await verify(lab, gateway, sessionId)).toContain(`recording ${sessionId}: intact`);
        expect(await manifestOf(gateway, sessionId)).toMatchObject({ outcome: 'gateway-lost', gaps: [] });
      } else if (info.recording === 'failed') {
        expect((await auditOf(sessionId))['recording.failed']).toMatchObject({ code: 'nothing-recorded' });
      } else {
        expect(await auditOf(sessionId)).not.toHaveProperty('recording.started');
      }
      await expect(readdir(tracesOf(sessionId))).rejects.toMatchObject({ code: 'ENOENT' });
    },
    TIMEOUT_MS,
  );
});

describe.runIf(requirePeers(...PEERS))('embedded storage killed with SIGKILL', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let scene: Scene;

  beforeAll(async () => {
    [gateway, scene] = await Promise.all([startGatewayProcess(lab), Scene.open(lab)]);
  });

  const killStorage = async (): Promise<void> => {
    const pid = await childOf(gateway.process.pid, 'storage');
    process.kill(pid, 'SIGKILL');
    await waitForEnd([pid]);
    await waitFor('the storage to be back', async () => {
      const { storage } = await gateway.api.json<Health>('GET', '/api/v1/health');
      return storage === 'ok';
    });
  };

  it(
    'in mid-session, again and again, leaves a whole recording and an unharmed session',
    async () => {
      const random = seededRandom(5);
      await scene.goOn();
      const { session, client } = await scene.connect(gateway);
      for (let kill = 0; kill < 5; kill += 1) {
        // The first segment is stored after 10 s, the index is saved every 5 s.
        await delay(4000 + random() * 5000);
        await killStorage();
      }
      const server = await scene.settledPicture();
      expect(client.process.isRunning()).toBe(true);
      await client.process.stop();
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, session.sessionId);
      expect(manifest.outcome).toBe('complete');
      expect(lumaPsnr(server, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
    },
    TIMEOUT_MS,
  );

  it(
    'while a recording is finished, and right after that, loses nothing of it',
    async () => {
      const random = seededRandom(6);
      for (let round = 0; round < 3; round += 1) {
        await scene.goOn();
        const { session, client } = await scene.connect(gateway);
        await delay(3000);
        const server = await scene.settledPicture();
        await client.process.stop();
        await delay(1800 + random() * 1200);
        await killStorage();
        const { sessionId } = session;
        await gateway.api.waitForSession(sessionId, 'its end', ({ recording }) => recording === 'finished', 60_000);
        await killStorage();
        const { lastFrame } = await wholeRecording(lab, gateway, sessionId);
        expect(lumaPsnr(server, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      }
    },
    TIMEOUT_MS,
  );
});
