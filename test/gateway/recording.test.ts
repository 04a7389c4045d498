/** Supervision of a recording: a recorder that is scripted message by message, and dies at any of them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEvent, AuditRow } from '../../src/contract/audit-event.js';
import { chainId, sessionId } from '../../src/contract/ids.js';
import type { Manifest, ManifestBody } from '../../src/contract/manifest.js';
import type { FromRecorder, Losses, ToRecorder } from '../../src/contract/recorder-protocol.js';
import type { RecorderCallbacks } from '../../src/gateway/recording/recorder-process.js';
import { Recording, type RecordingOptions, type RecordingResult } from '../../src/gateway/recording/recording.js';
import { segment, VIDEO } from '../database/samples.js';

const SESSION = sessionId('01920000-0000-7000-8000-000000000001');
const PORTAL = { connectionMethod: 'portal', authenticationMethod: 'password', protocol: 'rdp' } as const;
const PART_1 = { part: 1, path: '/traces/part-0001.trace' };
const PART_2 = { part: 2, path: '/traces/part-0002.trace' };
const DELAYS_MS = [0, 250, 1000];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

class ScriptedRecorder {
  readonly sent: ToRecorder[] = [];
  killed = false;
  readonly #callbacks: RecorderCallbacks;

  constructor(callbacks: RecorderCallbacks) {
    this.#callbacks = callbacks;
  }

  get kinds(): string[] {
    return this.sent.map(({ type }) => type);
  }

  say(...messages: FromRecorder[]): Promise<unknown> {
    for (const message of messages) this.#callbacks.onMessage(message);
    return vi.advanceTimersByTimeAsync(0);
  }

  /** The process is gone. */
  async die(reason = 'SIGKILL'): Promise<void> {
    this.#callbacks.onExit(reason);
    // The delay before a successor is counted from here; the first of them is none.
    await Promise.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }
}

interface Supervised {
  readonly recording: Recording;
  readonly recorders: ScriptedRecorder[];
  readonly audit: AuditEvent[];
  /** Rows in the order in which they were written. */
  readonly rows: string[];
  readonly lost: string[];
  readonly told: unknown[];
  readonly losses: Losses[];
  readonly result: () => RecordingResult | null;
  /** The recorder that runs. */
  readonly last: () => ScriptedRecorder;
}

function supervise(change: Partial<RecordingOptions> & { failRow?: string; failAudit?: string } = {}): Supervised {
  const recorders: ScriptedRecorder[] = [];
  const audit: AuditEvent[] = [];
  const rows: string[] = [];
  const lost: string[] = [];
  const losses: Losses[] = [];
  const told: unknown[] = [];
  const { failRow, failAudit, ...options } = change;
  const row = async (text: string): Promise<void> => {
    if (failRow !== undefined && text.startsWith(failRow)) throw new Error('the database is gone');
    rows.push(text);
  };
  const recording = new Recording({
    sessionId: SESSION,
    facts: PORTAL,
    traceKey: new Uint8Array(32),
    storage: { connection: 'none', container: 'recordings' },
    encoder: 'auto',
    restartDelaysMs: DELAYS_MS,
    startRecorder: (callbacks) => {
      const recorder = new ScriptedRecorder(callbacks);
      recorders.push(recorder);
      return {
        pid: recorders.length,
        send: (message) => void recorder.sent.push(message),
        kill: () => {
          recorder.killed = true;
        },
      };
    },
    rows: {
      addVideo: (_, video) => row(`video ${video.file}`),
      addSegment: (_, { index }) => row(`segment ${index}`),
      addGap: (_, { reason }) => row(`gap ${reason}`),
      setState: (_, state) => row(`state ${state}`),
      finish: (_, { manifestSha256 }) => row(`finish ${manifestSha256}`),
      withhold: () => row('withhold'),
    },
    audit: {
      append: async (event) => {
        if (event.kind === failAudit) throw new Error('audit is gone');
        audit.push(event);
        const place = { chainId: chainId('test'), sequence: audit.length, hash: `hash ${audit.length}` };
        return { ...event, ...place, timeMs: 0, previousHash: '' } satisfies AuditRow;
      },
    },
    seal: (body) => ({ ...body, signature: { algorithm: 'Ed25519', keyId: '', publicKey: '', value: '' } }),
    confirmStored: async () => {},
    onLost: (reason) => lost.push(reason),
    onTold: (event) => told.push(event),
    onLosses: (lost) => losses.push(lost),
    ...options,
  });
  let result: RecordingResult | null = null;
  void recording.done.then((value) => {
    result = value;
  });
  const last = (): ScriptedRecorder => {
    const recorder = recorders.at(-1);
    if (recorder === undefined) throw new Error('no recorder was started');
    return recorder;
  };
  return { recording, recorders, audit, rows, lost, told, losses, result: () => result, last };
}

