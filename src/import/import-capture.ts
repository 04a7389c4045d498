/**
 * Imports one captured session: looks through the capture, has policy decide, and puts the session through the recorder
 * that live sessions go through. Audited first, as everything that has an effect.
 */
import { readPolicyVersion } from '../inventory/host.js';
import { randomBytes } from 'node:crypto';
import { access, constants, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEventKind } from '../contract/audit-event.js';
import { sessionId, type SessionId } from '../contract/ids.js';
import type { Json } from '../contract/json.js';
import { recordingFolder, type RecordingEvent } from '../contract/manifest.js';
import type { TraceEvent } from '../contract/trace.js';
import { sealManifest } from '../audit/manifest-seal.js';
import type { Signer } from '../audit/signer.js';
import { compiledEntry } from '../database/compiled-entry.js';
import type { Database } from '../database/open.js';
import { confirmStored } from '../gateway/composition/confirm-stored.js';
import { DatabaseRecordingRows } from '../gateway/composition/database-recording-rows.js';
import type { OpenStorage } from '../gateway/composition/storage.js';
import type { Settings } from '../gateway/config/settings.js';
import { KeyWrapper } from '../gateway/keys/key-store.js';
import { recorderStarter } from '../gateway/recording/recorder-process.js';
import { type LiveRecording, RecordingService } from '../gateway/recording/recording-service.js';
import type { RecordingResult } from '../gateway/recording/recording.js';
import { TraceFolder } from '../gateway/trace/trace-folder.js';
import type { ImportFacts } from '../policy/decide-import.js';
import { BlobRecordingStore } from '../storage/blob-recording-store.js';
import { decideCapture, newUuid } from './decide-capture.js';
import { candidatesOf, findConnections } from './find-connections.js';
import type { FollowOptions } from './follow-connection.js';
import { ImportError } from './import-error.js';
import { createRecordingRow, createSessionRow, type ImportedSession, settleCutOff } from './import-rows.js';
import { openImportsChain, type ImportsChain } from './imports-chain.js';
import { LateEntra, removeStored } from './late-entra.js';
import { findSession, type Survey } from './survey.js';
import { CaptureClock, type WrittenCapture, writeCapture } from './write-capture.js';

const KEY_BYTES = 32;

export interface ImportOptions extends FollowOptions {
  /** TCP port of the RDP server in the capture. */
  readonly port: number;
  /** tshark's number of the TCP stream; null when there is one session only. */
  readonly stream: number | null;
  readonly method: ImportFacts['connectionMethod'];
}

/** The data that the recording goes to. */
export interface ImportTarget {
  readonly settings: Settings;
  readonly database: Database;
  readonly storage: OpenStorage;
  readonly signer: Signer;
}

export interface ImportedRecording {
  readonly sessionId: SessionId;
  /** Folder of the recording in storage. */
  readonly folder: string;
  readonly durationMs: number;
  readonly gapCount: number;
  readonly endReason: string;
  /** True when the capture ends within a packet. */
  readonly cutShort: boolean;
}

/** Reads the capture, without an effect. @throws ImportError that says why it cannot be imported. */
export async function surveyCapture({ file, keylog, port, stream }: ImportOptions): Promise<Survey> {
  await requireReadable(file, 'capture');
  if (keylog !== null) await requireReadable(keylog, 'key log');
  const candidates = candidatesOf(await findConnections(file), { port, stream });
  return findSession({ file, keylog }, candidates);
}

async function requireReadable(file: string, what: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch {
    throw new ImportError('capture-unreadable', `the ${what} ${file} cannot be read`);
  }
}

/** Decides about a surveyed session and records it. @throws ImportError `entra`, `busy` or `recording-failed`. */
export async function importCapture(
  options: ImportOptions,
  survey: Survey,
  target: ImportTarget,
): Promise<ImportedRecording> {
  const { gatewayId } = target.settings;
  const chain = await openImportsChain(target.settings, target);
  try {
    await settleCutOff(target.database, chain.audit, gatewayId, Date.now());
    const id = sessionId(newUuid());
    const facts: ImportFacts = {
      connectionMethod: options.method,
      authenticationMethod: survey.authenticationMethod,
      policyVersion: await readPolicyVersion(target.database),
    };
    const permit = await decideCapture(options, survey, facts, id, chain.audit);
    const session = { id, survey, permit, gatewayId };
    await createSessionRow(target.database, session, Date.now());
    const late = new LateEntra(facts, permit.decisionId);
    return await new Import(options, session, target, chain, late).run();
  } finally {
    await chain.close();
  }
}

/** One session on its way into a recording. */
class Import {
  readonly #options: ImportOptions;
  readonly #session: ImportedSession;
  readonly #target: ImportTarget;
  readonly #chain: ImportsChain;
  readonly #late: LateEntra;
  readonly #clock: CaptureClock;

  constructor(
    options: ImportOptions,
    session: ImportedSession,
    target: ImportTarget,
    chain: ImportsChain,
    late: LateEntra,
  ) {
    this.#options = options;
    this.#late = late;
    this.#session = session;
    this.#target = target;
    this.#chain = chain;
    this.#clock = new CaptureClock(session.survey.connection.confirmedAtMs);
  }

