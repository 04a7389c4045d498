/** All recordings of this gateway: begins them, opens their parts, takes up what a crash left behind. */
import type { SessionId } from '../../contract/ids.js';
import type { ManifestBody, RecordingEvent } from '../../contract/manifest.js';
import type { DesktopSize, Losses } from '../../contract/recorder-protocol.js';
import type { RecordingPermit } from '../../policy/permit.js';
import type { KeyWrapper } from '../keys/key-store.js';
import type { Durability } from '../trace/trace-file.js';
import type { TraceFolder } from '../trace/trace-folder.js';
import type { TraceKeep } from '../config/recording-settings.js';
import { Recording, type RecordingOptions, type RecordingResult } from './recording.js';
import { Tap } from './tap.js';

/** What all recordings of a gateway share. */
export interface RecordingServiceOptions extends Pick<
  RecordingOptions,
  'storage' | 'encoder' | 'startRecorder' | 'rows' | 'audit' | 'seal' | 'confirmStored'
> {
  readonly traces: TraceFolder;
  readonly wrapper: KeyWrapper;
  readonly gatewayId: string;
  readonly clock: () => number;
  readonly durability: Durability;
  readonly traceMaxBytes: number;
  readonly traceKeep: TraceKeep;
  /** Makes the recording's row; the database refuses what the rule forbids. */
  readonly createRow: (sessionId: SessionId, startedAtMs: number) => Promise<void>;
  /** Puts what the audit log says up to now out of the database's reach. */
  readonly checkpoint: () => Promise<void>;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, sessionId: SessionId) => void;
}

export interface RecordingListener {
  readonly onLost: (reason: string) => void;
  readonly onTold: (event: RecordingEvent) => void;
  readonly onLosses: (losses: Losses, desktop: DesktopSize) => void;
}

const NO_LISTENER: RecordingListener = { onLost: () => {}, onTold: () => {}, onLosses: () => {} };

/** One session's recording while its session lives, reconnections included. */
export class LiveRecording {
  readonly recording: Recording;
  readonly #service: RecordingServiceOptions;
  readonly #permit: RecordingPermit;
  readonly #sessionId: SessionId;
  readonly #startedAtMs: number;
  readonly #key: { key: Buffer; wrapped: string };
  #part = 0;

  constructor(
    service: RecordingServiceOptions,
    permit: RecordingPermit,
    sessionId: SessionId,
    startedAtMs: number,
    key: { key: Buffer; wrapped: string },
    recording: Recording,
  ) {
    this.#service = service;
    this.#permit = permit;
    this.#sessionId = sessionId;
    this.#startedAtMs = startedAtMs;
    this.#key = key;
    this.recording = recording;
  }

  /** Begins the next part. Rejects with `TraceWriteError` when its file cannot be written. */
  async openPart(): Promise<Tap> {
    const { traces, gatewayId, clock, durability, traceMaxBytes } = this.#service;
    this.#part += 1;
    const part = this.#part;
    const path = await traces.pathForPart(this.#sessionId, part);
    const tap = await Tap.open({
      permit: this.#permit,
      sessionId: this.#sessionId,
      part,
      path,
      key: this.#key.key,
      wrappedKey: this.#key.wrapped,
      gatewayId,
      sessionStartedAtMs: this.#startedAtMs,
      clock,
      durability,
      maxBytes: traceMaxBytes,
      onGrew: (sizeBytes) => this.recording.grew(sizeBytes),
    });
    this.recording.partOpened({ part, path }, tap.sizeBytes);
    return tap;
  }

  /** Closes the part of `tap`; a trace that can no longer be written keeps what it has. */
  async closePart(tap: Tap, reason: string): Promise<void> {
    try {
      tap.event({ kind: 'disconnected', data: { reason } });
      await tap.close(reason);
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'unknown error';
      this.#service.log('error', `the trace could not be closed: ${cause}`, this.#sessionId);
    } finally {
      this.recording.partClosed(tap.sizeBytes);
    }
  }
}

export class RecordingService {
  readonly #options: RecordingServiceOptions;
  readonly #running = new Map<SessionId, Recording>();

  constructor(options: RecordingServiceOptions) {
    this.#options = options;
  }

  get running(): ReadonlyMap<SessionId, Recording> {
    return this.#running;
  }

