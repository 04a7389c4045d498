/** Writes encrypted traces for tests, the way the gateway does. */
import { createCipheriv } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { decisionId, sessionId } from '../../src/contract/ids.js';
import {
  chunkAdditionalData,
  encodeChunkHeader,
  encodeTraceHeader,
  traceNonce,
  TraceRecordWriter,
} from '../../src/contract/trace-codec.js';
import { TraceRecordKind, type TraceEnd, type TraceHeader } from '../../src/contract/trace.js';

export const SESSION_ID = sessionId('01932f4e-7a00-7000-8000-0123456789ab');

/** A header that policy permits. */
export function traceHeader(overrides: Partial<TraceHeader> = {}): TraceHeader {
  return {
    format: 'witness-trace',
    version: 1,
    sessionId: SESSION_ID,
    part: 1,
    sessionStartedAtMs: Date.UTC(2025, 10, 22, 12),
    partStartMs: 0,
    gatewayId: 'test',
    decisionId: decisionId('01932f4e-7a00-7000-8000-0123456789ac'),
    policyVersion: 1,
    recording: 'required',
    facts: { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' },
    wrappedKey: '',
    ...overrides,
  };
}

/** One part in the making. `chunk` ends the chunk that the records before it are in. */
export class TraceWriter {
  readonly #path: string;
  readonly #key: Uint8Array;
  readonly #part: number;
  readonly #headerTag: Uint8Array;
  readonly #records = new TraceRecordWriter();
  #index = 0;
  #sizeBytes: number;

  constructor(path: string, key: Uint8Array, header: TraceHeader) {
    this.#path = path;
    this.#key = key;
    this.#part = header.part;
    const bytes = encodeTraceHeader(header);
    this.#headerTag = this.#seal(0n, bytes, new Uint8Array(0)).tag;
    writeFileSync(path, Buffer.concat([bytes, this.#headerTag]));
    this.#sizeBytes = bytes.length + this.#headerTag.length;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  record(kind: TraceRecordKind, timeMs: number, payload: Uint8Array = new Uint8Array(0)): this {
    this.#records.append(kind, timeMs, payload);
    return this;
  }

  json(kind: TraceRecordKind, timeMs: number, value: object): this {
    return this.record(kind, timeMs, Buffer.from(JSON.stringify(value)));
  }

  end(timeMs: number, end: Partial<TraceEnd> = {}): this {
    return this.json(TraceRecordKind.end, timeMs, { reason: 'client-disconnected', pdus: 0, bytes: 0, ...end }).chunk();
  }

  chunk(): this {
    const plaintext = this.#records.take();
    const additional = chunkAdditionalData(this.#headerTag, plaintext.length, this.#index);
    const { sealed, tag } = this.#seal(BigInt(this.#index) + 1n, additional, plaintext);
    const bytes = Buffer.concat([encodeChunkHeader(plaintext.length, this.#index), sealed, tag]);
    appendFileSync(this.#path, bytes);
    this.#sizeBytes += bytes.length;
    this.#index += 1;
    return this;
  }

  #seal(counter: bigint, additional: Uint8Array, plaintext: Uint8Array): { sealed: Uint8Array; tag: Uint8Array } {
    const cipher = createCipheriv('aes-256-gcm', this.#key, traceNonce(this.#part, counter));
    cipher.setAAD(additional);
    const sealed = cipher.update(plaintext);
    cipher.final();
    return { sealed, tag: cipher.getAuthTag() };
  }
}
