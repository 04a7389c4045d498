/**
 * The tap of one connection: puts what the picture is made of into the trace before it may be sent. Only a
 * `RecordingPermit` opens one. [invariants 1, 2]
 */
import { encodeUtf8 } from '../../contract/utf8.js';
import {
  type TraceActivation,
  type TraceEnd,
  type TraceEvent,
  type TraceHeader,
  TRACE_VERSION,
  TraceRecordKind,
} from '../../contract/trace.js';
import type { SessionId } from '../../contract/ids.js';
import type { RecordingPermit } from '../../policy/permit.js';
import type { RecordedPduKind } from '../../rdp/relay/output.js';
import { type Durability, TraceFile, type TraceFileSystem } from '../trace/trace-file.js';

export interface TapOptions {
  readonly permit: RecordingPermit;
  readonly sessionId: SessionId;
  readonly part: number;
  readonly path: string;
  readonly key: Uint8Array;
  readonly wrappedKey: string;
  readonly gatewayId: string;
  readonly sessionStartedAtMs: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly durability: Durability;
  /** The longest trace that may be written. */
  readonly maxBytes: number;
  readonly onGrew: (sizeBytes: number) => void;
  readonly fileSystem?: TraceFileSystem;
}

/** The trace has reached its limit. */
export class TraceFullError extends Error {
  override readonly name = 'TraceFullError';

  constructor() {
    super('the trace has reached its longest size (WITNESS_TRACE_MAX_BYTES)');
  }
}

const EMPTY = new Uint8Array(0);

/** How each kind of PDU is called in a trace. */
export const RECORD_KINDS = {
  'fast-path': TraceRecordKind.serverFastPath,
  'share-data': TraceRecordKind.serverShareData,
  'graphics-channel': TraceRecordKind.serverGraphicsChannel,
} as const satisfies Record<RecordedPduKind, TraceRecordKind>;

/** Writes one part. Times are taken here, so they never decrease within a part. */
export class Tap {
  readonly #trace: TraceFile;
  readonly #options: TapOptions;
  #lastMs: number;
  #pdus = 0;
  #bytes = 0;

  private constructor(trace: TraceFile, options: TapOptions, startMs: number) {
    this.#trace = trace;
    this.#options = options;
    this.#lastMs = startMs;
  }

  /** Creates the part's file with its header. Rejects with `TraceWriteError`. */
  static async open(options: TapOptions): Promise<Tap> {
    const startMs = Math.max(0, options.clock() - options.sessionStartedAtMs);
    const { path, key, durability, onGrew, fileSystem } = options;
    const header = traceHeader(options, startMs);
    const optional = fileSystem === undefined ? {} : { fileSystem };
    return new Tap(await TraceFile.create({ path, header, key, durability, onGrew, ...optional }), options, startMs);
  }

  /** Session time of the last record. */
  get mediaMs(): number {
    return this.#lastMs;
  }

  get sizeBytes(): number {
    return this.#trace.sizeBytes;
  }

  get pendingBytes(): number {
    return this.#trace.pendingBytes;
  }

  get settled(): boolean {
    return this.#trace.settled;
  }

  /** One graphics or pointer PDU from the target. Throws `TraceFullError` or `TraceWriteError`. */
  graphics(kind: RecordedPduKind, pdu: Uint8Array): void {
    this.#append(RECORD_KINDS[kind], pdu);
    this.#pdus += 1;
    this.#bytes += pdu.length;
  }

  clientPointer(x: number, y: number): void {
    this.#append(TraceRecordKind.clientPointer, Uint8Array.of(x & 0xff, x >> 8, y & 0xff, y >> 8));
  }

  activation(activation: TraceActivation): void {
    this.#append(TraceRecordKind.activation, encodeUtf8(JSON.stringify(activation)));
  }

  event(event: TraceEvent): void {
    this.#append(TraceRecordKind.event, encodeUtf8(JSON.stringify(event)));
  }

  /** Says that time has passed; the recorder may finish frames up to now. */
  tick(): void {
    this.#append(TraceRecordKind.tick, EMPTY);
  }

  /** Resolves when everything given so far is in the file. */
  flush(): Promise<void> {
    return this.#trace.flush();
  }

  /** Writes the part's last record and closes the file. */
  async close(reason: string): Promise<void> {
    const end: TraceEnd = { reason, pdus: this.#pdus, bytes: this.#bytes };
    try {
      this.#append(TraceRecordKind.end, encodeUtf8(JSON.stringify(end)));
    } finally {
      await this.#trace.close();
    }
  }

  #append(kind: TraceRecordKind, payload: Uint8Array): void {
    const { clock, sessionStartedAtMs, maxBytes } = this.#options;
    if (this.#trace.sizeBytes + this.#trace.pendingBytes > maxBytes && kind !== TraceRecordKind.end) {
      throw new TraceFullError();
    }
    this.#lastMs = Math.max(this.#lastMs, clock() - sessionStartedAtMs);
    this.#trace.append(kind, this.#lastMs, payload);
  }
}

function traceHeader(options: TapOptions, partStartMs: number): TraceHeader {
  const { permit } = options;
  return {
    format: 'witness-trace',
    version: TRACE_VERSION,
    sessionId: options.sessionId,
    part: options.part,
    sessionStartedAtMs: options.sessionStartedAtMs,
    partStartMs,
    gatewayId: options.gatewayId,
    decisionId: permit.decisionId,
    policyVersion: permit.policyVersion,
    recording: permit.recording,
    facts: permit.facts,
    wrappedKey: options.wrappedKey,
  };
}