const READY: FromRecorder = {
  type: 'ready',
  encoder: { name: 'ffmpeg', version: '7.1', settings: '' },
  optionalCodecs: [],
};
const OPENED: FromRecorder = { type: 'video-opened', video: VIDEO };
const stored = (index: number): FromRecorder => ({ type: 'segment-stored', segment: segment(index) });
const progress = (mediaMs: number, opened = 0): FromRecorder => ({
  type: 'progress',
  mediaMs,
  part: 1,
  traceBytes: 1,
  desktop: { width: 800, height: 600 },
  losses: { opened, open: opened, longestMs: 0 },
});
const GAP: FromRecorder = {
  type: 'gap',
  gap: { startMs: 1000, endMs: 3500, reason: 'decode-failed', codec: 'planar', area: null, bytes: 9, pdus: 1 },
};
// What the seal needs of a manifest: the rest passes through it unread.
const BODY = {
  outcome: 'complete',
  durationMs: 8000,
  videos: [VIDEO],
  segments: [segment(0), segment(1)],
  gaps: [],
  parts: [{ traceSha256: 'aa' }],
} as unknown as Omit<ManifestBody, 'audit'>;
const SEAL: FromRecorder = { type: 'seal-manifest', body: BODY };
const FINISHED: FromRecorder = {
  type: 'finished',
  manifestSha256: 'cc',
  folder: 'recordings/2026/01/02/id',
  files: [],
  durationMs: 8000,
  videoBytes: 667,
  gaps: 0,
};
const failed = (retryable: boolean): FromRecorder => ({
  type: 'failed',
  code: 'storage',
  message: 'no way',
  retryable,
});
const WHOLE = [READY, OPENED, stored(0), progress(4000), GAP, stored(1), SEAL, FINISHED];

