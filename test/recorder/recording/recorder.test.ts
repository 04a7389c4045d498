import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BlobStorage } from '../../../recorder/storage/blob-storage.js';
import { readFragments } from '../../../recorder/video/fragment-reader.js';
import { recordingFolder, type Manifest, type RecordingEvent } from '../../../src/contract/manifest.js';
import type { EncoderChoice, FromRecorder, ToRecorder, TracePart } from '../../../src/contract/recorder-protocol.js';
import { startAzurite, type Azurite } from '../azurite.js';
import { psnr } from '../media-checks.js';
import { SESSION_ID, traceHeader } from '../trace-writer.js';
import { GatewayDouble } from './gateway-double.js';
import { lumaOf, Scenario, type Desktop } from './scenario.js';

const folder = mkdtempSync(join(tmpdir(), 'witness-recorder-'));
const key = randomBytes(32);
const FOLDER = recordingFolder(SESSION_ID, traceHeader().sessionStartedAtMs);
const ENTRA_LOGON = { domain: '', userName: 'AzureAD\\ada', targetSessionId: 1 };
const FIRST: TracePart = { part: 1, path: join(folder, '1.trace') };
const SECOND: TracePart = { part: 2, path: join(folder, '2.trace') };

// A recorder takes a second or two by itself; the machine may have other things to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let azurite: Azurite;
let container = '';
let containers = 0;
let desktops: { first: Desktop; resized: Desktop; second: Desktop };
const recorders: GatewayDouble[] = [];

beforeAll(async () => {
  azurite = await startAzurite();
  desktops = writeTraces();
});
afterAll(async () => {
  await azurite.stop();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  await Promise.all(
    recorders.splice(0).map((recorder) => {
      recorder.kill();
      return recorder.exited();
    }),
  );
});

/** Two parts: activity, a loss, rest, another size; then a reconnection. */
function writeTraces() {
  const one = new Scenario(FIRST.path, key);
  one.event(0, 'connected').activate(10, 640, 400).text(20, 1);
  for (let step = 0; step < 90; step++) {
    const timeMs = 500 + step * 150;
    one.text(timeMs, 100 + step, { x: 16, y: 48, width: 192, height: 96 });
    if (step % 5 === 0) one.writer.chunk();
  }
  one.broken(14_500).event(15_000, 'clipboard').ticks(15_500, 20_500);
  // In the corner, so that next to nothing of it covers the text; and said again where it has not moved.
  for (let timeMs = 21_000; timeMs < 24_000; timeMs += 250) one.pointer(timeMs, 639, timeMs < 22_000 ? 398 : 399);
  one.ticks(24_500, 30_500);
  const first = one.desktop;
  one.activate(31_000, 501, 333).text(31_020, 7).ticks(32_000, 38_000);
  const resized = one.desktop;
  one.end(38_500);
  const two = new Scenario(SECOND.path, key, { part: 2, partStartMs: 45_000 });
  two.event(45_000, 'reconnected').activate(45_010, 640, 400).text(45_100, 42).ticks(46_000, 52_000);
  const second = two.desktop;
  two.end(52_700);
  return { first, resized, second };
}

function startMessage(parts: readonly TracePart[], live = false, encoder: EncoderChoice = 'auto') {
  const storage = { connection: azurite.connection(), container };
  const traceKey = key.toString('base64');
  const outcome = live ? ('complete' as const) : ('gateway-lost' as const);
  const message: ToRecorder & { readonly type: 'start' } = {
    type: 'start',
    sessionId: SESSION_ID,
    traceKey,
    parts,
    live,
    storage,
    encoder,
    outcome,
    unrecorded: [],
  };
  return message;
}

function launch(message = startMessage([FIRST, SECOND]), onMessage?: (message: FromRecorder) => void): GatewayDouble {
  const recorder = new GatewayDouble(message, onMessage);
  recorders.push(recorder);
  return recorder;
}

function freshContainer(): void {
  containers += 1;
  container = `recordings-${containers}`;
}

const storage = () => BlobStorage.open({ connection: azurite.connection(), container });

