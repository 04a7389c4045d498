import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FramePacer,
  MAX_SEGMENT_MS,
  MIN_SEGMENT_MS,
  REFINE_AFTER_MS,
  REPEAT_MS,
  SETTLE_MS,
  type PacedFrame,
} from '../../../recorder/pacing/frame-pacer.js';

type Input = { readonly timeMs: number; readonly what: 'change' | 'tick' | 'resize' };

function pace(inputs: readonly Input[], endMs: number, pacer = new FramePacer()): PacedFrame[] {
  const frames: PacedFrame[] = [];
  for (const { timeMs, what } of inputs) {
    if (what === 'resize') frames.push(...pacer.flush(timeMs));
    frames.push(...pacer.advance(timeMs));
    if (what === 'change') pacer.change(timeMs);
    if (what === 'resize') pacer.resize(timeMs);
  }
  frames.push(...pacer.flush(endMs));
  return frames;
}

const changes = (...times: number[]): Input[] => times.map((timeMs) => ({ timeMs, what: 'change' }));
const every = (stepMs: number, fromMs: number, toMs: number): number[] =>
  Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, index) => fromMs + index * stepMs);

/** Sessions with bursts, pauses and resizes; the first input is a change. */
const sessions = fc
  .array(
    fc.tuple(
      fc.oneof(fc.nat(30), fc.nat(600), fc.nat(90_000)),
      fc.constantFrom<Input['what']>('change', 'change', 'change', 'change', 'tick', 'resize'),
    ),
    { minLength: 1, maxLength: 150 },
  )
  .map((steps) => {
    let timeMs = 0;
    return steps.map(([pause, what], index): Input => {
      timeMs += pause;
      return { timeMs, what: index === 0 ? 'change' : what };
    });
  });

const endOf = (inputs: readonly Input[]) => (inputs.at(-1)?.timeMs ?? 0) + 2500;

