/** What the recording routes need from the rest of the gateway. */
import type { FastifyRequest } from 'fastify';
import type { Role, SessionInfo } from '../../contract/api.js';
import type { AuditEvent } from '../../contract/audit-event.js';
import type { SessionId } from '../../contract/ids.js';
import type { Gap, Interruption, Segment, VideoFile } from '../../contract/manifest.js';
import type { RecordingStore } from '../../storage/recording-store.js';

/** Where a recording is. */
export interface RecordingPlace {
  /** As `recordingFolder` gives it. */
  readonly folder: string;
  /** True when no segment will be added any more. */
  readonly complete: boolean;
  /** True when nobody is shown it: the recording rule forbids it. [invariant 1] */
  readonly withheld: boolean;
}

/** A recording as the database knows it, live or not. */
export interface StoredRecording extends RecordingPlace {
  readonly session: SessionInfo;
  /** Milliseconds since 1970. */
  readonly sessionStartedAtMs: number;
  /** Session time up to which it is stored, or the session's duration once it has ended. */
  readonly durationMs: number;
  /** Name and version of the encoder. */
  readonly encoder: string | null;
  /** In the order in which they were opened. */
  readonly videos: readonly VideoFile[];
  /** By index. */
  readonly segments: readonly Segment[];
  readonly gaps: readonly Gap[];
  readonly interruptions: readonly Interruption[];
}

/** One file of video and how far its segments are stored. */
export interface StoredVideo {
  readonly folder: string;
  readonly withheld: boolean;
  /** End of the last segment in the database, or of the init section: bytes beyond are not vouched for yet. */
  readonly storedBytes: number;
}

/** Who asks. */
export interface Viewer {
  /** As audit events name it, `user:<id>`. */
  readonly actor: string;
  readonly userName: string;
  readonly roles: readonly Role[];
}

export interface RecordingRouteDeps {
  /** The signed-in person, or null. */
  viewer(request: FastifyRequest): Viewer | null;
  /** Null when there is no such session or it has no recording. */
  loadRecording(sessionId: SessionId): Promise<StoredRecording | null>;
  findPlace(sessionId: SessionId): Promise<RecordingPlace | null>;
  findVideo(sessionId: SessionId, file: string): Promise<StoredVideo | null>;
  /** Resolves when the event is durable; rejects when it is not, and then nothing is shown. */
  audit(event: AuditEvent): Promise<void>;
  readonly store: RecordingStore;
  /** 32 random bytes that all gateways of an installation share; see viewing.ts. */
  readonly viewingKey: Uint8Array;
  /** Milliseconds since 1970. */
  now(): number;
  /** Videos that are sent at the same time. */
  readonly limits?: { readonly streams: number; readonly streamsPerViewer: number };
}

/** Each stream holds a connection to storage and its buffers. */
export const DEFAULT_STREAM_LIMITS = { streams: 64, streamsPerViewer: 8 } as const;