  async run(): Promise<ImportedRecording> {
    const traces = path.join(this.#chain.folder.path, this.#session.id);
    let endReason = 'import-failed';
    try {
      const { written, result } = await this.#record(traces);
      if (result.outcome === 'failed') throw failed(result.reason);
      endReason = written.endReason;
      return await this.#made(written);
    } catch (error) {
      if (isRefusal(error)) endReason = 'recording-rule';
      throw error;
    } finally {
      await this.#end(endReason);
      await rm(traces, { recursive: true, force: true });
    }
  }

  async #record(traces: string): Promise<{ written: WrittenCapture; result: RecordingResult }> {
    const { id, survey, permit } = this.#session;
    const onTold = (event: RecordingEvent): void => {
      if (this.#late.heard(event)) live.recording.stop();
    };
    const listener = { onLost: () => {}, onTold, onLosses: () => {} };
    const live = await this.#service(traces).begin(permit, id, survey.connection.confirmedAtMs, listener);
    try {
      const written = await this.#write(live);
      for (const gap of written.gaps) live.recording.unrecorded(gap);
      live.recording.sessionEnded('complete');
      return { written, result: await Promise.race([live.recording.done, this.#late.refused]) };
    } catch (error) {
      live.recording.stop();
      const refused = isRefusal(error);
      const message = error instanceof Error ? error.message : 'unknown error';
      if (refused) await this.#append('import.refused', { reasons: ['import-entra'] });
      await this.#append('recording.failed', {
        code: refused ? 'recording-rule' : 'import-failed',
        message,
        retryable: false,
      });
      await this.#target.database.recordings.update(id, { state: 'failed', failure: message });
      if (refused) await this.#withhold(live, message);
      throw error;
    }
  }

  /** [invariant 1] What was recorded until then is shown to nobody, and goes. @throws ImportError when it stays */
  async #withhold(live: LiveRecording, message: string): Promise<void> {
    const { database, storage } = this.#target;
    const { id, survey } = this.#session;
    await this.#append('recording.withheld', { reason: 'recording-rule', where: 'logon-compressed' });
    await database.recordings.withhold(id, 'recording-rule');
    await live.recording.gone;
    try {
      await removeStored(storage.container, recordingFolder(id, survey.connection.confirmedAtMs));
    } catch {
      throw new ImportError('entra', `${message} What was stored of it could not be removed; it is shown to nobody.`);
    }
    await database.media.forgetFrom(id, 0, null);
  }

  async #append(kind: AuditEventKind, data: { readonly [key: string]: Json }): Promise<void> {
    await this.#chain.audit.append({ kind, actor: 'command-line', sessionId: this.#session.id, data });
  }

  async #write(live: LiveRecording): Promise<WrittenCapture> {
    const { survey } = this.#session;
    const { client, server } = survey.connection;
    const tap = await live.openPart();
    let reason = 'import-failed';
    try {
      tap.event({ kind: 'connected', data: { clientAddress: client.address, targetAddress: server.address } });
      const onEvent = (event: TraceEvent): Promise<void> => this.#note(event);
      const check = (): void => this.#late.check();
      const written = await writeCapture(this.#options, survey, { tap, clock: this.#clock, onEvent, check });
      reason = written.endReason;
      return written;
    } finally {
      await live.closePart(tap, reason);
    }
  }

  #service(traces: string): RecordingService {
    const { settings, database, storage, signer } = this.#target;
    const { audit } = this.#chain;
    const store = new BlobRecordingStore(storage.container);
    return new RecordingService({
      storage: storage.access,
      encoder: settings.encoder,
      startRecorder: recorderStarter(fileURLToPath(compiledEntry('recorder/bundle/main.js'))),
      rows: new DatabaseRecordingRows(database, Date.now),
      audit,
      seal: (body) => sealManifest(body, signer),
      confirmStored: (stored) => confirmStored(storage, store, stored),
      traces: new TraceFolder(traces),
      // The trace does not outlive this process, and nobody is to open it after that.
      wrapper: new KeyWrapper(randomBytes(KEY_BYTES)),
      gatewayId: settings.gatewayId,
      clock: this.#clock.now,
      durability: 'process',
      traceMaxBytes: settings.traceMaxBytes,
      traceKeep: 'never',
      createRow: (_id, startedAtMs) => createRecordingRow(database, this.#session, startedAtMs, Date.now()),
      checkpoint: () => audit.checkpoint(),
      // What went wrong is in the audit log, and in the error of this import.
      log: () => {},
    });
  }

  /** What the target said of the session goes where it would have gone had the session been live. */
  async #note(event: TraceEvent): Promise<void> {
    if (event.kind !== 'logon' && event.kind !== 'error-info') return;
    const { id, survey } = this.#session;
    const kind = event.kind === 'logon' ? 'session.logon' : 'session.target-error';
    const actor = `target:${survey.connection.server.address}`;
    await this.#chain.audit.append({ kind, actor, sessionId: id, data: event.data });
  }

  async #made({ endReason }: WrittenCapture): Promise<ImportedRecording> {
    const { id, survey } = this.#session;
    const recording = await this.#target.database.recordings.get(id);
    if (recording === null) throw failed('its row is gone');
    const folder = recordingFolder(id, recording.sessionStartedAtMs);
    const { durationMs, gapCount, manifestSha256 } = recording;
    const entraSeen = [...survey.entraSeen, ...this.#late.seen];
    await this.#append('import.made', { folder, durationMs, gapCount, manifestSha256, endReason, entraSeen });
    const { cutShort } = survey.followed;
    return { sessionId: id, folder, durationMs, gapCount, endReason, cutShort };
  }

  async #end(endReason: string): Promise<void> {
    const { id, survey } = this.#session;
    const endedAtMs = this.#clock.nowMs;
    const data = { reason: endReason, durationMs: endedAtMs - survey.connection.confirmedAtMs };
    await this.#append('session.ended', data);
    await this.#target.database.sessions.update(id, { state: 'ended', endedAtMs, endReason });
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ImportError && error.problem === 'entra';
}

function failed(reason: string): ImportError {
  return new ImportError('recording-failed', `the session could not be recorded: ${reason}`);
}
