import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GapLog } from '../../../recorder/recording/gap-log.js';
import type { Applied, Drop } from '../../../recorder/recording/picture-source.js';
import type { Gap } from '../../../src/contract/manifest.js';

const area = { x: 10, y: 20, width: 30, height: 40 };
const drop = (overrides: Partial<Drop> = {}): Drop => ({
  codec: 'planar',
  reason: 'truncated: Planar',
  area,
  bytes: 100,
  pdus: 1,
  context: null,
  ...overrides,
});
const applied = (...drops: Drop[]): Applied => ({ pdus: 1, bytes: 100, changed: drops.length === 0, drops });

const NOTHING_BROKEN: ReadonlySet<string> = new Set();
const BROKEN: ReadonlySet<string> = new Set(['bulk']);

type Step = readonly [number, Applied, ReadonlySet<string>?];

function collect(steps: readonly Step[], endMs: number): Gap[] {
  const gaps: Gap[] = [];
  const log = new GapLog((gap) => gaps.push(gap));
  for (const [timeMs, what, broken = NOTHING_BROKEN] of steps) log.add(timeMs, what, broken);
  log.finish(endMs);
  return gaps;
}

describe('gap log', () => {
  it('drops of one kind within a second are one gap over all their area', () => {
    const other = { x: 100, y: 0, width: 10, height: 10 };
    expect(
      collect(
        [
          [1000, applied(drop())],
          [1800, applied(drop({ area: other, bytes: 5 }))],
        ],
        9000,
      ),
    ).toEqual([
      {
        startMs: 1000,
        endMs: 1800,
        codec: 'planar',
        reason: 'truncated: Planar',
        area: { x: 10, y: 0, width: 100, height: 60 },
        bytes: 105,
        pdus: 2,
      },
    ]);
  });

  it('drops of another codec or reason, or after more than a second, are gaps of their own', () => {
    const gaps = collect(
      [
        [0, applied(drop(), drop({ codec: 'raw' }))],
        [500, applied(drop({ reason: 'limit: Planar' }))],
        [1501, applied(drop())],
      ],
      2000,
    );
    expect(gaps).toHaveLength(4);
  });

  it('an unknown area makes the area of the gap unknown', () => {
    expect(
      collect(
        [
          [0, applied(drop())],
          [1, applied(drop({ area: null }))],
        ],
        5,
      )[0]?.area,
    ).toBeNull();
  });

  it('[invariant 3] a broken context is a gap until it is reset, whatever else is decoded, or the part ends', () => {
    const broken = applied(drop({ context: 'bulk' }));
    const [gap, ...others] = collect(
      [
        [1000, broken, BROKEN],
        [2000, applied(), BROKEN],
        [4000, applied(), new Set(['zgfx'])],
        [5000, applied()],
      ],
      9000,
    );
    expect(others).toEqual([]);
    expect([gap?.startMs, gap?.endMs]).toEqual([1000, 4000]);
    expect(collect([[1000, broken, BROKEN]], 4500)[0]?.endMs).toBe(4500);
  });

  it('[invariant 3] says what is lost while a gap is open, and how long the longest has been, reports or not', () => {
    const log = new GapLog(() => {});
    expect(log.losses).toEqual({ opened: 0, open: 0, longestMs: 0 });
    log.add(1000, applied(drop()), NOTHING_BROKEN);
    expect(log.losses).toEqual({ opened: 1, open: 1, longestMs: 0 });
    log.add(1800, applied(drop()), NOTHING_BROKEN);
    log.add(9000, applied(), NOTHING_BROKEN);
    // What is lost alone lasts as long as it is lost again and again.
    expect(log.losses).toEqual({ opened: 1, open: 0, longestMs: 800 });
    log.add(10_000, applied(drop({ context: 'bulk' })), BROKEN);
    for (let timeMs = 11_000; timeMs <= 22_000; timeMs += 1000)
      log.add(timeMs, { ...applied(), changed: false }, BROKEN);
    expect(log.losses).toEqual({ opened: 2, open: 1, longestMs: 12_000 });
    log.add(30_000, applied(), NOTHING_BROKEN);
    expect(log.losses).toEqual({ opened: 2, open: 0, longestMs: 20_000 });
  });

  it('[invariant] a gap that goes on is reported when it has lasted longer than five seconds', () => {
    const broken = applied(drop({ context: 'bulk' }));
    const gaps: Gap[] = [];
    const log = new GapLog((gap) => gaps.push(gap));
    log.add(1000, broken, BROKEN);
    for (let timeMs = 2000; timeMs <= 8000; timeMs += 1000) log.add(timeMs, { ...applied(), changed: false }, BROKEN);
    expect(gaps.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([[1000, 7000]]);
  });

  it('[invariant] the gaps hold every dropped byte and PDU once', () => {
    const drops = fc.record({
      pause: fc.nat(3000),
      codec: fc.constantFrom('a', 'b'),
      bytes: fc.nat(1000),
      pdus: fc.nat(3),
      context: fc.constantFrom(null, 'bulk', 'zgfx'),
      lost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(drops, { maxLength: 60 }), (steps) => {
        let timeMs = 0;
        let bytes = 0;
        let pdus = 0;
        const inputs = steps.map(({ pause, lost, ...rest }): Step => {
          timeMs += pause;
          if (!lost) return [timeMs, applied(), BROKEN];
          bytes += rest.bytes;
          pdus += rest.pdus;
          return [timeMs, applied(drop(rest))];
        });
        const gaps = collect(inputs, timeMs);
        expect(gaps.reduce((sum, gap) => sum + gap.bytes, 0)).toBe(bytes);
        expect(gaps.reduce((sum, gap) => sum + gap.pdus, 0)).toBe(pdus);
        expect(gaps.every((gap) => gap.endMs >= gap.startMs)).toBe(true);
      }),
    );
  });
});
