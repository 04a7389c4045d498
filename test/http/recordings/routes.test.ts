import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Problem, RecordingInfo, Role } from '../../../src/contract/api.js';
import type { AuditEvent } from '../../../src/contract/audit-event.js';
import type { RecordingRouteDeps, StoredRecording } from '../../../src/http/recordings/deps.js';
import { READING_LIFETIME_MS, READING_PAUSE_MS } from '../../../src/http/recordings/reading-notes.js';
import { recordingRoutes } from '../../../src/http/recordings/routes.js';
import { VIEWING_LIFETIME_MS } from '../../../src/http/recordings/viewing.js';
import { StorageError } from '../../../src/storage/storage-error.js';
import { MemoryStore } from './support/memory-store.js';
import { sampleRecording, SESSION, storedRecording } from './support/sample-recording.js';

const VIDEO_BYTES = 5_000_000;
const sample = sampleRecording({
  videos: [
    {
      init: Buffer.from('init'),
      width: 640,
      height: 480,
      codec: 'avc1',
      segments: [{ bytes: Buffer.alloc(VIDEO_BYTES - 4, 'abcdefghij'), startMs: 0, durationMs: 4000, frames: 40 }],
    },
  ],
  events: [{ mediaMs: 5, kind: 'logon', data: { user: 'ada' } }],
});

let app: FastifyInstance;
let base: string;
let store: MemoryStore;
let audited: AuditEvent[];
let roles: readonly Role[] | null;
let actor: string;
let nowMs: number;
let auditFailure: Error | null;
let withheld: boolean;
/** Looking a video up takes until this resolves. */
let found: Promise<void>;