describe('a recording', () => {
  it('is told of its trace in order, and writes down what its recorder says in order', async () => {
    const { recording, last, rows, audit, result } = supervise();
    recording.partOpened(PART_1, 100);
    recording.grew(200);
    recording.grew(300);
    await vi.advanceTimersByTimeAsync(200);
    recording.partClosed(400);
    recording.sessionEnded('complete');
    await last().say(...WHOLE);
    expect(last().sent.slice(0, 6)).toMatchObject([
      { type: 'start', live: true, parts: [PART_1], outcome: 'complete' },
      { type: 'trace-grew', part: 1, sizeBytes: 100 },
      { type: 'trace-grew', part: 1, sizeBytes: 100 },
      { type: 'trace-grew', part: 1, sizeBytes: 300 },
      { type: 'part-closed', part: 1, sizeBytes: 400 },
      { type: 'session-ended', outcome: 'complete' },
    ]);
    expect(rows).toEqual([
      'state finishing',
      `video ${VIDEO.file}`,
      'segment 0',
      'gap decode-failed',
      'segment 1',
      'finish cc',
    ]);
    expect(audit.map(({ kind }) => kind)).toEqual(['recording.gap', 'recording.ended', 'recording.finished']);
    expect(result()).toEqual({ outcome: 'finished', withGaps: false });
    expect(recording.encoder).toBe('ffmpeg 7.1');
  });

  it('hands on what is being lost as soon as anything is, and keeps it for the next connection', async () => {
    const { recording, last, losses } = supervise();
    recording.partOpened(PART_1, 100);
    await last().say(READY, progress(1000), progress(1500, 1), progress(2000, 1));
    expect(losses).toEqual([1, 2].map(() => ({ opened: 1, open: 1, longestMs: 0 })));
    expect(recording.losses.opened).toBe(1);
    recording.stop();
  });

  it('is sealed with the place of its row in the audit log', async () => {
    const { recording, last, audit } = supervise();
    recording.partOpened(PART_1, 100);
    await last().say(READY, SEAL);
    const answer = last().sent.at(-1);
    expect(answer).toMatchObject({ type: 'manifest-sealed' });
    const { manifest } = answer as { manifest: Manifest };
    expect(manifest.audit).toEqual({ chainId: 'test', sequence: audit.length, hash: `hash ${audit.length}` });
    expect(audit.at(-1)).toMatchObject({
      kind: 'recording.ended',
      data: { outcome: 'complete', segments: 2, traceSha256: ['aa'], lastChain: segment(1).chain },
    });
  });

  it.each(WHOLE.map((_, index) => index))(
    'goes on with a successor when its recorder dies before message %i',
    async (at) => {
      const { recording, recorders, last, result, lost } = supervise();
      recording.partOpened(PART_1, 100);
      recording.partClosed(400);
      recording.sessionEnded('ended-by-policy');
      await last().say(...WHOLE.slice(0, at));
      await last().die();
      expect(recorders).toHaveLength(2);
      // The successor is told everything again, with the end that the session had.
      expect(last().sent).toMatchObject([
        { type: 'start', live: false, parts: [PART_1], outcome: 'ended-by-policy' },
        { type: 'part-closed', part: 1, sizeBytes: 400 },
        { type: 'session-ended', outcome: 'ended-by-policy' },
      ]);
      await last().say(...WHOLE);
      expect(result()).toEqual({ outcome: 'finished', withGaps: false });
      await last().die('exit code 0');
      expect([recorders.length, lost]).toEqual([2, []]);
    },
  );

  it('has a successor after the delays that it was given, each death on record, and then gives up', async () => {
    const { recording, recorders, last, audit, result, lost, rows } = supervise();
    recording.partOpened(PART_1, 100);
    for (const [index, delayMs] of DELAYS_MS.entries()) {
      await last().die();
      if (delayMs > 0) {
        await vi.advanceTimersByTimeAsync(delayMs - 1);
        expect(recorders).toHaveLength(index + 1);
        await vi.advanceTimersByTimeAsync(1);
      }
      expect(recorders).toHaveLength(index + 2);
    }
    await last().die('SIGSEGV');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(recorders).toHaveLength(DELAYS_MS.length + 1);
    expect(audit.map(({ kind, data }) => [kind, data['retryable']])).toEqual([
      ['recording.failed', true],
      ['recording.failed', true],
      ['recording.failed', true],
      ['recording.failed', false],
    ]);
    expect(lost).toEqual([expect.stringContaining('SIGSEGV')]);
    expect(result()).toMatchObject({ outcome: 'failed' });
    expect(recording.failure).toBe(lost[0]);
    expect(rows.at(-1)).toBe('state failed');
  });

  it('counts deaths anew only when a recorder got further than all before it', async () => {
    const same = supervise();
    same.recording.partOpened(PART_1, 100);
    await same.last().say(progress(60_000));
    for (let death = 0; death <= DELAYS_MS.length; death += 1) {
      // Each successor says again what is stored, and gets exactly as far as the one before it.
      await same.last().say(OPENED, stored(0), progress(60_000));
      await same.last().die();
      await vi.advanceTimersByTimeAsync(DELAYS_MS[death] ?? 0);
    }
    expect(same.lost).toHaveLength(1);

    const further = supervise();
    further.recording.partOpened(PART_1, 100);
    for (let death = 0; death < 10; death += 1) {
      await further.last().say(progress(60_000 * (death + 1)));
      await further.last().die();
      expect(further.recorders).toHaveLength(death + 2);
    }
    expect(further.lost).toEqual([]);
  });

  it('is lost at once when the recorder says that no successor would do better', async () => {
    const { recording, recorders, last, lost, result, audit } = supervise();
    recording.partOpened(PART_1, 100);
    await last().say(failed(false));
    expect(last().killed).toBe(true);
    await last().die();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([recorders.length, lost, result()?.outcome]).toEqual([1, ['no way'], 'failed']);
    expect(audit.map(({ data }) => data['code'])).toEqual(['storage']);
  });

  it('has a successor when the recorder says that one may do better', async () => {
    const { recording, recorders, last, lost } = supervise();
    recording.partOpened(PART_1, 100);
    await last().say(failed(true));
    await last().die('exit code 1');
    expect([recorders.length, lost]).toEqual([2, []]);
  });

  it('stays lost: a client that comes back, or the end of its session, starts and writes nothing more', async () => {
    const { recording, recorders, last, rows, result } = supervise();
    recording.partOpened(PART_1, 100);
    recording.partClosed(200);
    await last().say(failed(false));
    await last().die();
    recording.partOpened(PART_2, 50);
    recording.grew(70);
    recording.sessionEnded('ended-by-policy');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(recorders).toHaveLength(1);
    expect(rows).toEqual(['state failed']);
    expect(result()?.outcome).toBe('failed');
  });

  it('takes up the part of a client that comes back, and one recorder only when the old one just died', async () => {
    const { recording, recorders, last } = supervise();
    recording.partOpened(PART_1, 100);
    recording.partClosed(200);
    recording.partOpened(PART_2, 50);
    expect(last().sent.slice(-2)).toEqual([
      { type: 'part-opened', part: PART_2 },
      { type: 'trace-grew', part: 2, sizeBytes: 50 },
    ]);
    recording.partClosed(60);
    const dying = last().die();
    recording.partOpened({ part: 3, path: '/traces/part-0003.trace' }, 10);
    await dying;
    await vi.advanceTimersByTimeAsync(5000);
    expect(recorders).toHaveLength(2);
    expect(last().sent[0]).toMatchObject({ type: 'start', live: true, parts: [{ part: 1 }, { part: 2 }, { part: 3 }] });
    expect(last().sent.slice(1)).toMatchObject([
      { type: 'part-closed', part: 1 },
      { type: 'part-closed', part: 2 },
      { type: 'trace-grew', part: 3 },
    ]);
  });

  it('that the session ended while no recorder ran is finished by the successor', async () => {
    const { recording, recorders, last, result } = supervise();
    recording.partOpened(PART_1, 100);
    await last().die();
    await last().die();
    recording.partClosed(300);
    recording.sessionEnded('gateway-lost');
    await vi.advanceTimersByTimeAsync(250);
    expect(recorders).toHaveLength(3);
    expect(last().kinds).toEqual(['start', 'part-closed', 'session-ended']);
    await last().say(READY, SEAL, FINISHED);
    expect(result()?.outcome).toBe('finished');
  });

  it('whose trace was never opened is lost, on record', async () => {
    const { recording, recorders, rows, audit, result } = supervise();
    recording.sessionEnded('ended-by-policy');
    await vi.advanceTimersByTimeAsync(0);
    expect(recorders).toEqual([]);
    expect(rows).toEqual(['state failed']);
    expect(audit).toMatchObject([{ kind: 'recording.failed', data: { retryable: false } }]);
    expect(result()?.outcome).toBe('failed');
  });

  it.each(['video', 'segment', 'gap', 'finish'])(
    '[invariant 4] is lost when the %s row cannot be written',
    async (failRow) => {
      const { recording, last, lost, audit } = supervise({ failRow });
      recording.partOpened(PART_1, 100);
      await last().say(...WHOLE);
      expect(lost).toEqual([expect.stringContaining('the database is gone')]);
      expect(last().killed).toBe(true);
      expect(audit.at(-1)?.kind).toBe('recording.failed');
    },
  );

  it.each(['recording.gap', 'recording.ended', 'recording.finished', 'recording.failed'])(
    '[invariant 5] is lost when audit does not take %s',
    async (failAudit) => {
      const { recording, last, lost } = supervise({ failAudit });
      recording.partOpened(PART_1, 100);
      await last().say(...(failAudit === 'recording.failed' ? [failed(true)] : WHOLE));
      expect(lost).toEqual([expect.stringContaining('audit is gone')]);
    },
  );

  it('is not finished before storage is confirmed: a successor stores again what is missing', async () => {
    let confirmed = false;
    const { recording, recorders, last, rows, audit, result } = supervise({
      confirmStored: async () => {
        if (!confirmed) throw new Error('not there');
      },
    });
    recording.partOpened(PART_1, 100);
    recording.partClosed(200);
    recording.sessionEnded('complete');
    await last().say(...WHOLE);
    expect(result()).toBeNull();
    expect(rows).not.toContain('finish cc');
    expect(audit.at(-1)).toMatchObject({ kind: 'recording.failed', data: { code: 'storage-unconfirmed' } });
    confirmed = true;
    await last().die('exit code 0');
    expect(recorders).toHaveLength(2);
    await last().say(...WHOLE);
    expect(result()?.outcome).toBe('finished');
  });

  it('that is stopped with the gateway ends its recorder and starts no other', async () => {
    const { recording, recorders, last, lost } = supervise();
    recording.partOpened(PART_1, 100);
    recording.stop();
    expect(last().killed).toBe(true);
    await last().die();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([recorders.length, lost]).toEqual([1, []]);
  });
});