  /** Begins a session's recording: audit row and database row are there before it returns. */
  async begin(
    permit: RecordingPermit,
    sessionId: SessionId,
    startedAtMs: number,
    listener: RecordingListener,
  ): Promise<LiveRecording> {
    const { audit, createRow, wrapper } = this.#options;
    const data = { recording: permit.recording, decisionId: permit.decisionId, policyVersion: permit.policyVersion };
    await audit.append({ kind: 'recording.started', actor: 'gateway', sessionId, data: { ...data, ...permit.facts } });
    await createRow(sessionId, startedAtMs);
    const key = wrapper.create(sessionId);
    const recording = this.#supervise({ sessionId, facts: permit.facts, traceKey: key.key }, listener);
    return new LiveRecording(this.#options, permit, sessionId, startedAtMs, key, recording);
  }

  /**
   * Takes up every recording whose trace is still on this disk. `outcomeOf` tells how its session ended. A trace that
   * does not verify is reported and left where it is. Of the `unfinished` recordings, those without a trace are over.
   */
  async recover(
    outcomeOf: (sessionId: SessionId) => Promise<ManifestBody['outcome']>,
    unfinished: readonly SessionId[],
  ): Promise<number> {
    const { traces, log } = this.#options;
    for (const sessionId of await traces.sessions()) {
      if (this.#running.has(sessionId)) continue;
      await this.#takeUp(sessionId, outcomeOf).catch(async (error: unknown) => {
        const message = `the trace cannot be taken up: ${error instanceof Error ? error.message : 'unknown'}`;
        log('error', message, sessionId);
        await this.#giveUp(sessionId, 'trace-unusable', message);
      });
    }
    const traced = new Set(await traces.sessions());
    for (const sessionId of unfinished) {
      if (traced.has(sessionId)) continue;
      await this.#giveUp(sessionId, 'nothing-recorded', 'the gateway was lost before anything was shown');
    }
    return this.#running.size;
  }

  async #takeUp(
    sessionId: SessionId,
    outcomeOf: (sessionId: SessionId) => Promise<ManifestBody['outcome']>,
  ): Promise<void> {
    const { traces, wrapper, audit } = this.#options;
    const parts = await traces.parts(sessionId, wrapper);
    const first = parts[0];
    if (first === undefined) {
      await traces.remove(sessionId);
      return;
    }
    const outcome = await outcomeOf(sessionId);
    const traceBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const data = { parts: parts.length, traceBytes };
    await audit.append({ kind: 'recording.recovered', actor: 'gateway', sessionId, data });
    const { key: traceKey, header } = first;
    const recording = this.#supervise({ sessionId, facts: header.facts, traceKey }, NO_LISTENER);
    for (const part of parts) {
      recording.partOpened({ part: part.part, path: part.path }, part.sizeBytes);
      // The last one ends where the gateway died, maybe within a chunk.
      if (part !== parts.at(-1) || outcome !== 'gateway-lost') recording.partClosed(part.sizeBytes);
    }
    recording.sessionEnded(outcome);
  }

  async #giveUp(sessionId: SessionId, code: string, message: string): Promise<void> {
    const { audit, rows } = this.#options;
    const data = { code, message, retryable: false };
    await audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId, data });
    await rows.setState(sessionId, 'failed');
  }

  /** Waits until the running recordings are finished, `graceMs` at most; the rest is taken up at the next start. */
  async stop(graceMs: number): Promise<void> {
    const all = Promise.all([...this.#running.values()].map((recording) => recording.done));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([all, timeout]);
    clearTimeout(timer);
    for (const recording of this.#running.values()) recording.stop();
  }

  #supervise(
    session: Pick<RecordingOptions, 'sessionId' | 'facts' | 'traceKey'>,
    listener: RecordingListener,
  ): Recording {
    const { sessionId } = session;
    const { storage, encoder, startRecorder, rows, audit, seal, confirmStored } = this.#options;
    const shared = { storage, encoder, startRecorder, rows, audit, seal, confirmStored };
    const recording = new Recording({ ...shared, ...session, ...listener });
    this.#running.set(sessionId, recording);
    void recording.done.then((result) => this.#ended(sessionId, result));
    return recording;
  }

  async #ended(sessionId: SessionId, result: RecordingResult): Promise<void> {
    const { traceKeep, traces, checkpoint, log } = this.#options;
    this.#running.delete(sessionId);
    await checkpoint().catch((error: unknown) => {
      const cause = error instanceof Error ? error.message : 'unknown';
      log('warn', `the audit log could not be checkpointed: ${cause}; it is tried again`, sessionId);
    });
    if (result.outcome === 'failed') {
      log('error', `the recording failed: ${result.reason}; its trace is kept`, sessionId);
      return;
    }
    const keep = traceKeep === 'always' || (traceKeep === 'with-gaps' && result.withGaps);
    if (!keep) {
      await traces.remove(sessionId).catch((error: unknown) => {
        log('warn', `the trace cannot be removed: ${error instanceof Error ? error.message : 'unknown'}`, sessionId);
      });
    }
  }
}
