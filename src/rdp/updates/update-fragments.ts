/**
 * Fragments of fast-path updates, [MS-RDPBCGR] 2.2.9.1.2.1 and 3.2.5.9.3: put together by a client, cut by a server.
 * Bulk compression is per fragment and comes off before fragments are put together.
 */
import { DecodeError } from '../wire/errors.js';
import { MAX_REASSEMBLED_UPDATE_BYTES } from '../wire/limits.js';
import { Fragmentation, type FastPathUpdate } from './fast-path-output.js';

const STRUCTURE = 'UpdateFragments';
const FIRST_CAPACITY_BYTES = 64 * 1024;

/** What the specification would have a PDU be shorter than, less the headers of PDU and update. */
const MAX_FRAGMENT_BYTES = 16_383 - 3 - 4;

export interface WholeUpdate {
  readonly updateCode: number;
  /** Valid until the next `push` when it was put together, else a view of what was pushed. */
  readonly data: Uint8Array;
}

/** Puts fragments together. After an error it awaits the beginning of the next update. */
export class UpdateFragments {
  readonly #limitBytes: number;
  #buffer = new Uint8Array(0);
  #length = 0;
  #updateCode: number | null = null;

  /** An update longer than `limitBytes` is refused. */
  constructor(limitBytes: number = MAX_REASSEMBLED_UPDATE_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** True while an update has begun and not ended. */
  get pending(): boolean {
    return this.#updateCode !== null;
  }

  /**
   * Takes one update or fragment, not compressed. Returns the update that it completes, or null. Throws DecodeError:
   * "invalid" for a fragment out of order or of another update code, "limit" for an update that is too long. What was
   * begun is dropped then, and so is the fragment.
   */
  push(update: Pick<FastPathUpdate, 'updateCode' | 'fragmentation' | 'data'>): WholeUpdate | null {
    const { updateCode, fragmentation, data } = update;
    const begins = fragmentation === Fragmentation.single || fragmentation === Fragmentation.first;
    if (begins ? this.#updateCode !== null : this.#updateCode !== updateCode) {
      this.#drop();
      throw new DecodeError('invalid', STRUCTURE, 0, 'fragmentation');
    }
    if (fragmentation === Fragmentation.single) return { updateCode, data };
    this.#append(data);
    this.#updateCode = updateCode;
    if (fragmentation !== Fragmentation.last) return null;
    const whole = { updateCode, data: this.#buffer.subarray(0, this.#length) };
    this.#drop();
    return whole;
  }

  #drop(): void {
    this.#length = 0;
    this.#updateCode = null;
  }

  #append(data: Uint8Array): void {
    const length = this.#length + data.length;
    if (length > this.#limitBytes) {
      this.#drop();
      throw new DecodeError('limit', STRUCTURE, 0, 'update');
    }
    if (length > this.#buffer.length) {
      const capacity = Math.max(length, Math.min(2 * this.#buffer.length, this.#limitBytes), FIRST_CAPACITY_BYTES);
      const larger = new Uint8Array(capacity);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(data, this.#length);
    this.#length = length;
  }
}

/** The fragments of an update, or the whole of it in one. Each fits a PDU of its own; none is compressed. */
export function splitUpdate(updateCode: number, data: Uint8Array, maxBytes = MAX_FRAGMENT_BYTES): FastPathUpdate[] {
  const updates: FastPathUpdate[] = [];
  let at = 0;
  do {
    const end = Math.min(at + maxBytes, data.length);
    const first = at === 0;
    const last = end === data.length;
    let fragmentation: Fragmentation = Fragmentation.next;
    if (first) fragmentation = last ? Fragmentation.single : Fragmentation.first;
    else if (last) fragmentation = Fragmentation.last;
    updates.push({ updateCode, fragmentation, compressionFlags: 0, data: data.subarray(at, end) });
    at = end;
  } while (at < data.length);
  return updates;
}
