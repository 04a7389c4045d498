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
  untilReset: false,
  ...overrides,
});
const applied = (...drops: Drop[]): Applied => ({ pdus: 1, bytes: 100, changed: drops.length === 0, drops });

function collect(steps: readonly [number, Applied][], endMs: number): Gap[] {
  const gaps: Gap[] = [];
  const log = new GapLog((gap) => gaps.push(gap));
  for (const [timeMs, what] of steps) log.add(timeMs, what);
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

  it('[invariant] a broken context is a gap until something is decoded again, or the part ends', () => {
    const broken = applied(drop({ untilReset: true }));
    const [gap] = collect(
      [
        [1000, broken],
        [4000, applied()],
        [5000, applied()],
      ],
      9000,
    );
    expect([gap?.startMs, gap?.endMs]).toEqual([1000, 4000]);
    expect(collect([[1000, broken]], 4500)[0]?.endMs).toBe(4500);
  });

  it('[invariant] a gap that goes on is reported when it has lasted longer than five seconds', () => {
    const broken = applied(drop({ untilReset: true }));
    const gaps: Gap[] = [];
    const log = new GapLog((gap) => gaps.push(gap));
    log.add(1000, broken);
    for (let timeMs = 2000; timeMs <= 8000; timeMs += 1000) log.add(timeMs, { ...applied(), changed: false });
    expect(gaps.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([[1000, 7000]]);
  });

  it('[invariant] the gaps hold every dropped byte and PDU once', () => {
    const drops = fc.record({
      pause: fc.nat(3000),
      codec: fc.constantFrom('a', 'b'),
      bytes: fc.nat(1000),
      pdus: fc.nat(3),
      untilReset: fc.boolean(),
      lost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(drops, { maxLength: 60 }), (steps) => {
        let timeMs = 0;
        let bytes = 0;
        let pdus = 0;
        const inputs = steps.map(({ pause, lost, ...rest }): [number, Applied] => {
          timeMs += pause;
          if (!lost) return [timeMs, applied()];
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
