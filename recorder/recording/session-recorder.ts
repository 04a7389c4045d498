/**
 * Records one session: its parts in order, then the manifest. The same trace gives the same recording whether this is the
 * first recorder or one that takes up what another left: everything is decoded from the start, and what storage holds
 * already is not encoded again.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../../src/contract/json.js';
import {
  recordingFolder,
  type Gap,
  type Manifest,
  type ManifestBody,
  type ManifestPart,
} from '../../src/contract/manifest.js';
import type { FromRecorder, Losses } from '../../src/contract/recorder-protocol.js';
import type { TraceHeader } from '../../src/contract/trace.js';
import type { SessionId } from '../../src/contract/ids.js';
import { permitFromTrace, forbiddenWithEntra } from '../../src/policy/permit.js';
import { isEntraLogon } from '../../src/rdp/relay/logon-event.js';
import type { EncoderEngine } from '../encoders/video-encoder.js';
import type { BlobStorage } from '../storage/blob-storage.js';
import { EventTrack } from '../storage/event-track.js';
import { TraceCorruptError, type TraceStep } from '../trace/trace-reader.js';
import { CoverageCount } from './coverage-count.js';
import { PartRecorder } from './part-recorder.js';
import type { PictureSource } from './picture-source.js';
import { interruptionsOf } from './interruptions.js';
import { RecorderError } from './recorder-error.js';
import { expectSealed } from './sealed-manifest.js';
import { SegmentRecorder } from './segment-recorder.js';
import type { FedPart, TraceFeed } from './trace-feed.js';
import { verifyRecording } from './verify.js';
import { VideoStore } from './video-store.js';

const EVENTS_FILE = 'events.ndjson';
const MANIFEST_FILE = 'manifest.json';
const PROGRESS_EVERY_MS = 500;

/** What a session recorder works with. */
export interface SessionRecorderOptions {
  readonly sessionId: SessionId;
  readonly feed: TraceFeed;
  readonly storage: BlobStorage;
  readonly engine: EncoderEngine;
  readonly createPicture: () => PictureSource;
  readonly send: (message: FromRecorder) => void;
  /** Has the body recorded in the audit log and signed. */
  readonly seal: (body: Omit<ManifestBody, 'audit'>) => Promise<Manifest>;
}

/** What exists once the first header has been read and permitted. */
interface Opened {
  readonly header: TraceHeader;
  readonly folder: string;
  readonly videos: VideoStore;
  readonly events: EventTrack;
  readonly segments: SegmentRecorder;
}

export class SessionRecorder {
  readonly #options: SessionRecorderOptions;
  readonly #coverage = new CoverageCount();
  readonly #gaps: Gap[] = [];
  readonly #parts: ManifestPart[] = [];
  #opened: Opened | null = null;
  #cutOff = false;
  /** The recording rule forbids what was permitted. */
  #againstRule = false;
  #lastProgressMs = 0;
  /** Of the parts before the one in hand. */
  #lossesBefore: Losses = { opened: 0, open: 0, longestMs: 0 };
  #toldOpened = 0;

  constructor(options: SessionRecorderOptions) {
    this.#options = options;
  }