beforeEach(async () => {
  store = new MemoryStore();
  for (const [name, bytes] of sample.files) store.files.set(`${sample.folder}/${name}`, bytes);
  audited = [];
  roles = ['auditor'];
  actor = 'user:1';
  nowMs = 1_000_000;
  auditFailure = null;
  withheld = false;
  found = Promise.resolve();
  app = Fastify();
  await app.register(recordingRoutes(deps()), { prefix: '/api/v1/recordings' });
  base = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/recordings`;
});
afterEach(() => app.close());

function deps(): RecordingRouteDeps {
  const recording = (): StoredRecording => ({ ...storedRecording(sample), withheld });
  const known = <Value>(id: string, value: Value): Promise<Value | null> =>
    Promise.resolve(id === SESSION ? value : null);
  return {
    viewer: () => (roles === null ? null : { actor, userName: 'ada', roles }),
    loadRecording: (id) => known(id, recording()),
    findPlace: (id) => known(id, recording()),
    findVideo: async (id, file) => {
      await found;
      return known(
        id,
        file === 'video-0001.mp4' ? { folder: sample.folder, withheld, storedBytes: VIDEO_BYTES } : null,
      );
    },
    audit: async (event) => {
      await sleep(20);
      if (auditFailure !== null) throw auditFailure;
      audited.push(event);
    },
    store,
    viewingKey: new Uint8Array(32).fill(7),
    now: () => nowMs,
    limits: { streams: 4, streamsPerViewer: 2 },
  };
}

async function beginViewing(): Promise<string> {
  const response = await fetch(`${base}/${SESSION}/playlist.m3u8`);
  expect(response.status).toBe(200);
  const viewing = new URL(response.url).searchParams.get('viewing');
  if (viewing === null) throw new Error('no viewing');
  return viewing;
}

const videoUrl = (viewing: string): string => `${base}/${SESSION}/video/video-0001.mp4?viewing=${viewing}`;

async function problemOf(response: Response, status: number): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem.detail.length * problem.remedy.length).toBeGreaterThan(0);
  return problem.type.replace('urn:witness:problem:', '');
}

describe('a watched replay is an audit event', () => {
  it('durable before the first byte of video, and once for each viewing', async () => {
    const viewing = await beginViewing();
    expect(audited).toEqual([
      expect.objectContaining({
        kind: 'replay.watched',
        actor: 'user:1',
        sessionId: SESSION,
        data: expect.objectContaining({ userName: 'ada', live: false }),
      }),
    ]);
    for (const range of ['bytes=0-3', 'bytes=4-99']) {
      const response = await fetch(videoUrl(viewing), { headers: { range } });
      expect(response.status).toBe(206);
      await response.arrayBuffer();
    }
    const again = await fetch(`${base}/${SESSION}/playlist.m3u8?viewing=${viewing}`);
    expect(await again.text()).toContain(`video/video-0001.mp4?viewing=${viewing}`);
    expect(audited).toHaveLength(1);
    await beginViewing();
    expect(audited).toHaveLength(2);
  });

  it('shows nothing when the event cannot be written', async () => {
    auditFailure = new Error('disk full');
    const response = await fetch(`${base}/${SESSION}/playlist.m3u8`);
    expect(response.status).toBe(500);
    expect(response.headers.get('location')).toBeNull();
    expect(store.reads).toEqual([]);
  });

  it('sends no video without a viewing, with an expired one, or with that of another person', async () => {
    const viewing = await beginViewing();
    const without = await fetch(`${base}/${SESSION}/video/video-0001.mp4`);
    expect(await problemOf(without, 403)).toBe('viewing-required');
    actor = 'user:2';
    expect(await problemOf(await fetch(videoUrl(viewing)), 403)).toBe('viewing-required');
    actor = 'user:1';
    nowMs += VIEWING_LIFETIME_MS;
    expect(await problemOf(await fetch(videoUrl(viewing)), 403)).toBe('viewing-required');
    expect(store.reads).toEqual([]);
  });
});

describe('reading a recording without watching it', () => {
  const read = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(`${base}/${SESSION}${path}`, { headers });
    await response.arrayBuffer();
    return response.status;
  };

  beforeEach(() => {
    store.files.set(`${sample.folder}/manifest.json`, Buffer.from('{"format":"witness-manifest"}'));
  });

  it('is an audit event, once for each time somebody looks into it and not once for each request', async () => {
    await Promise.all(['', '/events', '/events?after=10'].map((path) => read(path)));
    for (const range of ['bytes=0-3', 'bytes=4-99']) expect(await read('/manifest', { range })).toBe(206);
    const row = { kind: 'recording.read', actor: 'user:1', sessionId: SESSION };
    expect(audited).toEqual(
      ['details', 'manifest'].map((part) => ({ ...row, data: { part, userName: 'ada', address: '127.0.0.1' } })),
    );
    actor = 'user:2';
    await read('/events');
    expect(audited.slice(2).map((event) => event.actor)).toEqual(['user:2']);
  });

  it('goes on while its page asks, is another one after a pause, and does not go on for ever', async () => {
    const readings = () => audited.length;
    await read('/events');
    for (let waitedMs = 0; waitedMs < READING_LIFETIME_MS - READING_PAUSE_MS; waitedMs += READING_PAUSE_MS - 1) {
      nowMs += READING_PAUSE_MS - 1;
      await read('/events');
    }
    expect(readings()).toBe(1);
    nowMs += READING_PAUSE_MS - 1;
    await read('/events');
    nowMs += READING_PAUSE_MS - 1;
    await read('/events');
    expect(readings()).toBe(2);
    nowMs += READING_PAUSE_MS;
    await read('/events');
    expect(readings()).toBe(3);
  });

  it.each(['', '/events', '/manifest'])('shows nothing of %s when the event cannot be written', async (path) => {
    auditFailure = new Error('disk full');
    expect(await read(path)).toBe(500);
    expect(await read(path)).toBe(500);
    expect(store.reads).toEqual([]);
    auditFailure = null;
    expect(await read(path)).toBe(200);
    expect(audited).toHaveLength(1);
  });
});

describe('who may watch', () => {
  const paths = ['', '/playlist.m3u8', '/video/video-0001.mp4', '/events', '/manifest'];

  it.each(paths)('%s is for signed-in people whose role includes it', async (path) => {
    roles = null;
    expect(await problemOf(await fetch(`${base}/${SESSION}${path}`), 401)).toBe('not-signed-in');
    roles = ['user'];
    expect(await problemOf(await fetch(`${base}/${SESSION}${path}`), 403)).toBe('may-not-watch');
    expect(audited).toEqual([]);
    expect(store.reads).toEqual([]);
  });

  it.each(['administrator', 'operator', 'auditor'] as const)('%s may', async (role) => {
    roles = ['user', role];
    expect((await fetch(`${base}/${SESSION}`)).status).toBe(200);
  });
});

describe('[invariant 1] a recording that the rule forbids afterwards', () => {
  it('is shown to nobody, in the middle of a viewing, neither in video nor in events', async () => {
    const viewing = await beginViewing();
    const addresses = [`${base}/${SESSION}/playlist.m3u8`, videoUrl(viewing), `${base}/${SESSION}/events`];
    for (const address of addresses) {
      const response = await fetch(address);
      expect(response.status).toBe(200);
      // Else its connection stays busy, and the server waits for it at its end.
      await response.arrayBuffer();
    }
    audited = [];
    withheld = true;
    for (const address of [...addresses, `${base}/${SESSION}/playlist.m3u8?viewing=${viewing}`]) {
      expect(await problemOf(await fetch(address), 403)).toBe('recording-withheld');
    }
    expect(audited).toEqual([]);
  });

  it('says what it is, and gives its manifest as evidence', async () => {
    withheld = true;
    expect((await fetch(`${base}/${SESSION}`)).status).toBe(200);
    store.files.set(`${sample.folder}/manifest.json`, Buffer.from('{}'));
    expect((await fetch(`${base}/${SESSION}/manifest`)).status).toBe(200);
  });
});

describe('addresses', () => {
  it.each([
    '/nonsense',
    `/${SESSION.toUpperCase()}`,
    `/${SESSION}/video/..%2Fmanifest.json`,
    `/${SESSION}/video/video-1.mp4`,
    `/${SESSION}/video/manifest.json`,
    `/${SESSION}/events?after=-1`,
    `/${SESSION}/events?limit=100000`,
  ])('%s is refused before anything is looked up', async (path) => {
    expect(await problemOf(await fetch(base + path), 400)).toBe('invalid-request');
  });

  it('of unknown recordings and videos give 404', async () => {
    const unknown = '01890a5d-ac96-774b-bcce-b302099a8059';
    expect(await problemOf(await fetch(`${base}/${unknown}`), 404)).toBe('no-recording');
    const viewing = await beginViewing();
    const url = videoUrl(viewing).replace('0001', '0002');
    expect(await problemOf(await fetch(url), 404)).toBe('no-recording');
  });
});

describe('video', () => {
  it('is sent by range, exactly', async () => {
    const response = await fetch(videoUrl(await beginViewing()), { headers: { range: 'bytes=2-8' } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes 2-8/${VIDEO_BYTES}`);
    expect(response.headers.get('content-length')).toBe('7');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('itabcde');
  });

  it('is sent whole without a range, and says that ranges work', async () => {
    const url = videoUrl(await beginViewing());
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.headers.get('accept-ranges'), head.headers.get('content-length')]).toEqual(['bytes', '5000000']);
    expect(store.reads).toEqual([]);
    const whole = await fetch(url);
    expect(whole.status).toBe(200);
    expect((await whole.arrayBuffer()).byteLength).toBe(VIDEO_BYTES);
  });

  it('refuses a range that is not there', async () => {
    const response = await fetch(videoUrl(await beginViewing()), { headers: { range: `bytes=${VIDEO_BYTES}-` } });
    expect(response.headers.get('content-range')).toBe(`bytes */${VIDEO_BYTES}`);
    expect(await problemOf(response, 416)).toBe('range-not-satisfiable');
  });

  it('ends the connection when storage has less than the records say', async () => {
    store.files.set(`${sample.folder}/video-0001.mp4`, Buffer.alloc(1000));
    const response = await fetch(videoUrl(await beginViewing()));
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it('says so when storage is away', async () => {
    const url = videoUrl(await beginViewing());
    store.failure = new StorageError('unavailable', 'away');
    expect(await problemOf(await fetch(url), 503)).toBe('storage-unreachable');
  });

  it('is bounded in parallel streams, and a client that leaves gives its stream back', async () => {
    const url = videoUrl(await beginViewing());
    const stalled = await Promise.all([stall(url), stall(url)]);
    expect(await problemOf(await fetch(url), 503)).toBe('too-many-streams');
    for (const leave of stalled) leave();
    let status = 503;
    for (let attempt = 0; attempt < 50 && status !== 200; attempt++) {
      await sleep(20);
      const response = await fetch(url);
      status = response.status;
      await response.arrayBuffer();
    }
    expect(status).toBe(200);
  });

  it('takes no stream for a client that left while its video was looked up', async () => {
    const url = videoUrl(await beginViewing());
    let left = 0;
    app.server.on('request', (_request, response) => void response.once('close', () => (left += 1)));
    let find = (): void => {};
    found = new Promise((resolve) => (find = resolve));
    const requests = [1, 2].map(() =>
      httpRequest(url)
        .on('error', () => {})
        .end(),
    );
    await vi.waitFor(() => expect(requests.every(({ socket }) => (socket?.bytesWritten ?? 0) > 0)).toBe(true));
    await sleep(50);
    for (const request of requests) request.destroy();
    await vi.waitFor(() => expect(left).toBe(2));
    find();
    const statusNow = async (): Promise<number> => {
      const response = await fetch(url);
      await response.arrayBuffer();
      return response.status;
    };
    await vi.waitFor(async () => expect(await statusNow()).toBe(200), { timeout: 5_000 });
  });
});

