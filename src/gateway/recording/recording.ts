/**
 * One recording under supervision: starts its recorder, tells it how the trace grows, writes down what it says, and
 * starts a successor when it dies. Successors take storage as the truth, so nothing that was stored is lost or doubled.
 */
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
import { messageOf, RecordingNotes, type RecordingNotesOptions } from './recording-notes.js';
import type { RecorderProcess, StartRecorder } from './recorder-process.js';
import { TraceParts } from './trace-parts.js';
import { Withholding } from './withholding.js';

export interface RecordingOptions extends RecordingNotesOptions {
  /** On which it was permitted. */
  readonly facts: RuleFacts;
  readonly traceKey: Uint8Array;
  readonly storage: StorageAccess;
  readonly encoder: EncoderChoice;
  readonly startRecorder: StartRecorder;
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

const RESTART_DELAYS_MS = [0, 250, 1000, 3000, 10_000];
/** Recorders report now and then: two that fail at the same place are this far apart at most. */
const PROGRESS_MS = 1000;

/** Supervises one recording from its first part to its verified manifest. */
export class Recording {
  readonly done: Promise<RecordingResult>;
  readonly #options: RecordingOptions;
  readonly #parts = new TraceParts((message) => this.#process?.send(message));
  #outcome: ManifestBody['outcome'] | null = null;
  readonly #unrecorded: Gap[] = [];
  #process: RecorderProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  #failuresInARow = 0;
  #furthestMs = 0;
  #failure: string | null = null;
  readonly #withholding: Withholding;
  readonly #notes: RecordingNotes;
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
    this.#notes = new RecordingNotes(options, this.#withholding);
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
    this.#parts.open(part, sizeBytes);
    // Without a recorder a successor is on its way, which is told of all parts.
    if (this.#parts.count === 1) this.#start();
    else this.#process?.send({ type: 'part-opened', part });
    this.#parts.announceGrowth();
  }

  /** The newest part has grown; told on at most five times a second. */
  grew(sizeBytes: number): void {
    this.#parts.grew(sizeBytes);
  }

  partClosed(sizeBytes: number): void {
    this.#parts.close(sizeBytes);
  }

  /** A span of the session went on without a trace: it is a gap like those that the recorder finds. */
  unrecorded(gap: Gap): void {
    this.#unrecorded.push(gap);
    this.#note(() => this.#notes.gap(gap));
  }

  /** [invariant 1] Entra ID showed in the session, at `where`: from now on nobody is shown the recording. */
  withhold(where: string): void {
    this.#note(() => this.#withholding.withhold(where));
  }

  /** No further part will come: the recorder finishes, then `done` resolves. */
  sessionEnded(outcome: ManifestBody['outcome']): void {
    if (this.#outcome !== null || this.#settled) return;
    this.#outcome = outcome;
    if (this.#parts.count === 0) {
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
      parts: this.#parts.list(),
      live: this.#outcome === null,
      storage,
      encoder,
      outcome: this.#outcome ?? 'complete',
      unrecorded: this.#unrecorded,
    });
    this.#parts.announceAll();
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
        await this.#notes.gap(message.gap);
        return;
      case 'told':
        if (await this.#notes.told(message.event)) this.#options.onTold(message.event);
        return;
      case 'seal-manifest':
        this.#process?.send({ type: 'manifest-sealed', manifest: await this.#notes.ended(message.body) });
        return;
      case 'finished':
        await this.#finished(message);
        return;
      case 'failed':
        await this.#failed(message);
        return;
    }
  }

  /** One that is not confirmed is not settled: the recorder ends now, and a successor stores again what is missing. */
  async #finished(stored: StoredRecording): Promise<void> {
    if (!(await this.#notes.stored(stored, this.#encoder))) return;
    this.#settle({ outcome: 'finished', withGaps: stored.gaps > 0 });
  }

  async #failed({ code, message, retryable }: Extract<FromRecorder, { type: 'failed' }>): Promise<void> {
    await this.#notes.failed(code, message, retryable);
    if (!retryable) this.#lose(message);
  }

  async #exited(reason: string): Promise<void> {
    this.#process = null;
    if (this.#settled) return;
    const { restartDelaysMs = RESTART_DELAYS_MS } = this.#options;
    const delayMs = restartDelaysMs[this.#failuresInARow];
    this.#failuresInARow += 1;
    await this.#notes.failed('recorder-exit', `the recorder ended: ${reason}`, delayMs !== undefined);
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
    // When audit itself is what fails, the session ends by `onLost` all the same.
    this.#notes.failed('recording-lost', reason, false).catch(() => {});
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
    this.#parts.stop();
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
  }
}