  /** Runs until the recording is finished. @throws what `describeFailure` knows. */
  async run(): Promise<void> {
    const { feed } = this.#options;
    try {
      for (let index = 0; ; index++) {
        const fed = await feed.part(index);
        if (fed === null) break;
        await this.#recordPart(fed, index);
      }
      if (this.#opened === null) throw new RecorderError('trace-mismatch', 'the session has no trace');
      await this.#finish(this.#opened);
    } finally {
      await this.#opened?.segments.close();
      await feed.close();
    }
  }

  async #recordPart(fed: FedPart, index: number): Promise<void> {
    const first = await this.#step(fed, index);
    // A gateway that died while it wrote the header has not relayed a byte.
    if (first.type !== 'header') return;
    const { header } = first;
    const opened = (this.#opened ??= await this.#open(header));
    this.#permit(header, opened.header);
    const startMs = Math.max(header.partStartMs, this.#parts.at(-1)?.endMs ?? 0);
    const recorder = new PartRecorder(fed.part, startMs, this.#options.createPicture(), {
      segments: opened.segments,
      coverage: this.#coverage,
      event: (event) => {
        if (isEntraLogon(event)) this.#entraSeen(header);
        return opened.events.add(event);
      },
      told: (event) => this.#options.send({ type: 'told', event }),
      gap: (gap) => {
        this.#gaps.push(gap);
        this.#options.send({ type: 'gap', gap });
      },
    });
    const end = await this.#readRecords(fed, index, recorder);
    this.#accountForTail(fed, end, recorder);
    const { endMs, reason } = await recorder.finish();
    await opened.events.flush();
    this.#cutOff = reason === null;
    this.#coverage.part(end.sizeBytes);
    const { sha256, sizeBytes, tornBytes } = end;
    const endReason = reason ?? 'gateway-lost';
    // What the gateway alone can see, as in Client Info, the trace says by how the connection ended.
    if (endReason === 'recording-rule') this.#entraSeen(header);
    this.#parts.push({
      part: fed.part,
      startMs,
      endMs,
      traceSha256: sha256,
      traceBytes: sizeBytes,
      tornBytes,
      endReason,
    });
    this.#progress(fed, recorder, true);
    this.#lossesBefore = { ...sum(this.#lossesBefore, recorder.losses), open: 0 };
  }

  async #readRecords(fed: FedPart, index: number, recorder: PartRecorder): Promise<TraceStep & { type: 'end' }> {
    for (;;) {
      const step = await this.#step(fed, index).catch((error: unknown) => this.#corrupt(error, fed, index, recorder));
      if (step.type === 'end') return step;
      if (step.type !== 'records') continue;
      for (const record of step.records) await recorder.record(record);
      this.#progress(fed, recorder, false);
    }
  }

  /** Reads on, and waits where nothing is written yet. */
  async #step(fed: FedPart, index: number): Promise<Exclude<TraceStep, { type: 'wait' }>> {
    const { feed } = this.#options;
    for (;;) {
      const { version } = feed;
      if (feed.isFinal(index) && !fed.reader.closed) await fed.reader.closePart();
      const step = await fed.reader.next();
      if (step.type !== 'wait') return step;
      await this.#opened?.events.flush();
      await feed.newsSince(version);
    }
  }

  /** Corruption in a trace that is still written is for the gateway to act on; in a closed one it is a gap. */
  async #corrupt(error: unknown, fed: FedPart, index: number, recorder: PartRecorder) {
    if (!(error instanceof TraceCorruptError) || !this.#options.feed.isFinal(index)) throw error;
    const { skippedBytes, end } = await fed.reader.skipRest();
    this.#unreadable(recorder, skippedBytes);
    return end;
  }

  /** What a live gateway closed has no torn end: bytes that look like one were damaged. */
  #accountForTail(fed: FedPart, end: TraceStep & { type: 'end' }, recorder: PartRecorder): void {
    if (fed.closedByGateway && end.tornBytes > 0) this.#unreadable(recorder, end.tornBytes);
  }

  #unreadable(recorder: PartRecorder, bytes: number): void {
    const { timeMs } = recorder;
    this.#coverage.unreadable(bytes);
    recorder.addGap({
      startMs: timeMs,
      endMs: timeMs,
      reason: 'trace-corrupt',
      codec: 'trace',
      area: null,
      bytes,
      pdus: 0,
    });
  }

  /** [invariant 1] Asked for every part, before anything is written. */
  #permit(header: TraceHeader, first: TraceHeader): void {
    if (permitFromTrace(header) === null) {
      throw new RecorderError('recording-forbidden', 'the recording rule forbids that this session is recorded');
    }
    const same =
      header.sessionId === this.#options.sessionId &&
      header.sessionStartedAtMs === first.sessionStartedAtMs &&
      canonicalJson({ ...header.facts }) === canonicalJson({ ...first.facts });
    if (!same) throw new RecorderError('trace-mismatch', `part ${header.part} does not belong to this recording`);
  }

  /** [invariant 1] The permit was for another authentication method: the rule is asked again. */
  #entraSeen({ facts }: TraceHeader): void {
    this.#againstRule ||= forbiddenWithEntra(facts);
  }

  async #open(header: TraceHeader): Promise<Opened> {
    this.#permit(header, header);
    const { storage, engine, send, sessionId } = this.#options;
    const folder = recordingFolder(sessionId, header.sessionStartedAtMs);
    const videos = await VideoStore.open(storage, folder, (what) =>
      send('video' in what ? { type: 'video-opened', ...what } : { type: 'segment-stored', ...what }),
    );
    const events = await EventTrack.open(storage, `${folder}/${EVENTS_FILE}`);
    return { header, folder, videos, events, segments: new SegmentRecorder(engine, videos) };
  }

  /** Now and then, and at once when something is lost: the gateway is to have it drawn again. */
  #progress({ part, reader }: FedPart, recorder: PartRecorder, always: boolean): void {
    const { timeMs: mediaMs, desktop } = recorder;
    const nowMs = Date.now();
    const losses = sum(this.#lossesBefore, recorder.losses);
    const due = always || losses.opened > this.#toldOpened || nowMs - this.#lastProgressMs >= PROGRESS_EVERY_MS;
    if (!due) return;
    this.#lastProgressMs = nowMs;
    this.#toldOpened = losses.opened;
    this.#options.send({ type: 'progress', mediaMs, part, traceBytes: reader.bytesRead, desktop, losses });
  }

  async #finish(opened: Opened): Promise<void> {
    const { storage, engine, seal, send } = this.#options;
    const body = await this.#body(opened);
    await verifyRecording(storage, opened.folder, body, engine);
    const path = `${opened.folder}/${MANIFEST_FILE}`;
    const stored = await storage.readSmall(path);
    const bytes = stored ?? Buffer.from(canonicalJson((await seal(body)) as unknown as Json));
    expectSealed(bytes, body);
    if (stored === null) await storage.writeOnce(path, bytes, 'application/json');
    const readBack = await storage.readSmall(path);
    if (readBack === null || Buffer.compare(readBack, bytes) !== 0) {
      throw new RecorderError('verification-failed', `${MANIFEST_FILE}: its content is not what was stored`);
    }
    const manifestSha256 = createHash('sha256').update(bytes).digest('hex');
    send({
      type: 'finished',
      manifestSha256,
      folder: opened.folder,
      files: [
        ...body.videos.map(({ file, sizeBytes }) => ({ name: file, sizeBytes })),
        { name: body.events.file, sizeBytes: body.events.sizeBytes },
        { name: MANIFEST_FILE, sizeBytes: bytes.length },
      ],
      durationMs: body.durationMs,
      videoBytes: body.videos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      gaps: body.gaps.length,
    });
  }

  #outcome(): ManifestBody['outcome'] {
    const { outcome } = this.#options.feed;
    if (this.#againstRule) return 'against-rule';
    // A gateway that was lost after it had ended the session has lost nothing of it.
    return outcome === 'gateway-lost' && !this.#cutOff ? 'complete' : (outcome ?? 'gateway-lost');
  }

  async #body({ header, videos, events, segments }: Opened): Promise<Omit<ManifestBody, 'audit'>> {
    const { sessionId, feed, engine } = this.#options;
    if (videos.nextIsStored)
      throw new RecorderError('storage-diverged', 'more segments are stored than this trace gives');
    const framesEncoded = videos.segments.reduce((sum, { frames }) => sum + frames, 0);
    return {
      format: 'witness-recording',
      version: 1,
      sessionId,
      decisionId: header.decisionId,
      facts: header.facts,
      recording: header.recording,
      sessionStartedAtMs: header.sessionStartedAtMs,
      durationMs: Math.max(this.#parts.at(-1)?.endMs ?? 0, ...feed.unrecorded.map(({ endMs }) => endMs)),
      outcome: this.#outcome(),
      parts: this.#parts,
      encoder: engine.description,
      videos: videos.videos,
      segments: videos.segments,
      events: { file: EVENTS_FILE, ...(await events.finish()) },
      gaps: [...this.#gaps, ...feed.unrecorded],
      interruptions: interruptionsOf(this.#parts, videos),
      coverage: this.#coverage.summary(segments.framesPaced, framesEncoded),
    };
  }
}

function sum(before: Losses, { opened, open, longestMs }: Losses): Losses {
  return { opened: before.opened + opened, open, longestMs: Math.max(before.longestMs, longestMs) };
}
