/**
 * One recording under supervision: starts its recorder, tells it how the trace grows, writes down what it says, and
 * starts a successor when it dies. Successors take storage as the truth, so nothing that was stored is lost or doubled.
 */
import type { SessionId } from '../../contract/ids.js';
import type { Gap, ManifestBody, RecordingEvent } from '../../contract/manifest.js';
import type { RuleFacts } from '../../contract/rule.js';
import type {
  EncoderChoice,
  DesktopSize,
  FromRecorder,
  Losses,
  StorageAccess,
  StoredRecording,
  TracePart,
} from '../../contract/recorder-protocol.js';
import type { AuditAppender, RecordingRows, SealManifest } from './recording-records.js';
import type { RecorderProcess, StartRecorder } from './recorder-process.js';
import { Withholding } from './withholding.js';

export interface RecordingOptions {
  readonly sessionId: SessionId;
  /** On which it was permitted. */
  readonly facts: RuleFacts;
  readonly traceKey: Uint8Array;
  readonly storage: StorageAccess;
  readonly encoder: EncoderChoice;
  readonly startRecorder: StartRecorder;
  readonly rows: RecordingRows;
  readonly audit: AuditAppender;
  readonly seal: SealManifest;
  /** Rejects unless storage holds the recording so that it stays: its trace is deleted next. */
  readonly confirmStored: (stored: StoredRecording) => Promise<void>;
  /** Called when the recording can not go on although successors were tried. */
  readonly onLost: (reason: string) => void;
  /** Called once for each logon that the target told of in a compressed PDU, when it is on record. */
  readonly onTold: (event: RecordingEvent) => void;
  /** Called with what is being lost, whenever the recorder says how far it is and has lost anything. */
  readonly onLosses: (losses: Losses, desktop: DesktopSize) => void;
  readonly restartDelaysMs?: readonly number[];
}

export type RecordingResult =
  | { readonly outcome: 'finished'; readonly withGaps: boolean }
  | { readonly outcome: 'failed'; readonly reason: string };

interface PartState extends TracePart {
  sizeBytes: number;
  closed: boolean;
}

const RESTART_DELAYS_MS = [0, 250, 1000, 3000, 10_000];
const GROWTH_INTERVAL_MS = 200;
/** Recorders report now and then: two that fail at the same place are this far apart at most. */
const PROGRESS_MS = 1000;

/** Supervises one recording from its first part to its verified manifest. */
export class Recording {
  readonly done: Promise<RecordingResult>;
  readonly #options: RecordingOptions;
  readonly #parts: PartState[] = [];
  #outcome: ManifestBody['outcome'] | null = null;
  readonly #unrecorded: Gap[] = [];
  #process: RecorderProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  #failuresInARow = 0;
  #furthestMs = 0;
  #failure: string | null = null;
  readonly #heard = new Set<string>();
  readonly #withholding: Withholding;
  #growthTimer: NodeJS.Timeout | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  #encoder = '';
  #losses: Losses = { opened: 0, open: 0, longestMs: 0 };
  #mediaMs = 0;
  #settled = false;
  #work: Promise<void> = Promise.resolve();
  #resolveDone: (result: RecordingResult) => void = () => {};

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#withholding = new Withholding(options);
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  /** Session time up to which the recorder has read the trace. */
  get mediaMs(): number {
    return this.#mediaMs;
  }

  /** Process id of the recorder, for the health page. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Why the recording was lost; null while it is not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Resolves when no recorder of it runs any more; after `stop` none is started. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** What is lost of it so far. */
  get losses(): Losses {
    return this.#losses;
  }

  get encoder(): string {
    return this.#encoder;
  }

  /** A part begins; the first one starts the recorder. */
  partOpened(part: TracePart, sizeBytes: number): void {
    if (this.#settled) return;
    this.#parts.push({ ...part, sizeBytes, closed: false });
    // Without a recorder a successor is on its way, which is told of all parts.
    if (this.#parts.length === 1) this.#start();
    else this.#process?.send({ type: 'part-opened', part });
    this.#announceGrowth();
  }

  /** The newest part has grown; told on at most five times a second. */
  grew(sizeBytes: number): void {
    const part = this.#parts.at(-1);
    if (part === undefined || part.closed) return;
    part.sizeBytes = sizeBytes;
    this.#growthTimer ??= setTimeout(() => {
      this.#growthTimer = null;
      this.#announceGrowth();
    }, GROWTH_INTERVAL_MS);
  }

