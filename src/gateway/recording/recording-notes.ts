/** Writes down what the recorders of one recording say: as rows, and in the audit log. */
import type { SessionId } from '../../contract/ids.js';
import type { Gap, Manifest, ManifestBody, RecordingEvent } from '../../contract/manifest.js';
import type { StoredRecording } from '../../contract/recorder-protocol.js';
import type { AuditAppender, RecordingRows, SealManifest } from './recording-records.js';
import type { Withholding } from './withholding.js';

export interface RecordingNotesOptions {
  readonly sessionId: SessionId;
  readonly rows: RecordingRows;
  readonly audit: AuditAppender;
  readonly seal: SealManifest;
  /** Rejects unless storage holds the recording so that it stays: its trace is deleted next. */
  readonly confirmStored: (stored: StoredRecording) => Promise<void>;
}

/** Every call rejects when what it writes is not stored. */
export class RecordingNotes {
  readonly #options: RecordingNotesOptions;
  readonly #withholding: Withholding;
  readonly #heard = new Set<string>();

  constructor(options: RecordingNotesOptions, withholding: Withholding) {
    this.#options = options;
    this.#withholding = withholding;
  }

  async gap(gap: Gap): Promise<void> {
    const { sessionId, rows, audit } = this.#options;
    await rows.addGap(sessionId, gap);
    const data = { startMs: gap.startMs, endMs: gap.endMs, reason: gap.reason, codec: gap.codec };
    await audit.append({ kind: 'recording.gap', actor: 'gateway', sessionId, data: { ...data, bytes: gap.bytes } });
  }

  /** What the target told in a compressed PDU. True for a logon that was not told before: successors read the trace again. */
  async told(event: RecordingEvent): Promise<boolean> {
    const key = JSON.stringify(event);
    if (event.kind !== 'logon' || this.#heard.has(key)) return false;
    this.#heard.add(key);
    const { sessionId, audit } = this.#options;
    const data = { ...event.data, mediaMs: event.mediaMs };
    await audit.append({ kind: 'session.logon', actor: 'gateway', sessionId, data });
    await this.#withholding.heard(event);
    return true;
  }

  /** All of it is stored but the manifest: gives that, sealed, with the place in the audit log where it says so. */
  async ended(body: Omit<ManifestBody, 'audit'>): Promise<Manifest> {
    const { sessionId, audit, seal } = this.#options;
    if (body.outcome === 'against-rule') await this.#withholding.withhold('trace');
    const data = {
      outcome: body.outcome,
      durationMs: body.durationMs,
      segments: body.segments.length,
      videoBytes: body.videos.reduce((sum, video) => sum + video.sizeBytes, 0),
      gaps: body.gaps.length,
      lastChain: body.segments.at(-1)?.chain ?? '',
      traceSha256: body.parts.map((part) => part.traceSha256),
    };
    const { chainId, sequence, hash } = await audit.append({
      kind: 'recording.ended',
      actor: 'gateway',
      sessionId,
      data,
    });
    return seal({ ...body, audit: { chainId, sequence, hash } });
  }

  /** False when storage does not hold it so that it stays. */
  async stored(stored: StoredRecording, encoder: string): Promise<boolean> {
    const { sessionId, rows, audit, confirmStored } = this.#options;
    try {
      await confirmStored(stored);
    } catch (error) {
      await this.failed('storage-unconfirmed', messageOf(error), true);
      return false;
    }
    const { manifestSha256, folder, durationMs, videoBytes, gaps } = stored;
    const figures = { manifestSha256, encoder, durationMs, sizeBytes: videoBytes, gapCount: gaps };
    await rows.finish(sessionId, figures);
    const data = { ...figures, folder };
    await audit.append({ kind: 'recording.finished', actor: 'gateway', sessionId, data });
    return true;
  }

  async failed(code: string, message: string, retryable: boolean): Promise<void> {
    const { sessionId, audit } = this.#options;
    const data = { code, message, retryable };
    await audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId, data });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
