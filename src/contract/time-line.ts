/**
 * The two clocks of a replay. Session time counts from the beginning of the session; player time counts what the player
 * shows, in which stored segments follow one another without the holes between them. Milliseconds both.
 */
import type { RecordingInfo } from './api.js';
import type { Segment } from './manifest.js';

export type Timeline = RecordingInfo['timeline'];
export type TimeSpan = { readonly startMs: number; readonly endMs: number };

type SegmentTimes = Pick<Segment, 'startMs' | 'durationMs' | 'frames'>;

/** Unchanged pictures are repeated about once a second; fewer frames than this mean that nothing else happened. */
const IDLE_FRAMES_PER_SECOND = 1.1;
/** A keyframe and its refinement begin every idle segment. */
const IDLE_EXTRA_FRAMES = 2;
/** Shorter spans are not worth a jump. */
const MIN_IDLE_MS = 3_000;

/** Spans in which segments follow one another without a hole, in order. */
export function buildTimeline(segments: readonly SegmentTimes[]): Timeline {
  const spans: { playerStartMs: number; sessionStartMs: number; durationMs: number }[] = [];
  let playerMs = 0;
  for (const { startMs, durationMs } of segments) {
    const last = spans.at(-1);
    if (last !== undefined && last.sessionStartMs + last.durationMs === startMs) last.durationMs += durationMs;
    else spans.push({ playerStartMs: playerMs, sessionStartMs: startMs, durationMs });
    playerMs += durationMs;
  }
  return spans;
}

/** Session time of a player time. Beyond the end: the end. */
export function toSessionMs(timeline: Timeline, playerMs: number): number {
  const span = timeline.findLast((one) => one.playerStartMs <= playerMs) ?? timeline[0];
  if (span === undefined) return 0;
  return span.sessionStartMs + clamp(playerMs - span.playerStartMs, span.durationMs);
}

/** Player time of a session time. In a hole: where the picture goes on. Beyond the end: the end. */
export function toPlayerMs(timeline: Timeline, sessionMs: number): number {
  const span = timeline.find((one) => sessionMs < one.sessionStartMs + one.durationMs) ?? timeline.at(-1);
  if (span === undefined) return 0;
  return span.playerStartMs + clamp(sessionMs - span.sessionStartMs, span.durationMs);
}

/** Spans in session time in which the picture did not change, as far as the number of frames tells. */
export function idleSpans(segments: readonly SegmentTimes[]): readonly TimeSpan[] {
  const spans: { startMs: number; endMs: number }[] = [];
  for (const { startMs, durationMs, frames } of segments) {
    if (frames > (durationMs / 1000) * IDLE_FRAMES_PER_SECOND + IDLE_EXTRA_FRAMES || durationMs < 1000) continue;
    const last = spans.at(-1);
    if (last?.endMs === startMs) last.endMs += durationMs;
    else spans.push({ startMs, endMs: startMs + durationMs });
  }
  return spans.filter((span) => span.endMs - span.startMs >= MIN_IDLE_MS);
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