  partClosed(sizeBytes: number): void {
    const part = this.#parts.at(-1);
    if (part === undefined || part.closed) return;
    part.sizeBytes = sizeBytes;
    part.closed = true;
    this.#process?.send({ type: 'part-closed', part: part.part, sizeBytes });
  }

  /** A span of the session went on without a trace: it is a gap like those that the recorder finds. */
  unrecorded(gap: Gap): void {
    this.#unrecorded.push(gap);
    this.#note(() => this.#gap(gap));
  }

  /** [invariant 1] Entra ID showed in the session, at `where`: from now on nobody is shown the recording. */
  withhold(where: string): void {
    this.#note(() => this.#withholding.withhold(where));
  }

  /** No further part will come: the recorder finishes, then `done` resolves. */
  sessionEnded(outcome: ManifestBody['outcome']): void {
    if (this.#outcome !== null || this.#settled) return;
    this.#outcome = outcome;
    if (this.#parts.length === 0) {
      this.#loseUnsaid('no part of the trace was ever opened');
      return;
    }
    this.#process?.send({ type: 'session-ended', outcome, unrecorded: this.#unrecorded });
    this.#note(() => this.#options.rows.setState(this.#options.sessionId, 'finishing'));
  }

  /** Ends the recorder for the gateway's own stop; the next start takes the recording up again. */
  stop(): void {
    this.#settled = true;
    this.#clearTimers();
    this.#process?.kill();
  }

  #announceGrowth(): void {
    const part = this.#parts.at(-1);
    if (part === undefined || part.closed) return;
    this.#process?.send({ type: 'trace-grew', part: part.part, sizeBytes: part.sizeBytes });
  }