describe('what a target says of the session in a compressed PDU', () => {
  const LOGON = { mediaMs: 1500, kind: 'logon', data: { domain: 'AzureAD', userName: 'ada', targetSessionId: 2 } };

  it('is on record once, however many recorders read it, and the session hears of it then', async () => {
    const { last, audit, told, recording } = supervise();
    recording.partOpened(PART_1, 100);
    const heard: FromRecorder = { type: 'told', event: LOGON };
    await last().say(READY, heard);
    await last().die();
    await last().say(READY, heard);
    expect(told).toEqual([LOGON]);
    const rows = audit.filter(({ kind }) => kind === 'session.logon');
    expect(rows).toMatchObject([{ actor: 'gateway', data: { domain: 'AzureAD', userName: 'ada', mediaMs: 1500 } }]);
  });

  it('[invariant 1] withholds the recording of a portal session in which Entra ID shows, also when the session is over', async () => {
    const { recording, last, rows, audit, result } = supervise();
    recording.partOpened(PART_1, 100);
    recording.partClosed(100);
    recording.sessionEnded('complete');
    await last().say(READY, { type: 'told', event: LOGON }, OPENED, SEAL, FINISHED);
    expect(result()).toMatchObject({ outcome: 'finished' });
    expect(rows).toEqual(['state finishing', 'withhold', `video ${VIDEO.file}`, 'finish cc']);
    const said = audit.filter(({ kind }) => kind === 'recording.withheld');
    expect(said).toMatchObject([{ data: { reason: 'recording-rule', where: 'logon-compressed' } }]);
  });

  it('leaves a recording alone that the rule allows', async () => {
    const native = supervise({ facts: { ...PORTAL, connectionMethod: 'native' } });
    native.recording.partOpened(PART_1, 100);
    await native.last().say(READY, { type: 'told', event: LOGON });
    const other = supervise();
    other.recording.partOpened(PART_1, 100);
    await other.last().say(READY, { type: 'told', event: { ...LOGON, data: { ...LOGON.data, domain: 'CORP' } } });
    expect([...native.rows, ...other.rows]).toEqual([]);
  });
});

