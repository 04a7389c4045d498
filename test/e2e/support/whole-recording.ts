/** Checks that a recording is whole, the way a reviewer would find out: the command, the manifest, the video. */
import { expect } from 'vitest';
import type { SessionId } from '../../../src/contract/ids.js';
import type { Manifest } from '../../../src/contract/manifest.js';
import type { Lab } from '../../peers/lab.js';
import { decodeMp4Frame, mp4FrameTimesMs } from '../../pixels/mp4-frame.js';
import type { Raster } from '../../pixels/raster.js';
import { type GatewayProcess, WITNESS } from './gateway-process.js';
import { downloadVideos } from './replay.js';

export const MINIMUM_PSNR_DB = 35;
/** While nothing changes, the picture repeats every second; a busy machine may be late by a little. */
const LONGEST_SAMPLE_MS = 1100;
const FINISH_TIMEOUT_MS = 60_000;

export interface WholeRecording {
  readonly manifest: Manifest;
  readonly lastFrame: Raster;
}

/** What `witness verify` prints about a session, with the gateway running. Rejects with that when something is wrong. */
export async function verify(lab: Lab, gateway: GatewayProcess, sessionId: SessionId): Promise<string> {
  const env = { HOME: gateway.dataDir, WITNESS_DATA: gateway.dataDir };
  try {
    return await lab.run(globalThis.process.execPath, [WITNESS, 'verify', sessionId], env);
  } catch (error) {
    const { stdout, message } = error as Error & { stdout?: string };
    throw new Error(`${message}${stdout ?? ''}`, { cause: error });
  }
}

export async function manifestOf({ api }: GatewayProcess, sessionId: SessionId): Promise<Manifest> {
  return api.json<Manifest>('GET', `/api/v1/recordings/${sessionId}/manifest`);
}

/** Waits for the recording to be finished; asserts that it is intact, contiguous and without gaps. */
export async function wholeRecording(lab: Lab, gateway: GatewayProcess, sessionId: SessionId): Promise<WholeRecording> {
  const { api } = gateway;
  const done = ({ recording }: { recording: string }) => recording === 'finished' || recording === 'failed';
  const info = await api.waitForSession(sessionId, 'the end of the recording', done, FINISH_TIMEOUT_MS);
  expect(info).toMatchObject({ recording: 'finished', gapCount: 0 });
  expect(await verify(lab, gateway, sessionId)).toMatch(new RegExp(`recording ${sessionId}: intact`));
  const manifest = await manifestOf(gateway, sessionId);
  expect(manifest.gaps).toEqual([]);
  expect(manifest.coverage).toMatchObject({ pdusDropped: 0, bytesDropped: 0, framesDropped: 0 });
  expect(manifest.coverage.framesEncoded).toBe(manifest.coverage.framesPaced);
  expectContiguous(manifest);
  const videos = await downloadVideos(api, sessionId);
  expect(videos.map(({ file }) => file)).toEqual(manifest.videos.map(({ file }) => file));
  for (const { mp4 } of videos) expectRegular(await mp4FrameTimesMs(mp4));
  const last = videos.at(-1);
  if (last === undefined) throw new Error('the recording has no video');
  return { manifest, lastFrame: await decodeMp4Frame(last.mp4, Number.POSITIVE_INFINITY) };
}

/** Within a part, every segment begins where the one before it ended. */
function expectContiguous({ segments, parts, videos }: Manifest): void {
  const partOf = new Map(videos.map(({ file, part }) => [file, part]));
  for (const [index, segment] of segments.entries()) {
    const before = segments[index - 1];
    if (before === undefined || partOf.get(before.file) !== partOf.get(segment.file)) continue;
    expect(segment.startMs).toBe(before.startMs + before.durationMs);
  }
  const last = segments.at(-1);
  if (last !== undefined) expect(last.startMs + last.durationMs).toBe(parts.at(-1)?.endMs);
}

function expectRegular(timesMs: readonly number[]): void {
  const spacings = timesMs.slice(1).map((timeMs, index) => timeMs - (timesMs[index] ?? 0));
  expect(Math.min(...spacings)).toBeGreaterThan(0);
  expect(Math.max(...spacings)).toBeLessThanOrEqual(LONGEST_SAMPLE_MS);
}