  #start(): void {
    const { sessionId, traceKey, storage, encoder, startRecorder } = this.#options;
    let gone = (): void => {};
    this.#gone = new Promise((resolve) => {
      gone = resolve;
    });
    const recorder = startRecorder({
      onMessage: (message) => this.#note(() => this.#take(message)),
      onExit: (reason) => {
        gone();
        this.#note(() => this.#exited(reason));
      },
    });
    this.#process = recorder;
    recorder.send({
      type: 'start',
      sessionId,
      traceKey: Buffer.from(traceKey).toString('base64'),
      parts: this.#parts.map(({ part, path }) => ({ part, path })),
      live: this.#outcome === null,
      storage,
      encoder,
      outcome: this.#outcome ?? 'complete',
      unrecorded: this.#unrecorded,
    });
    for (const { part, sizeBytes, closed } of this.#parts) {
      recorder.send({ type: closed ? 'part-closed' : 'trace-grew', part, sizeBytes });
    }
    if (this.#outcome !== null) {
      recorder.send({ type: 'session-ended', outcome: this.#outcome, unrecorded: this.#unrecorded });
    }
  }

  /** Runs notes one after another, so that rows and audit events keep the recorder's order. */
  #note(work: () => Promise<void> | void): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#loseUnsaid(`what the recorder reported could not be written down: ${messageOf(error)}`);
    });
  }

  async #take(message: FromRecorder): Promise<void> {
    // What a recorder still says after its recording was lost must not make it look finished.
    if (this.#settled) return;
    const { sessionId, rows } = this.#options;
    switch (message.type) {
      case 'ready':
        this.#encoder = `${message.encoder.name} ${message.encoder.version}`;
        return;
      case 'progress':
        this.#mediaMs = message.mediaMs;
        this.#progressed(message.mediaMs);
        this.#losses = message.losses;
        if (message.losses.opened > 0) this.#options.onLosses(message.losses, message.desktop);
        return;
      case 'video-opened':
        await rows.addVideo(sessionId, message.video);
        return;
      case 'segment-stored':
        await rows.addSegment(sessionId, message.segment);
        return;
      case 'gap':
        await this.#gap(message.gap);
        return;
      case 'told':
        await this.#told(message.event);
        return;
      case 'seal-manifest':
        await this.#seal(message.body);
        return;
      case 'finished':
        await this.#finished(message);
        return;
      case 'failed':
        await this.#failed(message);
        return;
    }
  }

  async #gap(gap: Gap): Promise<void> {
    const { sessionId, rows, audit } = this.#options;
    await rows.addGap(sessionId, gap);
    const data = { startMs: gap.startMs, endMs: gap.endMs, reason: gap.reason, codec: gap.codec };
    await audit.append({ kind: 'recording.gap', actor: 'gateway', sessionId, data: { ...data, bytes: gap.bytes } });
  }

  /** A successor reads the trace again from its beginning. */
  async #told(event: RecordingEvent): Promise<void> {
    const key = JSON.stringify(event);
    if (event.kind !== 'logon' || this.#heard.has(key)) return;
    this.#heard.add(key);
    const { sessionId, audit, onTold } = this.#options;
    const data = { ...event.data, mediaMs: event.mediaMs };
    await audit.append({ kind: 'session.logon', actor: 'gateway', sessionId, data });
    await this.#withholding.heard(event);
    onTold(event);
  }

  async #seal(body: Omit<ManifestBody, 'audit'>): Promise<void> {
    const { sessionId, audit, seal } = this.#options;
    if (body.outcome === 'against-rule') await this.#withholding.withhold('trace');
    const sizeBytes = body.videos.reduce((sum, video) => sum + video.sizeBytes, 0);
    const row = await audit.append({
      kind: 'recording.ended',
      actor: 'gateway',
      sessionId,
      data: {
        outcome: body.outcome,
        durationMs: body.durationMs,
        segments: body.segments.length,
        videoBytes: sizeBytes,
        gaps: body.gaps.length,
        lastChain: body.segments.at(-1)?.chain ?? '',
        traceSha256: body.parts.map((part) => part.traceSha256),
      },
    });
    const position = { chainId: row.chainId, sequence: row.sequence, hash: row.hash };
    this.#process?.send({ type: 'manifest-sealed', manifest: seal({ ...body, audit: position }) });
  }

  async #finished(stored: StoredRecording): Promise<void> {
    const { sessionId, rows, audit, confirmStored } = this.#options;
    try {
      await confirmStored(stored);
    } catch (error) {
      // The recorder ends now, and a successor stores again what is missing.
      const data = { code: 'storage-unconfirmed', message: messageOf(error), retryable: true };
      await audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId, data });
      return;
    }
    const { manifestSha256, folder, durationMs, videoBytes, gaps } = stored;
    const figures = { manifestSha256, encoder: this.#encoder, durationMs, sizeBytes: videoBytes, gapCount: gaps };
    await rows.finish(sessionId, figures);
    const data = { ...figures, folder };
    await audit.append({ kind: 'recording.finished', actor: 'gateway', sessionId, data });
    this.#settle({ outcome: 'finished', withGaps: gaps > 0 });
  }

  async #failed(failure: Extract<FromRecorder, { type: 'failed' }>): Promise<void> {
    const { sessionId, audit } = this.#options;
    const data = { code: failure.code, message: failure.message, retryable: failure.retryable };
    await audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId, data });
    if (!failure.retryable) this.#lose(failure.message);
  }

  async #exited(reason: string): Promise<void> {
    this.#process = null;
    if (this.#settled) return;
    const { sessionId, audit, restartDelaysMs = RESTART_DELAYS_MS } = this.#options;
    const delayMs = restartDelaysMs[this.#failuresInARow];
    this.#failuresInARow += 1;
    const data = { code: 'recorder-exit', message: `the recorder ended: ${reason}`, retryable: delayMs !== undefined };
    await audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId, data });
    if (delayMs === undefined) {
      this.#lose(`the recorder ended ${this.#failuresInARow} times in a row, last with ${reason}`);
      return;
    }
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = null;
      if (!this.#settled) this.#start();
    }, delayMs);
  }

  /** A recorder that got further than all before it has not failed at what they failed at. */
  #progressed(mediaMs: number): void {
    if (mediaMs < this.#furthestMs + PROGRESS_MS) return;
    this.#furthestMs = mediaMs;
    this.#failuresInARow = 0;
  }

  /** Loses a recording whose failure is not on record yet. */
  #loseUnsaid(reason: string): void {
    if (this.#settled) return;
    const { sessionId, audit } = this.#options;
    const data = { code: 'recording-lost', message: reason, retryable: false };
    // When audit itself is what fails, the session ends by `onLost` all the same.
    audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId, data }).catch(() => {});
    this.#lose(reason);
  }

  #lose(reason: string): void {
    if (this.#settled) return;
    this.#failure = reason;
    this.#settle({ outcome: 'failed', reason });
    this.#process?.kill();
    this.#options.rows.setState(this.#options.sessionId, 'failed').catch(() => {});
    this.#options.onLost(reason);
  }

  #settle(result: RecordingResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#clearTimers();
    this.#resolveDone(result);
  }

  #clearTimers(): void {
    if (this.#growthTimer !== null) clearTimeout(this.#growthTimer);
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
