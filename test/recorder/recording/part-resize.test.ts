/** A desktop that is replaced by one of another size, in the middle of what it shows. */
import { describe, expect, it } from 'vitest';
import { Picture } from '../../../recorder/picture/picture.js';
import { CoverageCount } from '../../../recorder/recording/coverage-count.js';
import { PartRecorder } from '../../../recorder/recording/part-recorder.js';
import { TraceRecordKind, type TraceRecord } from '../../../src/contract/trace.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { BLUE, CONFIRM, CREATE, END, fill, GREEN, map, message, rect, RED, START, surface } from '../gfx/support.js';
import { activation } from '../picture/records.js';

interface Shown {
  readonly timeMs: number;
  readonly width: number;
  readonly begins: string | null;
  /** The top left pixel, as 0x00RRGGBB. */
  readonly color: number;
}

async function frames(records: readonly (readonly [timeMs: number, records: readonly TraceRecord[]])[]) {
  const shown: Shown[] = [];
  const recorder = new PartRecorder(1, 0, new Picture(), {
    coverage: new CoverageCount(),
    event: async () => {},
    gap: () => {},
    told: () => {},
    segments: {
      frame: async ({ timeMs, begins }, _part, picture) => {
        picture.render(({ pixels }) => {
          const [blue = 0, green = 0, red = 0] = pixels;
          shown.push({ timeMs, width: picture.width, begins, color: (red << 16) | (green << 8) | blue });
        });
      },
      end: async () => {},
    },
  });
  for (const [timeMs, group] of records) {
    for (const record of group) await recorder.record({ ...record, timeMs });
  }
  await recorder.finish();
  return shown;
}

const TICK: TraceRecord = { kind: TraceRecordKind.tick, timeMs: 0, payload: new Uint8Array(0) };
const plain = (color: number): number => color & 0xff_ffff;
const reset = (width: number, height: number): GfxPdu => ({ kind: 'resetGraphics', width, height, monitors: [] });
const draw = (color: number, width: number): GfxPdu[] => [START, fill(1, color, rect(0, 0, width, 80)), END];

describe('a desktop that gets another size through the graphics pipeline', () => {
  it('is shown once more as it was, however little time it had', async () => {
    const shown = await frames([
      [0, [activation(100, 80), CREATE, ...message(CONFIRM, surface(1, 100, 80), map(1))]],
      [1000, message(...draw(RED, 100))],
      [2000, message(...draw(GREEN, 100))],
      // Sooner than a frame of it is due.
      [2010, message(reset(200, 80), surface(1, 200, 80), map(1), ...draw(BLUE, 200))],
      [4000, [TICK]],
    ]);
    const green = shown.filter(({ color }) => color === plain(GREEN));
    expect(green).toMatchObject([{ timeMs: 2010, width: 100 }]);
    const after = shown.filter(({ width }) => width === 200);
    expect(after[0]).toMatchObject({ begins: 'file', color: plain(BLUE) });
    expect(after[0]?.timeMs).toBeGreaterThan(2010);
  });

  it('goes on when the size is the same', async () => {
    const shown = await frames([
      [0, [activation(100, 80), CREATE, ...message(CONFIRM, surface(1, 100, 80), map(1))]],
      [1000, message(...draw(GREEN, 100))],
      [1010, message(reset(100, 80))],
      [2000, [TICK]],
    ]);
    expect(shown.filter(({ timeMs }) => timeMs === 1010)).toEqual([]);
    expect(shown.every(({ width }) => width === 100)).toBe(true);
  });
});
