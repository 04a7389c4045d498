import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../helpers/scratch.js';
import { mp4FrameTimesMs } from '../pixels/mp4-frame.js';
import { requirePeers } from '../setup/requirements.js';
import { WITNESS } from './support/gateway-process.js';

interface Outcome {
  readonly code: number;
  readonly output: string;
}

function witness(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...env, HOME: env['HOME'] ?? '/nonexistent' }, timeout: 90_000 };
    execFile(process.execPath, [WITNESS, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

describe.runIf(requirePeers('ffmpeg'))('witness demo', () => {
  it('goes the whole way unattended, and leaves video and audit rows', async () => {
    const out = await scratchFolder();
    const demo = await witness(['demo', '--seconds', '3', '--out', out], { PATH: process.env['PATH'] });
    expect(demo.output).toContain('Done: connected, recorded, verified, replayed, exported.');
    expect(demo.code).toBe(0);
    const times = await mp4FrameTimesMs(await readFile(path.join(out, 'video-0001.mp4')));
    expect(times.at(-1)).toBeGreaterThan(2000);
    const rows = (await readFile(path.join(out, 'audit.ndjson'), 'utf8')).trim().split('\n');
    const kinds = rows.map((row) => (JSON.parse(row) as { kind?: string }).kind);
    for (const kind of ['session.decided', 'session.ticket-redeemed', 'recording.finished', 'replay.watched']) {
      expect(kinds).toContain(kind);
    }

    const again = await witness(['verify'], { PATH: process.env['PATH'], WITNESS_DATA: path.join(out, 'data') });
    expect(again.output).toMatch(/audit gateway-1: intact/);
    expect(again.output).toMatch(/recording \S+: intact/);
    expect(again.code).toBe(0);
  }, 120_000);

  it('ends other than 0 with what is missing when a step fails', async () => {
    const out = await scratchFolder();
    const env = { PATH: '/nonexistent', FFMPEG_BIN: '/nonexistent/ffmpeg', WITNESS_ENCODER: 'ffmpeg' };
    const demo = await witness(['demo', '--seconds', '1', '--out', out], env);
    expect(demo.code).toBe(1);
    expect(demo.output).toMatch(/ffmpeg/i);
    expect(demo.output).not.toContain('Done');
  }, 60_000);
});

describe('witness', () => {
  it('stops the start for a setting that is not allowed, and says which and what is', async () => {
    const start = await witness(['start'], { PATH: process.env['PATH'], WITNESS_RDP_PORT: '99999' });
    expect(start.code).toBe(1);
    expect(start.output).toContain('WITNESS_RDP_PORT is "99999"; allowed: a whole number from 0 to 65535');
  }, 30_000);

  it('refuses to verify what is not there', async () => {
    const missing = await witness(['verify'], { PATH: process.env['PATH'], WITNESS_DATA: '/nonexistent' });
    expect(missing.code).toBe(1);
    expect(missing.output).toContain('WITNESS_DATA');
  }, 30_000);
});
