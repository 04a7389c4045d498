/** Both encoders record a real session well; without any, the gateway says what to install instead of starting. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Health } from '../../src/contract/api.js';
import { useLab } from '../peers/lab.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { startGatewayProcess, WITNESS } from './support/gateway-process.js';
import { PEERS, POINTER, Scene } from './support/scene.js';
import { MINIMUM_PSNR_DB, wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;

describe.runIf(requirePeers(...PEERS))('the video encoder', () => {
  const lab = useLab();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open(lab);
  });

  it.each(['node-av', 'ffmpeg'] as const)(
    '%s records a real session, and is named by the health page, the manifest and the audit log',
    async (encoder) => {
      const gateway = await startGatewayProcess(lab, { settings: { WITNESS_ENCODER: encoder } });
      const health = await gateway.api.json<Health>('GET', '/api/v1/health');
      expect(health.encoder).toMatch(new RegExp(`^${encoder} .*\\d`));
      await scene.goOn();
      const { session, client } = await scene.connect(gateway);
      const server = await scene.settledPicture();
      await client.process.stop();
      const { manifest, lastFrame } = await wholeRecording(lab, gateway, session.sessionId);
      await keepPicture(`encoder ${encoder}`, lastFrame);
      expect(manifest.encoder.name).toBe(encoder);
      expect(lumaPsnr(server, lastFrame, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      const finished = (await gateway.api.audit()).find(({ kind }) => kind === 'recording.finished');
      expect(finished?.data['encoder']).toBe(health.encoder);
      await gateway.process.stop();
    },
    TIMEOUT_MS,
  );
});

describe('without an encoder', () => {
  const lab = useLab();

  it('witness start ends, and says what to install', async () => {
    const dataDir = lab.scratch('gateway');
    const started = lab.run(process.execPath, [WITNESS, 'start'], {
      HOME: dataDir,
      PATH: lab.scratch('empty'),
      WITNESS_DATA: dataDir,
      WITNESS_RDP_PORT: '0',
      WITNESS_HTTP_PORT: '0',
      WITNESS_ENCODER: 'ffmpeg',
    });
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('witness: The encoder ffmpeg does not run here: install ffmpeg 5.1 or later'),
    });
  });
});