/** Asks for the video and takes no byte of its body. */
function stall(url: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, (response) => {
      response.pause();
      resolve(() => response.destroy());
    });
    request.once('error', reject);
    request.end();
  });
}

describe('information, events and manifest', () => {
  it('give what the replay page needs', async () => {
    const info = (await (await fetch(`${base}/${SESSION}`)).json()) as RecordingInfo;
    expect(info).toMatchObject({
      playlistUrl: `/api/v1/recordings/${SESSION}/playlist.m3u8`,
      durationMs: 4000,
      width: 640,
      timeline: [{ playerStartMs: 0, sessionStartMs: 0, durationMs: 4000 }],
    });
    const events = (await (await fetch(`${base}/${SESSION}/events`)).json()) as unknown;
    expect(events).toEqual({
      events: [{ mediaMs: 5, kind: 'logon', data: { user: 'ada' } }],
      next: sample.files.get('events.ndjson')?.length,
      more: false,
    });
  });

  it('has no manifest until it is written', async () => {
    const url = `${base}/${SESSION}/manifest`;
    expect(await problemOf(await fetch(url), 404)).toBe('no-manifest');
    store.files.set(`${sample.folder}/manifest.json`, Buffer.from('{"format":"witness-recording"}'));
    const response = await fetch(url);
    expect(response.headers.get('content-disposition')).toContain(`manifest-${SESSION}.json`);
    expect(await response.json()).toEqual({ format: 'witness-recording' });
  });
});