describe('[invariant 1] a recording in which Entra ID shows', () => {
  it('is withheld when its trace says so: the gateway may have died before it did', async () => {
    const { recording, last, rows, audit } = supervise();
    recording.partOpened(PART_1, 100);
    recording.sessionEnded('gateway-lost');
    await last().say(READY, { type: 'seal-manifest', body: { ...BODY, outcome: 'against-rule' } });
    expect(rows).toContain('withhold');
    expect(audit.map(({ kind }) => kind)).toEqual(['recording.withheld', 'recording.ended']);
    expect(audit[0]).toMatchObject({ data: { where: 'trace' } });
  });

  it('is withheld once, when the gateway has seen it', async () => {
    const { recording, last, rows } = supervise();
    recording.partOpened(PART_1, 100);
    recording.withhold('save-session-info');
    recording.sessionEnded('ended-by-policy');
    await last().say(READY, { type: 'seal-manifest', body: { ...BODY, outcome: 'against-rule' } });
    expect(rows.filter((row) => row === 'withhold')).toEqual(['withhold']);
  });

  it('is withheld although that cannot be put on record, and lost then', async () => {
    const { recording, rows, lost } = supervise({ failAudit: 'recording.withheld' });
    recording.partOpened(PART_1, 100);
    recording.withhold('save-session-info');
    await vi.advanceTimersByTimeAsync(0);
    expect(rows).toEqual(['withhold', 'state failed']);
    expect(lost).toEqual([expect.stringMatching(/audit is gone/)]);
  });
});
