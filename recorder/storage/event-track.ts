/**
 * `events.ndjson`: what happened, one JSON object a line, collected and appended in batches of whole lines. A recorder
 * that takes a recording up again produces the same lines; those that are stored already are compared and not written.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/contract/json.js';
import type { RecordingEvent } from '../../src/contract/manifest.js';
import type { BlobStorage } from './blob-storage.js';
import type { AppendBlob } from './append-blob.js';
import { StorageError } from './storage-error.js';

const BATCH_BYTES = 256 * 1024;
const CONTENT_TYPE = 'application/x-ndjson';

/** Count, length and hash of the track's lines so far. */
export interface EventTrackSummary {
  readonly count: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export class EventTrack {
  readonly #blob: AppendBlob;
  /** Bytes that were stored before, and their hash; null once the new lines have reached and matched them. */
  #adopted: { readonly sizeBytes: number; readonly sha256: string } | null;
  readonly #hash = createHash('sha256');
  #count = 0;
  #producedBytes = 0;
  #storedBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  private constructor(blob: AppendBlob, adopted: { sizeBytes: number; sha256: string } | null) {
    this.#blob = blob;
    this.#adopted = adopted;
    this.#storedBytes = adopted?.sizeBytes ?? 0;
  }

  /** Opens the track, and reads what an earlier recorder stored of it. */
  static async open(storage: BlobStorage, name: string): Promise<EventTrack> {
    const blob = storage.appendBlob(name);
    const { lengthBytes } = await blob.create(CONTENT_TYPE);
    if (lengthBytes === 0) return new EventTrack(blob, null);
    const hash = createHash('sha256');
    for await (const chunk of storage.read(name)) hash.update(chunk);
    return new EventTrack(blob, { sizeBytes: lengthBytes, sha256: hash.digest('hex') });
  }

  /** Adds a line; it is stored with the next batch. */
  async add(event: RecordingEvent): Promise<void> {
    const line = Buffer.from(`${canonicalJson({ ...event })}\n`);
    this.#hash.update(line);
    this.#count += 1;
    this.#producedBytes += line.length;
    if (this.#adopted !== null) return this.#compare(this.#adopted);
    this.#pending.push(line);
    this.#pendingBytes += line.length;
    if (this.#pendingBytes >= BATCH_BYTES) await this.flush();
  }

  #compare(adopted: { readonly sizeBytes: number; readonly sha256: string }): void {
    if (this.#producedBytes < adopted.sizeBytes) return;
    const same = this.#producedBytes === adopted.sizeBytes && this.#hash.copy().digest('hex') === adopted.sha256;
    if (!same) throw new StorageError('conflict', 'the stored events are not those of this trace');
    this.#adopted = null;
  }

  /** Stores the lines that wait. */
  async flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const batch = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#blob.append(this.#storedBytes, batch);
    this.#storedBytes += batch.length;
  }

  /** Stores the rest and says what the track holds. @throws StorageError `conflict` when more is stored than was said. */
  async finish(): Promise<EventTrackSummary> {
    if (this.#adopted !== null) throw new StorageError('conflict', 'more events are stored than this trace has');
    await this.flush();
    return { count: this.#count, sizeBytes: this.#producedBytes, sha256: this.#hash.copy().digest('hex') };
  }
}
