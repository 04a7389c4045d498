/** The manifest: what a finished recording consists of, signed. Written once, last. */
import type { DecisionId, SessionId } from './ids.js';
import type { RecordingSetting, RuleFacts } from './rule.js';

/** Text of a SHA-256: 64 lower-case hexadecimal digits. */
export type Sha256Hex = string;

/** One file of video: a CMAF init section followed by fragments. */
export interface VideoFile {
  /** Name within the recording's folder, `video-0001.mp4`. */
  readonly file: string;
  readonly part: number;
  readonly width: number;
  readonly height: number;
  /** RFC 6381 codec string. */
  readonly codec: string;
  /** Bytes of ftyp and moov at the file's start. */
  readonly initBytes: number;
  readonly initSha256: Sha256Hex;
  readonly sizeBytes: number;
}

/** One independently decodable piece of video: moof + mdat, beginning with a keyframe. */
export interface Segment {
  /** 0 for the recording's first segment; counts on over files. */
  readonly index: number;
  readonly file: string;
  /** Byte range within the file. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** Milliseconds since the session began. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly frames: number;
  readonly sha256: Sha256Hex;
  /** SHA-256 over the chain value before it (64 zeros at first) and this segment's `sha256`, both as text. */
  readonly chain: Sha256Hex;
}

/** A span that could not be recorded. */
export interface Gap {
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: string;
  readonly codec: string;
  readonly area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
  readonly bytes: number;
  readonly pdus: number;
}

/**
 * A span without a client, from the last picture of a connection to the first of the next one: the connection was lost and
 * came back. Nothing was shown to anybody meanwhile.
 */
export interface Interruption {
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: string;
}

/** What came in and what became of it. `dropped` and `bytesDropped` are what the gaps are made of. */
export interface Coverage {
  readonly traceBytes: number;
  readonly records: number;
  readonly pdusReceived: number;
  readonly pdusDecoded: number;
  readonly pdusDropped: number;
  readonly bytesReceived: number;
  readonly bytesDecoded: number;
  readonly bytesDropped: number;
  readonly framesPaced: number;
  readonly framesEncoded: number;
  readonly framesDropped: number;
}

/** One connection of the session. */
export interface ManifestPart {
  readonly part: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly traceSha256: Sha256Hex;
  readonly traceBytes: number;
  /** Bytes of a last chunk that a crash tore; they were never shown. */
  readonly tornBytes: number;
  readonly endReason: string;
}

/** What the encoder was. */
export interface EncoderDescription {
  readonly name: 'node-av' | 'ffmpeg';
  readonly version: string;
  readonly settings: string;
}

/** Everything but the signature: its canonical JSON is what is signed. */
export interface ManifestBody {
  readonly format: 'witness-recording';
  readonly version: 1;
  readonly sessionId: SessionId;
  readonly decisionId: DecisionId;
  readonly facts: RuleFacts;
  readonly recording: Exclude<RecordingSetting, 'off'>;
  readonly sessionStartedAtMs: number;
  readonly durationMs: number;
  /**
   * `complete`, or why it ended early. `against-rule`: Entra ID showed in a session that was being recorded and may not
   * have been, however it ended. [invariant 1]
   */
  readonly outcome: 'complete' | 'gateway-lost' | 'ended-by-policy' | 'against-rule';
  readonly parts: readonly ManifestPart[];
  readonly encoder: EncoderDescription;
  readonly videos: readonly VideoFile[];
  readonly segments: readonly Segment[];
  readonly events: {
    readonly file: string;
    readonly count: number;
    readonly sizeBytes: number;
    readonly sha256: Sha256Hex;
  };
  readonly gaps: readonly Gap[];
  readonly interruptions: readonly Interruption[];
  readonly coverage: Coverage;
  /** The audit row that says that this recording was finished. */
  readonly audit: { readonly chainId: string; readonly sequence: number; readonly hash: Sha256Hex };
}

/** The file `manifest.json`. */
export interface Manifest extends ManifestBody {
  readonly signature: {
    readonly algorithm: 'Ed25519';
    /** First 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
    readonly keyId: string;
    readonly publicKey: string;
    /** Base64 of the signature over the canonical JSON of the body. */
    readonly value: string;
  };
}

/** One line of `events.ndjson`. */
export interface RecordingEvent {
  /** Milliseconds since the session began. */
  readonly mediaMs: number;
  readonly kind: string;
  readonly data: { readonly [key: string]: string | number | boolean };
}

/** Folder of a recording in its container: `recordings/<yyyy>/<mm>/<dd>/<sessionId>`, by UTC day of the start. */
export function recordingFolder(sessionId: SessionId, sessionStartedAtMs: number): string {
  const day = new Date(sessionStartedAtMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `recordings/${day}/${sessionId}`;
}