describe('frame pacer', () => {
  it('[invariant] gives the same frames however the records are batched and whatever ticks lie between', () => {
    fc.assert(
      fc.property(sessions, fc.array(fc.nat(400_000), { maxLength: 60 }), (inputs, ticks) => {
        const extra = ticks.filter((timeMs) => timeMs < endOf(inputs));
        // Ticks sort behind records of the same time, as a later batch would.
        const mixed = [...inputs, ...extra.map((timeMs): Input => ({ timeMs, what: 'tick' }))];
        mixed.sort((a, b) => a.timeMs - b.timeMs);
        expect(pace(mixed, endOf(inputs))).toEqual(pace(inputs, endOf(inputs)));
      }),
      { numRuns: 300 },
    );
  });

  it('[invariant] frame times increase, and no sample is longer than a second', () => {
    fc.assert(
      fc.property(sessions, (inputs) => {
        const times = pace(inputs, endOf(inputs)).map((frame) => frame.timeMs);
        for (const [index, timeMs] of times.entries()) {
          const next = times[index + 1] ?? endOf(inputs);
          expect(next).toBeGreaterThanOrEqual(timeMs + (index + 1 < times.length ? 1 : 0));
          expect(next - timeMs).toBeLessThanOrEqual(REPEAT_MS);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('[invariant] every change is in a frame within 400 ms, and is refined unless another one follows', () => {
    fc.assert(
      fc.property(sessions, (inputs) => {
        const frames = pace(inputs, endOf(inputs));
        for (const [index, input] of inputs.entries()) {
          if (input.what === 'tick') continue;
          const shown = frames.find((frame) => frame.timeMs >= input.timeMs);
          expect((shown?.timeMs ?? Infinity) - input.timeMs).toBeLessThanOrEqual(400);
          const next = inputs.slice(index + 1).find((later) => later.what !== 'tick');
          if (next !== undefined && next.timeMs <= input.timeMs + REFINE_AFTER_MS) continue;
          const refined = frames.find((frame) => frame.timeMs === input.timeMs + REFINE_AFTER_MS);
          expect(refined?.refine).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('[invariant] a segment is no longer than a minute, and shorter than ten seconds only before another size', () => {
    fc.assert(
      fc.property(sessions, (inputs) => {
        const frames = pace(inputs, endOf(inputs));
        const starts = frames.filter((frame) => frame.begins !== null);
        expect(starts[0]).toBe(frames[0]);
        for (const [index, start] of starts.entries()) {
          const next = starts[index + 1];
          const endMs = next?.timeMs ?? endOf(inputs);
          expect(endMs - start.timeMs).toBeLessThanOrEqual(MAX_SEGMENT_MS);
          if (next?.begins === 'segment') expect(endMs - start.timeMs).toBeGreaterThanOrEqual(MIN_SEGMENT_MS);
        }
        expect(starts.filter((frame) => frame.begins === 'file').length).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('shows the first change after rest within 100 ms, even right after a repeat', () => {
    for (let lag = 1; lag <= 1000; lag += 7) {
      const changeMs = 5000 + SETTLE_MS + REFINE_AFTER_MS + lag;
      const frames = pace(changes(0, changeMs), changeMs + 2000);
      const shown = frames.find((frame) => frame.timeMs >= changeMs);
      expect((shown?.timeMs ?? Infinity) - changeMs).toBeLessThanOrEqual(100);
    }
  });

  it('takes a frame every 100 ms in the first second of activity, 200 ms to the third, then 400 ms', () => {
    const frames = pace(changes(...every(10, 0, 8000)), 8000).map((frame) => frame.timeMs);
    const gaps = (fromMs: number, toMs: number) =>
      frames.flatMap((timeMs, index) => {
        const next = frames[index + 1];
        return timeMs >= fromMs && next !== undefined && next < toMs ? [next - timeMs] : [];
      });
    expect(new Set(gaps(0, 1000))).toEqual(new Set([100]));
    expect(new Set(gaps(1100, 3000))).toEqual(new Set([200]));
    expect(new Set(gaps(3300, 7900))).toEqual(new Set([400]));
  });

  it('repeats the picture once a second while nothing changes', () => {
    const times = pace(changes(0), 4500).map((frame) => frame.timeMs);
    expect(times).toEqual([40, 300, 1300, 2300, 3300, 4300]);
  });

  it('cuts at ten seconds while much changes and at a minute while nothing does', () => {
    const busy = pace(changes(...every(50, 0, 35_000)), 35_000).filter((frame) => frame.begins !== null);
    expect(busy).toHaveLength(4);
    const idle = pace(changes(0), 150_000).filter((frame) => frame.begins !== null);
    // The first one holds the change that it began with; the others are idle.
    expect(idle.map((frame) => frame.timeMs)).toEqual([40, 10_300, 70_300, 130_300]);
  });

  it('cuts where activity begins and ends, so that idle time has segments of its own', () => {
    const burst = (fromMs: number) => changes(...every(200, fromMs, fromMs + 11_000));
    const frames = pace([...burst(0), ...burst(40_000)], 75_000).filter((frame) => frame.begins !== null);
    expect(frames.map((frame) => frame.timeMs)).toEqual(
      [40, 14_100, 40_100, 54_100].map((time) => expect.closeTo(time, -3)),
    );
  });

  it('begins a file at another size, after what was waiting has been shown in the old one', () => {
    const frames = pace([...changes(0, 1000, 1010), { timeMs: 1020, what: 'resize' }], 1500);
    expect(frames.find((frame) => frame.timeMs === 1020)).toEqual({ timeMs: 1020, begins: null, refine: true });
    expect(frames.find((frame) => frame.timeMs > 1020)).toEqual({ timeMs: 1120, begins: 'file', refine: false });
  });

  it('refines the last picture of a part, once', () => {
    const coarse = pace(changes(0, 900, 940), 990);
    expect(coarse.at(-1)).toEqual({ timeMs: 990, begins: null, refine: true });
    const shownJustNow = pace(changes(0, 900, 949), 990);
    expect(shownJustNow.at(-1)?.refine).toBe(true);
    const refined = pace(changes(0), 800);
    expect(refined.map(({ timeMs, refine }) => [timeMs, refine])).toEqual([
      [SETTLE_MS, false],
      [REFINE_AFTER_MS, true],
    ]);
  });

  it('the last sample of a part has a length, and the next part cannot begin before its end', () => {
    const pacer = new FramePacer();
    const frames = pace(changes(0, 990), 1000, pacer);
    expect(frames.at(-1)?.timeMs).toBe(1000);
    expect(pacer.endMs(1000)).toBe(1000 + SETTLE_MS);
    expect(pace(changes(1000), 2000)[0]?.timeMs).toBeGreaterThanOrEqual(1000 + SETTLE_MS);
  });

  it('a part without a picture has no frames', () => {
    const pacer = new FramePacer();
    expect(pace([{ timeMs: 5000, what: 'tick' }], 9000, pacer)).toEqual([]);
    expect(pacer.endMs(9000)).toBeNull();
  });
});
