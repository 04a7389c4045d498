/**
 * The trace: the append-only, encrypted file of what a session's picture is made of. It is the recording's write-ahead
 * log: a graphics byte is in it before the client sees that byte.
 *
 * Layout, integers little-endian:
 *
 *     "WTRC" | version u16 | headerLength u32 | header (canonical JSON, UTF-8) | header tag (16 bytes)
 *     then chunks: length u32 | index u32 | ciphertext (length bytes) | tag (16 bytes)
 *
 * Sealing is AES-256-GCM under the session's key. The header tag is the tag of an empty plaintext with all bytes before
 * it as additional data, so only a holder of the key can have written the permit's facts. A chunk's additional data is
 * the header tag and the chunk's own 8 bytes of length and index: chunks cannot be moved between traces, reordered or
 * resized. The nonce is part u32 | counter u64, with counter 0 for the header and index + 1 for a chunk: unique for
 * each key because a part is written once. A chunk that does not reach the end of the file was torn by a crash; its
 * bytes were never sent to the client.
 *
 * A chunk's plaintext is a run of records: kind u8 | length u24 | timeMs u32 | payload (length bytes). `timeMs` is
 * milliseconds since the session began and never decreases within a part.
 */
import type { DecisionId, SessionId } from './ids.js';
import type { RecordingSetting, RuleFacts } from './rule.js';

export const TRACE_MAGIC = Uint8Array.of(0x57, 0x54, 0x52, 0x43);
export const TRACE_VERSION = 1;
export const TRACE_TAG_BYTES = 16;
export const TRACE_NONCE_BYTES = 12;
/** Magic, version and header length. */
export const TRACE_PREFIX_BYTES = 10;
export const TRACE_CHUNK_HEADER_BYTES = 8;
export const TRACE_RECORD_HEADER_BYTES = 8;
export const MAX_TRACE_HEADER_BYTES = 64 * 1024;
/** A chunk collects what arrived while the chunk before it was being written. */
export const MAX_TRACE_CHUNK_BYTES = 16 * 1024 * 1024;
export const MAX_TRACE_RECORD_BYTES = 0xff_ffff;

/** What a record holds. */
export const TraceRecordKind = {
  /** One fast-path output PDU from the target, as it is relayed. */
  serverFastPath: 1,
  /** One Share Data PDU from the target on the I/O channel, from its share control header on. */
  serverShareData: 2,
  /** Pointer position of the client: x u16, y u16. */
  clientPointer: 3,
  /** Negotiated parameters, JSON of `TraceActivation`; the first record of every activation. */
  activation: 4,
  /** Nothing happened: time has passed up to `timeMs`. Written about once a second while the session is quiet. */
  tick: 5,
  /** JSON of `TraceEvent`, for the recording's event track. */
  event: 6,
  /**
   * One dynamic channel PDU ([MS-RDPEDYC] 2.2) of a graphics channel from the target: the create request that the client
   * has accepted, data first, data, or close.
   */
  serverGraphicsChannel: 7,
  /** The part's last record, JSON of `TraceEnd`. */
  end: 8,
} as const;
export type TraceRecordKind = (typeof TraceRecordKind)[keyof typeof TraceRecordKind];

/** One record; `payload` is a view of the chunk that it was read from. */
export interface TraceRecord {
  readonly kind: TraceRecordKind;
  readonly timeMs: number;
  readonly payload: Uint8Array;
}

/** What the gateway says of a part before its first record, authenticated by the header tag. */
export interface TraceHeader {
  readonly format: 'witness-trace';
  readonly version: typeof TRACE_VERSION;
  readonly sessionId: SessionId;
  /** 1 for the first connection of the session, one more for each reconnection. */
  readonly part: number;
  /** When the session began, milliseconds since 1970. */
  readonly sessionStartedAtMs: number;
  /** Session time at which this part began. */
  readonly partStartMs: number;
  readonly gatewayId: string;
  readonly decisionId: DecisionId;
  readonly policyVersion: number;
  readonly recording: Exclude<RecordingSetting, 'off'>;
  readonly facts: RuleFacts;
  /** The session's key, wrapped by the gateway's key; base64. The gateway unwraps it for the recorder. */
  readonly wrappedKey: string;
}

/** Parameters of the connection that the picture depends on. */
export interface TraceActivation {
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  /** Colour depth of the session: 8, 15, 16, 24 or 32. */
  readonly colorDepth: number;
  /** Pointer cache sizes that the client announced. */
  readonly colorPointerCacheSize: number;
  readonly pointerCacheSize: number;
  /** True when bulk compression may be used by the target. */
  readonly compression: boolean;
  /** What the target was told of surface command codecs: the client's numbers of them; raw bits, 0, are not listed. */
  readonly surfaceCodecs: readonly { readonly id: number; readonly codec: string }[];
  /** Entries of the caches of drawing orders that the target was told of; left out where there are none. */
  readonly orderCaches?: {
    /** Of each bitmap cache. */
    readonly bitmaps: readonly number[];
    /** Of each glyph cache. */
    readonly glyphs: readonly number[];
    /** True when brushes may be cached. */
    readonly brushes: boolean;
  };
}

/** Something that belongs on the recording's event track. `data` never carries a secret or content. */
export interface TraceEvent {
  readonly kind:
    | 'connected'
    | 'logon'
    | 'resize'
    | 'disconnected'
    | 'reconnected'
    | 'error-info'
    | 'clipboard'
    | 'drive'
    | 'channel'
    | 'gap';
  readonly data: { readonly [key: string]: string | number | boolean };
}

/** How a part ended. A trace without this record was cut off by the death of the gateway. */
export interface TraceEnd {
  readonly reason: string;
  /** Graphics and pointer PDUs that were relayed in this part. */
  readonly pdus: number;
  /** Their bytes. */
  readonly bytes: number;
}
