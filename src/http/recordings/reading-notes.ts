/**
 * Who read what of a recording besides its video: one audit event for each time that somebody looks into it, and not one for
 * each request of the page that they have open.
 */
import type { AuditEvent } from '../../contract/audit-event.js';
import type { SessionId } from '../../contract/ids.js';
import type { Viewer } from './deps.js';

/** `details`: parts, gaps and events, which the page of a replay asks for together and again. */
export type RecordingPart = 'details' | 'manifest';

export interface Reading {
  readonly viewer: Viewer;
  readonly sessionId: SessionId;
  readonly address: string;
  readonly part: RecordingPart;
}

/** Who comes back after this long looks into it once more. */
export const READING_PAUSE_MS = 15 * 60_000;
/** However long a page stays open and asks. */
export const READING_LIFETIME_MS = 12 * 3600 * 1000;
/** Readings that are remembered; of more than these the oldest are written down again. */
const MAX_READINGS = 10_000;

interface Going {
  readonly sinceMs: number;
  lastMs: number;
  /** Resolves when it is on record. */
  readonly written: Promise<void>;
}

export class ReadingNotes {
  readonly #audit: (event: AuditEvent) => Promise<void>;
  readonly #now: () => number;
  readonly #going = new Map<string, Going>();

  constructor(audit: (event: AuditEvent) => Promise<void>, now: () => number) {
    this.#audit = audit;
    this.#now = now;
  }

  /** Resolves when the reading is on record; rejects when it is not, and then nothing is shown. */
  async note(reading: Reading): Promise<void> {
    const { viewer, sessionId, address, part } = reading;
    const key = JSON.stringify([viewer.actor, sessionId, address, part]);
    const nowMs = this.#now();
    const before = this.#going.get(key);
    if (before !== undefined && goesOn(before, nowMs)) {
      before.lastMs = nowMs;
      return before.written;
    }
    const written = this.#write(reading);
    this.#going.delete(key);
    this.#going.set(key, { sinceMs: nowMs, lastMs: nowMs, written });
    this.#forget();
    try {
      await written;
    } catch (error) {
      this.#going.delete(key);
      throw error;
    }
  }

  #write({ viewer, sessionId, address, part }: Reading): Promise<void> {
    const data = { part, userName: viewer.userName, address };
    return this.#audit({ kind: 'recording.read', actor: viewer.actor, sessionId, data });
  }

  #forget(): void {
    const [oldest] = this.#going.keys();
    if (this.#going.size > MAX_READINGS && oldest !== undefined) this.#going.delete(oldest);
  }
}

function goesOn({ sinceMs, lastMs }: Going, nowMs: number): boolean {
  return nowMs - lastMs < READING_PAUSE_MS && nowMs - sinceMs < READING_LIFETIME_MS;
}
