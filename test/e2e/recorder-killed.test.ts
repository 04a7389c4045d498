/** A recorder that dies takes nothing with it: its successor finishes the recording, and the session does not notice. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { useLab } from '../peers/lab.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { requirePeers } from '../setup/requirements.js';
import { childOf, childrenOf } from './support/children.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { PEERS, POINTER, Scene } from './support/scene.js';
import { seededRandom } from './support/seeded-random.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 180_000;
/** As many as are borne even when none of the recorders lives long enough to get further than those before it. */
const KILLS = 5;

describe.runIf(requirePeers(...PEERS))('a recorder killed with SIGKILL', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let scene: Scene;

  beforeAll(async () => {
    [gateway, scene] = await Promise.all([startGatewayProcess(lab), Scene.open(lab)]);
  });

  const killRecorder = async (): Promise<void> => {
    process.kill(await childOf(gateway.process.pid, 'recorder'), 'SIGKILL');
  };
  const failures = async (sessionId: string): Promise<number> =>
    (await gateway.api.audit()).filter((row) => row.kind === 'recording.failed' && row.sessionId === sessionId).length;

  it(
    'in mid-session, again and again, leaves a whole recording and an unharmed session',
    async () => {
      const random = seededRandom(1);
      await scene.goOn();
      const { session, client } = await scene.connect(gateway);
      for (let kill = 0; kill < KILLS; kill += 1) {
        await delay(300 + random() * 4000);
        await killRecorder();
      }
      const server = await scene.settledPicture();
      expect(client.process.isRunning()).toBe(true);
      expect((await gateway.api.session(session.sessionId)).state).toBe('live');
      await client.process.stop();
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, session.sessionId);
      expect(manifest).toMatchObject({ outcome: 'complete', interruptions: [] });
      expect(lumaPsnr(server, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(await failures(session.sessionId)).toBe(KILLS);
    },
    TIMEOUT_MS,
  );

  it.each([2, 3, 4])(
    'while the session ends leaves a whole recording (moments %i)',
    async (seed) => {
      const random = seededRandom(seed);
      await scene.goOn();
      const { session, client } = await scene.connect(gateway);
      await delay(2000 + random() * 2000);
      const server = await scene.settledPicture();
      await client.process.stop();
      // The reconnection window of 2 s, then the recorder finishes: segments, verification, manifest.
      await delay(1500 + random() * 600);
      let kills = 0;
      for (; kills < 3; kills += 1) {
        const [recorder] = childrenOf(gateway.process.pid, 'recorder');
        if (recorder !== undefined) process.kill(recorder, 'SIGKILL');
        else break;
        await childOf(gateway.process.pid, 'recorder', recorder).catch(() => undefined);
        await delay(random() * 900);
      }
      expect(kills).toBeGreaterThan(0);
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, session.sessionId);
      expect(manifest.outcome).toBe('complete');
      expect(lumaPsnr(server, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      expect(await failures(session.sessionId)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
