/** A recording of numbered frames: moving, idle, moving, interrupted, resized. Knows which frame belongs to a time. */
import type { RecordingEvent } from '../../../src/contract/manifest.js';
import { codecOf, muxSegment, type FragmentFrame } from '../../http/recordings/support/fragments.js';
import { encodeNumbers } from '../../http/recordings/support/numbered-frames.js';
import {
  sampleRecording,
  type SampleRecording,
  type SampleSegment,
  type SampleVideo,
} from '../../http/recordings/support/sample-recording.js';

interface SegmentPlan {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly firstNumber: number;
  /** Frames of an idle segment all show its first number. */
  readonly still?: boolean;
}

interface VideoPlan {
  readonly width: number;
  readonly height: number;
  readonly segments: readonly SegmentPlan[];
}

const moving = (startMs: number, endMs: number, firstNumber: number): SegmentPlan => ({
  startMs,
  endMs,
  stepMs: 100,
  firstNumber,
});

export const PLAN: readonly VideoPlan[] = [
  {
    width: 320,
    height: 192,
    segments: [
      moving(0, 4000, 0),
      moving(4000, 8000, 40),
      { startMs: 8000, endMs: 20_000, stepMs: 1000, firstNumber: 80, still: true },
      moving(20_000, 23_000, 100),
      moving(23_000, 26_000, 130),
    ],
  },
  { width: 400, height: 240, segments: [moving(31_000, 34_000, 200), moving(34_000, 37_000, 230)] },
];

export const EVENTS: readonly RecordingEvent[] = [
  { mediaMs: 0, kind: 'connected', data: { client: '192.0.2.7' } },
  { mediaMs: 1200, kind: 'logon', data: { user: 'LEDGER\\ada' } },
  { mediaMs: 5300, kind: 'clipboard', data: { direction: 'client to target', formats: 2 } },
  { mediaMs: 22_000, kind: 'gap', data: { reason: 'decode-failed', bytes: 5120 } },
  { mediaMs: 26_000, kind: 'disconnected', data: { reason: 'client-lost' } },
  { mediaMs: 31_000, kind: 'reconnected', data: {} },
  { mediaMs: 31_000, kind: 'resize', data: { width: 400, height: 240 } },
  { mediaMs: 35_500, kind: 'drive', data: { name: 'C on LAPTOP', allowed: false } },
];

/** The number that the picture shows at a session time; null in the interruption. */
export function numberAt(sessionMs: number): number | null {
  for (const { segments } of PLAN) {
    for (const { startMs, endMs, stepMs, firstNumber, still } of segments) {
      if (sessionMs < startMs || sessionMs >= endMs) continue;
      return still === true ? firstNumber : firstNumber + Math.floor((sessionMs - startMs) / stepMs);
    }
  }
  return null;
}

export async function numberedRecording(): Promise<SampleRecording> {
  const videos: SampleVideo[] = [];
  for (const plan of PLAN) videos.push(await encodeVideo(plan));
  return sampleRecording({
    videos,
    events: EVENTS,
    gaps: [
      { startMs: 22_000, endMs: 22_900, reason: 'decode-failed', codec: 'planar', area: null, bytes: 5120, pdus: 3 },
    ],
    interruptions: [{ startMs: 26_000, endMs: 31_000, reason: 'client-lost' }],
  });
}

async function encodeVideo({ width, height, segments }: VideoPlan): Promise<SampleVideo> {
  const numbers: number[] = [];
  const keyAt = new Set<number>();
  for (const segment of segments) {
    keyAt.add(numbers.length);
    for (let at = 0; at < frameCount(segment); at++)
      numbers.push(segment.firstNumber + (segment.still === true ? 0 : at));
  }
  const encoded = await encodeNumbers(numbers, keyAt, width, height);
  const track = { width, height, sps: encoded.sps, pps: encoded.pps };
  let init: Uint8Array = new Uint8Array(0);
  let next = 0;
  const done: SampleSegment[] = [];
  for (const [index, segment] of segments.entries()) {
    const count = frameCount(segment);
    const frames = encoded.accessUnits.slice(next, next + count).map((data, at): FragmentFrame => ({
      data,
      startMs: segment.startMs + at * segment.stepMs,
      durationMs: segment.stepMs,
    }));
    next += count;
    const muxed = await muxSegment(track, frames, index + 1);
    init = muxed.init;
    const durationMs = segment.endMs - segment.startMs;
    done.push({ bytes: muxed.fragment, startMs: segment.startMs, durationMs, frames: count });
  }
  return { init, width, height, codec: codecOf(track), segments: done };
}

const frameCount = ({ startMs, endMs, stepMs }: SegmentPlan): number => (endMs - startMs) / stepMs;
