/** One part of a session: its records in order become frames, events and gaps. A function of the trace alone. */
import type { Gap, RecordingEvent } from '../../src/contract/manifest.js';
import { TraceRecordKind, type TraceEnd, type TraceEvent, type TraceRecord } from '../../src/contract/trace.js';
import { FramePacer, type PacedFrame } from '../pacing/frame-pacer.js';
import type { CoverageCount } from './coverage-count.js';
import type { DesktopSize, Losses } from '../../src/contract/recorder-protocol.js';
import { GapLog } from './gap-log.js';
import type { PictureSource } from './picture-source.js';
import type { SegmentRecorder } from './segment-recorder.js';

/** Where a part's results go. */
export interface PartOutputs {
  readonly segments: Pick<SegmentRecorder, 'frame' | 'end'>;
  readonly coverage: CoverageCount;
  event(event: RecordingEvent): Promise<void>;
  gap(gap: Gap): void;
  /** Something of the session that the gateway could not read itself. */
  told(event: RecordingEvent): void;
}

/** How a part ended. */
export interface PartEnd {
  readonly endMs: number;
  /** Null when the trace was cut off. */
  readonly reason: string | null;
}

export class PartRecorder {
  readonly #part: number;
  readonly #picture: PictureSource;
  readonly #outputs: PartOutputs;
  readonly #pacer = new FramePacer();
  readonly #gaps: GapLog;
  #pendingGaps: Gap[] = [];
  #timeMs: number;
  #generation: number;
  #shown = false;
  #end: TraceEnd | null = null;

  /** @param startMs Session time at which the part begins. */
  constructor(part: number, startMs: number, picture: PictureSource, outputs: PartOutputs) {
    this.#part = part;
    this.#picture = picture;
    this.#outputs = outputs;
    this.#timeMs = startMs;
    this.#generation = picture.generation;
    this.#gaps = new GapLog((gap) => this.#pendingGaps.push(gap));
  }

  /** Session time of the last record. */
  get timeMs(): number {
    return this.#timeMs;
  }

  get desktop(): DesktopSize {
    const { width, height } = this.#picture;
    return { width, height };
  }

  /** What has been lost in this part so far. */
  get losses(): Losses {
    return this.#gaps.losses;
  }

  async record(record: TraceRecord): Promise<void> {
    // A clock that was set back does not turn the recording back.
    const timeMs = Math.max(this.#timeMs, record.timeMs);
    this.#timeMs = timeMs;
    this.#outputs.coverage.record();
    await this.#take(this.#pacer.advance(timeMs));
    switch (record.kind) {
      case TraceRecordKind.event: {
        const { kind, data } = parseJson(record) as TraceEvent;
        return this.#outputs.event({ mediaMs: timeMs, kind, data });
      }
      case TraceRecordKind.end:
        this.#end = parseJson(record) as TraceEnd;
        return this.#apply(timeMs, record);
      default:
        if (this.#picture.resizes(record)) await this.#take(this.#pacer.flush(timeMs));
        return this.#apply(timeMs, record);
    }
  }

  async #apply(timeMs: number, record: TraceRecord): Promise<void> {
    const applied = this.#picture.apply(record);
    this.#outputs.coverage.applied(applied);
    this.#gaps.add(timeMs, applied, this.#picture.brokenContexts);
    await this.#reportGaps();
    for (const { kind, data } of applied.told ?? []) {
      const event = { mediaMs: timeMs, kind, data };
      this.#outputs.told(event);
      await this.#outputs.event(event);
    }
    const resized = this.#picture.generation !== this.#generation;
    this.#generation = this.#picture.generation;
    if (resized && this.#shown) this.#pacer.resize(timeMs);
    else if (applied.changed && this.#picture.hasPicture) this.#pacer.change(timeMs);
  }

  /** A span of the part that could not be read. */
  addGap(gap: Gap): void {
    this.#gaps.addWhole(gap);
  }

  /** Ends the part: what waits is shown, and the last segment is stored. */
  async finish(): Promise<PartEnd> {
    await this.#take(this.#pacer.flush(this.#timeMs));
    const endMs = this.#pacer.endMs(this.#timeMs);
    if (endMs !== null) await this.#outputs.segments.end(endMs);
    this.#gaps.finish(this.#timeMs);
    await this.#reportGaps();
    return { endMs: endMs ?? this.#timeMs, reason: this.#end?.reason ?? null };
  }

  async #take(frames: Iterable<PacedFrame>): Promise<void> {
    for (const frame of frames) {
      this.#shown = true;
      await this.#outputs.segments.frame(frame, this.#part, this.#picture);
    }
  }

  async #reportGaps(): Promise<void> {
    const gaps = this.#pendingGaps;
    if (gaps.length === 0) return;
    this.#pendingGaps = [];
    for (const gap of gaps) {
      this.#outputs.gap(gap);
      const { startMs, endMs, reason, codec, bytes, pdus } = gap;
      await this.#outputs.event({ mediaMs: startMs, kind: 'gap', data: { endMs, reason, codec, bytes, pdus } });
    }
  }
}

/** The chunk's tag proves that the gateway wrote it: the caller knows the type that goes with the record's kind. */
function parseJson(record: TraceRecord): unknown {
  return JSON.parse(Buffer.from(record.payload).toString('utf8'));
}
