/**
 * Drops become gaps: one gap for what was dropped for the same reason of the same codec in one go. A gap whose context is
 * broken lasts until that context is reset or the part ends. A function of the trace alone.
 */
import type { Gap } from '../../src/contract/manifest.js';
import type { Losses } from '../../src/contract/recorder-protocol.js';
import type { Rectangle } from '../encoders/i420.js';
import type { Applied, Drop } from './picture-source.js';

/** Drops further apart are gaps of their own. */
const MERGE_MS = 1000;
/** A gap that goes on is reported when it has lasted so long, and every minute from then on. */
const FIRST_REPORT_MS = 5000;
const NEXT_REPORT_MS = 60_000;
/** From so many gaps on they are told apart no longer: a hostile target does not fill memory with them. */
const MAX_GAPS = 10_000;

interface OpenGap {
  /** When it began, whatever of it has been reported. */
  readonly openedMs: number;
  readonly startMs: number;
  readonly reason: string;
  readonly codec: string;
  readonly reportAfterMs: number;
  lastMs: number;
  area: Rectangle | null;
  bytes: number;
  pdus: number;
  context: string | null;
}

/** Collects the gaps of one part. */
export class GapLog {
  readonly #open = new Map<string, OpenGap>();
  readonly #report: (gap: Gap) => void;
  #reported = 0;
  #opened = 0;
  #longestMs = 0;

  constructor(report: (gap: Gap) => void) {
    this.#report = report;
  }

  get losses(): Losses {
    return { opened: this.#opened, open: this.#open.size, longestMs: this.#longestMs };
  }

  /** Takes what a record did at `timeMs`, and the contexts that are broken after it. */
  add(timeMs: number, applied: Applied, broken: ReadonlySet<string>): void {
    this.#closeDue(timeMs, broken);
    for (const drop of applied.drops) this.#drop(timeMs, drop);
    for (const gap of this.#open.values()) this.#measure(gap, endOf(gap, timeMs));
  }

  /** A gap that is known whole. */
  addWhole(gap: Gap): void {
    this.#reported += 1;
    this.#opened += 1;
    this.#report(gap);
  }

  /** The part has ended. */
  finish(timeMs: number): void {
    for (const gap of this.#open.values()) this.#close(gap, endOf(gap, timeMs));
    this.#open.clear();
  }

  #closeDue(timeMs: number, broken: ReadonlySet<string>): void {
    if (this.#reported >= MAX_GAPS) return;
    for (const [key, gap] of this.#open) {
      if (gap.context !== null && !broken.has(gap.context)) {
        this.#close(gap, timeMs);
        this.#open.delete(key);
      } else if (gap.context === null && timeMs - gap.lastMs > MERGE_MS) {
        this.#close(gap, gap.lastMs);
        this.#open.delete(key);
      } else if (timeMs - gap.startMs > gap.reportAfterMs) {
        this.#close(gap, timeMs);
        const reported = { startMs: timeMs, lastMs: timeMs, bytes: 0, pdus: 0, reportAfterMs: NEXT_REPORT_MS };
        this.#open.set(key, { ...gap, ...reported });
      }
    }
  }

  #drop(timeMs: number, { codec, area, reason, bytes, pdus, context }: Drop): void {
    const key = `${codec}|${reason}`;
    const gap = this.#open.get(key);
    if (gap === undefined) {
      const times = { openedMs: timeMs, startMs: timeMs, lastMs: timeMs, reportAfterMs: FIRST_REPORT_MS };
      this.#open.set(key, { ...times, reason, codec, area, bytes, pdus, context });
      this.#opened += 1;
      return;
    }
    gap.lastMs = timeMs;
    gap.area = gap.area === null || area === null ? null : boundingBox(gap.area, area);
    gap.bytes += bytes;
    gap.pdus += pdus;
    gap.context ??= context;
  }

  #close(gap: OpenGap, endMs: number): void {
    const { startMs, reason, codec, area, bytes, pdus } = gap;
    this.#measure(gap, endMs);
    this.#reported += 1;
    this.#report({ startMs, endMs, reason, codec, area, bytes, pdus });
  }

  #measure({ openedMs }: OpenGap, endMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, endMs - openedMs);
  }
}

/** How far a gap that is open reaches at `timeMs`. */
function endOf({ context, lastMs }: OpenGap, timeMs: number): number {
  return context === null ? lastMs : timeMs;
}

function boundingBox(a: Rectangle, b: Rectangle): Rectangle {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}
