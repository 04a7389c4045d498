/** What the gateway and a recorder process say to each other over the channel between parent and child. */
import type { GfxOptionalCodec } from './gfx-table.js';
import type { SessionId } from './ids.js';
import type {
  EncoderDescription,
  Gap,
  Manifest,
  RecordingEvent,
  ManifestBody,
  Segment,
  VideoFile,
} from './manifest.js';

/** How a recorder reaches blob storage. */
export interface StorageAccess {
  /** Blob service connection string, or an account URL that is used with the machine's identity. */
  readonly connection: string;
  readonly container: string;
}

export type EncoderChoice = 'auto' | 'node-av' | 'ffmpeg';

/** One file of a session's trace. */
export interface TracePart {
  readonly part: number;
  readonly path: string;
}

/** In pixels; 0 before the first activation. */
export interface DesktopSize {
  readonly width: number;
  readonly height: number;
}

/** How much of a recording is being lost, whether it is written down as gaps already or not. */
export interface Losses {
  /** Gaps that have begun so far. */
  readonly opened: number;
  /** Of those, the ones that have not ended. */
  readonly open: number;
  /** Milliseconds of the longest one so far, an open one included up to now. */
  readonly longestMs: number;
}

/** What a finished recording consists of in storage, and the figures of its manifest. */
export interface StoredRecording {
  readonly manifestSha256: string;
  readonly folder: string;
  /** Every file of the folder with its final size; the manifest was the last to be written. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly durationMs: number;
  readonly videoBytes: number;
  readonly gaps: number;
}

/** Gateway to recorder. */
export type ToRecorder =
  /** Which encoder would be used? Answered with `ready` or `failed`, then the process ends. */
  | { readonly type: 'probe'; readonly encoder: EncoderChoice }
  | {
      readonly type: 'start';
      readonly sessionId: SessionId;
      /** The session's key, base64. */
      readonly traceKey: string;
      readonly parts: readonly TracePart[];
      /** True while more may come: the last part grows, or the client may reconnect. */
      readonly live: boolean;
      readonly storage: StorageAccess;
      readonly encoder: EncoderChoice;
      /** Outcome when the trace itself does not say it (the gateway died). */
      readonly outcome: ManifestBody['outcome'];
      /** Spans that went on without a trace. */
      readonly unrecorded: readonly Gap[];
    }
  /** The newest part has grown to `sizeBytes`. */
  | { readonly type: 'trace-grew'; readonly part: number; readonly sizeBytes: number }
  /** The part is closed: everything up to `sizeBytes` is final. */
  | { readonly type: 'part-closed'; readonly part: number; readonly sizeBytes: number }
  | { readonly type: 'part-opened'; readonly part: TracePart }
  /** No further part will come: finish the recording. */
  | {
      readonly type: 'session-ended';
      readonly outcome: ManifestBody['outcome'];
      readonly unrecorded: readonly Gap[];
    }
  /** Answer to `seal-manifest`: the audit position and the signature are in it. */
  | { readonly type: 'manifest-sealed'; readonly manifest: Manifest };

/** Recorder to gateway. */
export type FromRecorder =
  | {
      readonly type: 'ready';
      readonly encoder: EncoderDescription;
      /** What it decodes beside the codecs of every recorder. */
      readonly optionalCodecs: readonly GfxOptionalCodec[];
    }
  | { readonly type: 'video-opened'; readonly video: VideoFile }
  | { readonly type: 'segment-stored'; readonly segment: Segment }
  | { readonly type: 'gap'; readonly gap: Gap }
  /** What the target said of the session in a compressed PDU; said again by a recorder that takes over. */
  | { readonly type: 'told'; readonly event: RecordingEvent }
  | {
      readonly type: 'progress';
      /** Size of the picture now: the graphics pipeline changes it without a word to the rest of the session. */
      readonly desktop: DesktopSize;
      readonly mediaMs: number;
      readonly part: number;
      readonly traceBytes: number;
      readonly losses: Losses;
    }
  /** All is stored but the manifest: record it in the audit log, then sign. */
  | { readonly type: 'seal-manifest'; readonly body: Omit<ManifestBody, 'audit'> }
  /** The manifest is stored, read back and verified: the trace may go. */
  | ({ readonly type: 'finished' } & StoredRecording)
  /** What ended the recorder, as a code and a sentence; `retryable` when a successor may do better. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly retryable: boolean };