async function content(name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await storage()).read(`${FOLDER}/${name}`)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function manifest(): Promise<Manifest> {
  return JSON.parse((await content('manifest.json')).toString()) as Manifest;
}

/** Session time of every frame, read from the stored files themselves. */
async function frameTimes({ videos, segments }: Manifest): Promise<number[]> {
  const times: number[] = [];
  for (const { file } of videos) {
    const startMs = segments.find((segment) => segment.file === file)?.startMs ?? 0;
    for await (const item of readFragments((await storage()).read(`${FOLDER}/${file}`))) {
      if (item.type === 'fragment') times.push(...item.segment.samples.map(({ ptsMs }) => ptsMs + startMs));
    }
  }
  return times;
}

/** What has to be the same however often the recorder died. */
async function facts() {
  const body = await manifest();
  const { parts, gaps, interruptions, coverage, durationMs, outcome, events } = body;
  const segments = body.segments.map(({ startMs, durationMs: ms, frames }) => [startMs, ms, frames]);
  return { times: await frameTimes(body), segments, parts, gaps, interruptions, coverage, durationMs, outcome, events };
}

/** The picture that a player shows at a session time, decoded by ffmpeg from the stored file. */
async function lumaAt(timeMs: number): Promise<{ luma: Buffer; width: number; height: number; png: Buffer }> {
  const { segments, videos } = await manifest();
  const segment = segments.findLast(({ startMs }) => startMs <= timeMs);
  const video = videos.find(({ file }) => file === segment?.file);
  if (segment === undefined || video === undefined) throw new Error('no such time');
  const fileStartMs = segments.find(({ file }) => file === video.file)?.startMs ?? 0;
  const path = join(folder, 'extract.mp4');
  writeFileSync(path, await content(video.file));
  const select = ['-v', 'error', '-i', path, '-vf', `select=lte(t\\,${(timeMs - fileStartMs) / 1000})`];
  const raw = ['-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'];
  const frames = execFileSync('ffmpeg', [...select, ...raw], { maxBuffer: 1 << 30 });
  const frameBytes = (video.width * video.height * 3) / 2;
  const last = frames.subarray(frames.length - frameBytes);
  const picture = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${video.width}x${video.height}`, '-i', '-'];
  const colours = ['-vf', 'scale=in_color_matrix=bt709', '-f', 'image2', '-c:v', 'png', '-'];
  const png = execFileSync('ffmpeg', ['-v', 'error', ...picture, ...colours], { input: last, maxBuffer: 1 << 28 });
  return { luma: last.subarray(0, video.width * video.height), width: video.width, height: video.height, png };
}

async function expectPicture(timeMs: number, desktop: Desktop): Promise<void> {
  const { luma, width, png } = await lumaAt(timeMs);
  if (process.env['WITNESS_KEEP_FRAMES'] !== undefined) {
    writeFileSync(join(process.env['WITNESS_KEEP_FRAMES'], `${timeMs}.png`), png);
  }
  const visible = Buffer.concat(
    Array.from({ length: desktop.height }, (_, row) => luma.subarray(row * width, row * width + desktop.width)),
  );
  expect(psnr(visible, lumaOf(desktop))).toBeGreaterThanOrEqual(38);
}

let reference: Awaited<ReturnType<typeof facts>>;

describe('a recording made at one go', () => {
  let recorder: GatewayDouble;
  beforeAll(async () => {
    freshContainer();
    recorder = launch();
    await recorder.exited();
    reference = await facts();
  });

  it('finishes, says so, and prints nothing', async () => {
    expect(await recorder.exited()).toBe(0);
    expect(recorder.output).toBe('');
    const stored = await content('manifest.json');
    const { durationMs, videos, events, gaps } = await manifest();
    expect(recorder.messages.at(-1)).toEqual({
      type: 'finished',
      manifestSha256: createHash('sha256').update(stored).digest('hex'),
      folder: FOLDER,
      files: [
        ...videos.map(({ file, sizeBytes }) => ({ name: file, sizeBytes })),
        { name: 'events.ndjson', sizeBytes: events.sizeBytes },
        { name: 'manifest.json', sizeBytes: stored.length },
      ],
      durationMs,
      videoBytes: videos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      gaps: gaps.length,
    });
    expect(gaps.length).toBeGreaterThan(0);
    expect(recorder.messages[0]).toMatchObject({ type: 'ready', encoder: { name: 'node-av' } });
  });

  it('[invariant] shows what the client was shown, in every size and part', async () => {
    await expectPicture(14_400, desktops.first);
    await expectPicture(30_900, desktops.first);
    await expectPicture(38_000, desktops.resized);
    await expectPicture(52_000, desktops.second);
  });

  it('has a file for each size and part, on time lines without holes', async () => {
    const { videos, segments } = await manifest();
    expect(videos.map(({ file, part, width, height }) => [file, part, width, height])).toEqual([
      ['video-0001.mp4', 1, 640, 400],
      ['video-0002.mp4', 1, 502, 334],
      ['video-0003.mp4', 2, 640, 400],
    ]);
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      expect(segment.index).toBe(index);
      if (next === undefined) continue;
      const endMs = segment.startMs + segment.durationMs;
      // Between the parts there was no client.
      if (next.startMs < 45_000) expect(next.startMs).toBe(endMs);
    }
    expect(segments.length).toBeGreaterThanOrEqual(4);
    const gapsBetween = reference.times.map((timeMs, index) => (reference.times[index + 1] ?? timeMs) - timeMs);
    expect(gapsBetween.filter((ms) => ms > 1000)).toHaveLength(1);
  });

  it('[invariant] hashes and chain of the segments are those of the stored bytes', async () => {
    const { segments, videos } = await manifest();
    let chain = '0'.repeat(64);
    for (const { file, offset, sizeBytes, sha256, chain: stored } of segments) {
      const bytes = (await content(file)).subarray(offset, offset + sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      chain = createHash('sha256')
        .update(chain + sha256)
        .digest('hex');
      expect(stored).toBe(chain);
    }
    for (const { file, initBytes, initSha256, sizeBytes } of videos) {
      const bytes = await content(file);
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash('sha256').update(bytes.subarray(0, initBytes)).digest('hex')).toBe(initSha256);
    }
  });

  it('[invariant] coverage adds up, and what was dropped is what the gaps are made of', async () => {
    const { coverage, gaps, parts, segments } = await manifest();
    expect(coverage.pdusReceived).toBe(coverage.pdusDecoded + coverage.pdusDropped);
    expect(coverage.bytesReceived).toBe(coverage.bytesDecoded + coverage.bytesDropped);
    expect(coverage.framesPaced).toBe(coverage.framesEncoded + coverage.framesDropped);
    expect(coverage.framesEncoded).toBe(segments.reduce((sum, { frames }) => sum + frames, 0));
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ startMs: 14_500, pdus: 1, bytes: coverage.bytesDropped });
    expect(coverage.pdusDropped).toBe(1);
    expect(coverage.traceBytes).toBe(readFileSync(FIRST.path).length + readFileSync(SECOND.path).length);
    const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(parts.map(({ traceSha256 }) => traceSha256)).toEqual([hash(FIRST.path), hash(SECOND.path)]);
  });

  it('has the events with their media times, the interruption, and the outcome', async () => {
    const { interruptions, events, outcome, durationMs } = await manifest();
    const lines = (await content('events.ndjson')).toString().trimEnd().split('\n');
    const stored = lines.map((line) => JSON.parse(line) as RecordingEvent);
    expect(stored.map(({ mediaMs, kind }) => [mediaMs, kind])).toEqual([
      [0, 'connected'],
      [15_000, 'clipboard'],
      [14_500, 'gap'],
      [45_000, 'reconnected'],
    ]);
    expect(events.count).toBe(4);
    expect(interruptions).toEqual([{ startMs: 38_500, endMs: 45_050, reason: 'client-disconnected' }]);
    expect([outcome, durationMs]).toEqual(['complete', 52_700]);
  });

  it('started again it verifies what is there and finishes the same way', async () => {
    const again = launch();
    expect(await again.exited()).toBe(0);
    expect(again.messages.at(-1)).toEqual(recorder.messages.at(-1));
    expect(again.all('seal-manifest')).toEqual([]);
    expect(again.all('segment-stored')).toEqual(recorder.all('segment-stored'));
  });

  it('gives the same frames with the other encoder', async () => {
    freshContainer();
    const other = launch(startMessage([FIRST, SECOND], false, 'ffmpeg'));
    expect(await other.exited()).toBe(0);
    expect(other.all('ready')[0]?.encoder.name).toBe('ffmpeg');
    expect(await facts()).toEqual(reference);
    await expectPicture(30_900, desktops.first);
    await expectPicture(38_000, desktops.resized);
  });
});

describe('[invariant] a recorder that is killed is succeeded by one that finishes the same recording', () => {
  const moments: [string, (recorder: GatewayDouble) => boolean][] = [
    ['before anything is stored', (recorder) => recorder.all('ready').length === 1],
    ['after the first segment', (recorder) => recorder.all('segment-stored').length === 1],
    ['in the second file', (recorder) => recorder.all('video-opened').length === 2],
    ['in the second part', (recorder) => recorder.all('video-opened').length === 3],
    ['before the manifest is written', (recorder) => recorder.all('seal-manifest').length === 1],
  ];

  it.each(moments)('%s', async (_name, due) => {
    freshContainer();
    const killed: GatewayDouble = launch(undefined, () => {
      if (due(killed)) killed.kill();
    });
    expect(await killed.exited()).toBeNull();
    const successor = launch();
    expect(await successor.exited()).toBe(0);
    expect(await facts()).toEqual(reference);
    await expectPicture(38_000, desktops.resized);
  });

  it('again and again, at any time', async () => {
    freshContainer();
    let lives = 0;
    for (let finished = false; !finished; lives++) {
      const recorder = launch();
      const timer = setTimeout(() => recorder.kill(), 400 + lives * 150);
      finished = (await recorder.exited()) === 0;
      clearTimeout(timer);
    }
    expect(lives).toBeGreaterThan(1);
    expect(await facts()).toEqual(reference);
  });

  it('goes on in a further file when the last append was torn', async () => {
    freshContainer();
    const killed: GatewayDouble = launch(undefined, () => {
      if (killed.all('segment-stored').length === 1) killed.kill();
    });
    await killed.exited();
    const blob = (await storage()).appendBlob(`${FOLDER}/video-0001.mp4`);
    const { lengthBytes } = await blob.state();
    await blob.append(lengthBytes, Buffer.from('000001006d6f6f66', 'hex'));
    const successor = launch();
    expect(await successor.exited()).toBe(0);
    expect(await facts()).toEqual(reference);
    expect((await manifest()).videos.map(({ width }) => width)).toEqual([640, 640, 502, 640]);
    await expectPicture(30_900, desktops.first);
  });

  it('refuses to go on when storage holds another recording', async () => {
    freshContainer();
    const killed: GatewayDouble = launch(undefined, () => {
      if (killed.all('segment-stored').length === 1) killed.kill();
    });
    await killed.exited();
    const successor = launch(startMessage([{ part: 2, path: SECOND.path }]));
    expect(await successor.exited()).toBe(1);
    expect(successor.messages.at(-1)).toMatchObject({ type: 'failed', code: 'storage-diverged', retryable: false });
  });
});

describe('a live session', () => {
  /** Feeds the trace in steps of `stepBytes`, the way that a gateway writes it. */
  async function feed(recorder: GatewayDouble, stepBytes: number, until = Infinity): Promise<void> {
    let steps = 0;
    for (const part of [FIRST, SECOND]) {
      if (part !== FIRST) recorder.send({ type: 'part-opened', part });
      const size = readFileSync(part.path).length;
      for (let sizeBytes = stepBytes; sizeBytes < size; sizeBytes += stepBytes) {
        if ((steps += 1) > until) return;
        recorder.send({ type: 'trace-grew', part: part.part, sizeBytes });
        if (steps % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      recorder.send({ type: 'part-closed', part: part.part, sizeBytes: size });
    }
    recorder.send({ type: 'session-ended', outcome: 'complete', unrecorded: [] });
  }

  it('[invariant] gives the same recording as the closed trace, in whatever steps it arrives', async () => {
    freshContainer();
    const recorder = launch(startMessage([FIRST], true));
    await feed(recorder, 33_333);
    expect(await recorder.exited()).toBe(0);
    expect(await facts()).toEqual(reference);
    const progress = recorder.all('progress').map(({ mediaMs }) => mediaMs);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('[invariant] a recorder killed in the middle is succeeded without a seam', async () => {
    freshContainer();
    const killed = launch(startMessage([FIRST], true));
    await feed(killed, 20_000, 330);
    await killed.until('segment-stored', 1);
    killed.kill();
    await killed.exited();
    const successor = launch(startMessage([FIRST], true));
    await feed(successor, 54_321);
    expect(await successor.exited()).toBe(0);
    expect(await facts()).toEqual(reference);
  });

  it('ends with its parent', async () => {
    freshContainer();
    const recorder = launch(startMessage([FIRST], true));
    await recorder.until('ready');
    recorder.disconnect();
    expect(await recorder.exited()).toBe(1);
  });

  it('a session that ends by policy says so', async () => {
    freshContainer();
    const recorder = launch(startMessage([SECOND], true));
    recorder.send({ type: 'session-ended', outcome: 'ended-by-policy', unrecorded: [] });
    expect(await recorder.exited()).toBe(0);
    expect((await manifest()).outcome).toBe('ended-by-policy');
  });

  it.each([
    [
      'by a logon that was compressed',
      'portal',
      'against-rule',
      (one: Scenario) => one.compressedLogon(500, 'AzureAD'),
    ],
    ['by a logon that was not', 'portal', 'against-rule', (one: Scenario) => one.event(500, 'logon', ENTRA_LOGON)],
    ['by how the gateway ended it', 'portal', 'against-rule', null],
    ['in a native session', 'native', 'complete', (one: Scenario) => one.compressedLogon(500, 'AzureAD')],
    ['nowhere', 'portal', 'complete', (one: Scenario) => one.compressedLogon(500, 'CORP')],
  ] as const)(
    '[invariant 1] says when the rule forbids it afterwards: Entra ID shows %s',
    async (_how, method, outcome, say) => {
      freshContainer();
      const part: TracePart = { part: 1, path: join(folder, 'rule.trace') };
      const facts = { connectionMethod: method, authenticationMethod: 'password', protocol: 'rdp' } as const;
      const scenario = new Scenario(part.path, key, { facts }).activate(10, 320, 200).text(20, 1);
      say?.(scenario);
      scenario.end(900, say === null ? 'recording-rule' : 'client-disconnected');
      const recorder = launch(startMessage([part]));
      expect(await recorder.exited()).toBe(0);
      expect((await manifest()).outcome).toBe(outcome);
    },
  );

  it('[invariant 3] has a gap for what went on without a trace, and lasts until its end', async () => {
    freshContainer();
    const reason = 'trace-full';
    const gap = { startMs: 90_000, endMs: 95_000, reason, codec: 'trace', area: null, bytes: 0, pdus: 0 };
    const recorder = launch(startMessage([SECOND], true));
    recorder.send({ type: 'session-ended', outcome: 'complete', unrecorded: [gap] });
    expect(await recorder.exited()).toBe(0);
    const { gaps, durationMs } = await manifest();
    expect(gaps).toContainEqual(gap);
    expect(durationMs).toBe(95_000);
  });
});

describe('what is wrong with a trace', () => {
  const path = join(folder, 'wrong.trace');

  it('[invariant 1] a portal session with Entra is refused, and nothing is written', async () => {
    freshContainer();
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', protocol: 'rdp' } as const;
    new Scenario(path, key, { facts }).activate(10, 64, 64).text(20, 1).end(1000);
    const recorder = launch(startMessage([{ part: 1, path }]));
    expect(await recorder.exited()).toBe(1);
    expect(recorder.messages.at(-1)).toMatchObject({ type: 'failed', code: 'recording-forbidden', retryable: false });
    expect(await (await storage()).list('')).toEqual([]);
  });

  it('[invariant 1] a reconnection as a portal session with Entra is refused as well', async () => {
    freshContainer();
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', protocol: 'rdp' } as const;
    new Scenario(path, key, { facts, part: 2, partStartMs: 45_000 })
      .activate(45_010, 64, 64)
      .text(45_020, 1)
      .end(46_000);
    const recorder = launch(startMessage([FIRST, { part: 2, path }]));
    expect(await recorder.exited()).toBe(1);
    expect(recorder.messages.at(-1)).toMatchObject({ code: 'recording-forbidden' });
    expect((await (await storage()).list('')).some(({ name }) => name.endsWith('manifest.json'))).toBe(false);
  });

  it('a part of another session is refused', async () => {
    freshContainer();
    new Scenario(path, key, { part: 2, sessionStartedAtMs: 1 }).end(46_000);
    const recorder = launch(startMessage([FIRST, { part: 2, path }]));
    expect(await recorder.exited()).toBe(1);
    expect(recorder.messages.at(-1)).toMatchObject({ code: 'trace-mismatch' });
  });

  it('[invariant] damage in a closed trace is a gap with its bytes; what came before it is recorded', async () => {
    freshContainer();
    const whole = readFileSync(FIRST.path);
    const at = Math.floor(whole.length / 2);
    whole[at] = (whole[at] ?? 0) ^ 1;
    writeFileSync(path, whole);
    const recorder = launch(startMessage([{ part: 1, path }]));
    expect(await recorder.exited()).toBe(0);
    const { gaps, coverage, segments, outcome } = await manifest();
    const gap = gaps.find(({ reason }) => reason === 'trace-corrupt');
    expect(gap?.bytes).toBeGreaterThan(whole.length / 3);
    expect(coverage.bytesDropped).toBe(gap?.bytes);
    expect(coverage.bytesReceived).toBe(coverage.bytesDecoded + coverage.bytesDropped);
    expect(segments.length).toBeGreaterThan(0);
    expect(outcome).toBe('gateway-lost');
    expect(recorder.messages.at(-1)).toMatchObject({ type: 'finished', gaps: gaps.length });
  });

  it('damage in a trace that is still written ends the recorder, so that the gateway can act', async () => {
    freshContainer();
    const whole = readFileSync(FIRST.path);
    whole[whole.length - 5] = (whole[whole.length - 5] ?? 0) ^ 1;
    writeFileSync(path, whole);
    const recorder = launch(startMessage([{ part: 1, path }], true));
    recorder.send({ type: 'trace-grew', part: 1, sizeBytes: whole.length });
    expect(await recorder.exited()).toBe(1);
    expect(recorder.messages.at(-1)).toMatchObject({ type: 'failed', code: 'trace-corrupt', retryable: false });
  });

  it('a trace that a dying gateway tore is recorded up to there, without a gap', async () => {
    freshContainer();
    const whole = readFileSync(SECOND.path);
    writeFileSync(path, whole.subarray(0, whole.length - 30));
    const part = { part: 2, path };
    const recorder = launch(startMessage([part]));
    expect(await recorder.exited()).toBe(0);
    const { gaps, parts, outcome } = await manifest();
    expect([gaps, outcome]).toEqual([[], 'gateway-lost']);
    expect(parts[0]).toMatchObject({ endReason: 'gateway-lost', endMs: 52_000 });
    expect(parts[0]?.tornBytes).toBeGreaterThan(0);
  });

  it('a wrong key is corruption, and says nothing else', async () => {
    freshContainer();
    const recorder = launch({ ...startMessage([FIRST]), traceKey: randomBytes(32).toString('base64') });
    expect(await recorder.exited()).toBe(1);
    expect(recorder.messages.at(-1)).toMatchObject({ type: 'failed', code: 'trace-corrupt' });
    expect(recorder.output).toBe('');
  });
});
