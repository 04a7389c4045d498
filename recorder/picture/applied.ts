/** What became of one trace record, so that coverage adds up: received = decoded + dropped, in PDUs and in bytes. */
import type { TraceEvent } from '../../src/contract/trace.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { union, type Rectangle } from './rectangle.js';

/** What later data builds on what came before it in. */
export type Context = 'bulk' | 'orders' | 'desktop' | 'zgfx' | 'clearcodec' | 'progressive' | 'h264';

/** A loss: something that was shown to the user and is not in the picture. */
export interface Drop {
  /** What could not be decoded: a codec, or the layer that failed. */
  readonly codec: string;
  /** Part of the desktop that is unknown now; null when nobody can tell. */
  readonly area: Rectangle | null;
  /** A short reason without a byte of the peer's. */
  readonly reason: string;
  /** Bytes of the trace's PDUs. */
  readonly bytes: number;
  /** PDUs that are lost in whole or in part; each is counted in one drop of a record. */
  readonly pdus: number;
  /** What follows in this context cannot be relied on either, until it begins afresh; null when there is none. */
  readonly context: Context | null;
}

/** The result of applying one record. An update in fragments is accounted for by the record that completes it. */
export interface Applied {
  /** Graphics and pointer PDUs that this record settles. */
  readonly pdus: number;
  /** Their bytes. */
  readonly bytes: number;
  /** True when a picture rendered now differs from one rendered before. */
  readonly changed: boolean;
  readonly drops: readonly Drop[];
  /** What the record says of the session that nobody but the recorder can read, because it was compressed. */
  readonly told?: readonly TraceEvent[];
}

/** What a drop says besides its size. */
export interface Loss {
  readonly codec: string;
  readonly area: Rectangle | null;
  readonly reason: string;
  readonly context?: Context | null;
}

/** The reason of a DecodeError for a drop. Anything else is a mistake of ours and is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof DecodeError) return `${error.code}: ${error.structure}`;
  throw error;
}

/** Collects the drops of one record; those that differ in place only are one. */
export class Tally {
  changed = false;
  readonly told: TraceEvent[] = [];
  readonly #drops = new Map<string, Drop>();
  #bytesLeft = 0;
  #pdusLeft = 0;
  #wirePerData = 0;

  /** Begins an update: `wireBytes` in `pdus` PDUs that became `dataBytes` when they were decompressed. */
  begin(wireBytes: number, pdus: number, dataBytes = wireBytes): void {
    this.#bytesLeft = wireBytes;
    this.#pdusLeft = pdus;
    this.#wirePerData = dataBytes === 0 ? 0 : wireBytes / dataBytes;
  }

  /** Drops `dataBytes` of the update in hand, or all that is left of it. */
  drop(loss: Loss, dataBytes = Infinity): void {
    const bytes = dataBytes === Infinity ? this.#bytesLeft : Math.ceil(dataBytes * this.#wirePerData);
    const taken = Math.min(bytes, this.#bytesLeft);
    this.#bytesLeft -= taken;
    const context = loss.context ?? null;
    const key = `${loss.codec} ${loss.reason} ${context}`;
    const same = this.#drops.get(key);
    this.#drops.set(key, {
      codec: loss.codec,
      area: same === undefined ? loss.area : both(same.area, loss.area),
      reason: loss.reason,
      bytes: taken + (same?.bytes ?? 0),
      pdus: this.#pdusLeft + (same?.pdus ?? 0),
      context,
    });
    this.#pdusLeft = 0;
  }

  /** The result for a record that settles `pdus` PDUs of `bytes` together. */
  result(pdus: number, bytes: number): Applied {
    let left = pdus;
    // A PDU with several failed updates was counted for each of them.
    const drops = Array.from(this.#drops.values(), (drop) => {
      const counted = Math.min(drop.pdus, left);
      left -= counted;
      return { ...drop, pdus: counted };
    });
    return { pdus, bytes, changed: this.changed, drops, ...(this.told.length > 0 && { told: this.told }) };
  }
}

function both(a: Rectangle | null, b: Rectangle | null): Rectangle | null {
  return a === null || b === null ? null : union(a, b);
}
