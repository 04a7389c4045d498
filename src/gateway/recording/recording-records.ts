/** What the supervision of recordings writes down, as interfaces: the database and the audit log stand behind them. */
import type { AuditEvent, AuditRow } from '../../contract/audit-event.js';
import type { SessionId } from '../../contract/ids.js';
import type { Gap, Manifest, ManifestBody, Segment, VideoFile } from '../../contract/manifest.js';

/** Rows of a recording. Every call may be repeated with the same values: a recorder that comes back says things twice. */
export interface RecordingRows {
  addVideo(sessionId: SessionId, video: VideoFile): Promise<void>;
  addSegment(sessionId: SessionId, segment: Segment): Promise<void>;
  addGap(sessionId: SessionId, gap: Gap): Promise<void>;
  setState(sessionId: SessionId, state: 'live' | 'finishing' | 'failed'): Promise<void>;
  finish(sessionId: SessionId, finished: FinishedRecording): Promise<void>;
  /** The recording rule forbids it afterwards: from now on nobody is shown it. */
  withhold(sessionId: SessionId): Promise<void>;
}

export interface FinishedRecording {
  readonly manifestSha256: string;
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly gapCount: number;
  readonly encoder: string;
}

export interface AuditAppender {
  /** Resolves after commit. */
  append(event: AuditEvent): Promise<AuditRow>;
}

/** Adds the signature. */
export type SealManifest = (body: ManifestBody) => Manifest;
