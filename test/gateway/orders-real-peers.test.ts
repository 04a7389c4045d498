/** Drawing orders of a real server: what the recorder draws is what the server shows, or what the client's library drew. */
import { beforeAll, describe, expect, it } from 'vitest';
import { countOrders, type OrderCounts } from '../helpers/count-orders.js';
import { replayRecords, startRecordedRelay, type RecordedRelay } from '../helpers/recorded-relay.js';
import { drag, movePointer, pressKey, typeText } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startRdesktop, startXfreerdp, type RdpClient } from '../peers/rdp-client.js';
import { waitForSamePicture, waitForSettledPicture } from '../peers/screenshot.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { changedRectangle, countDifferences, type Raster } from '../pixels/raster.js';
import { reduceDepth, reduceDepthAsXfreerdp, type ColourDepth } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';

const TIMEOUT_MS = 60_000;

/** Around the position that the tests leave the pointer at. */
const POINTER = { left: 860, top: 680, right: 920, bottom: 740 };

/** More lines than the terminal has. */
const LINES = 30;

/** xfreerdp draws no orders unless it is told to cache. */
const CACHES = ['+bitmap-cache', '+glyph-cache'];

const SESSIONS: readonly (readonly ['rdesktop' | 'xfreerdp', ColourDepth, readonly string[]])[] = [
  ['rdesktop', 16, ['-a', '16']],
  ['rdesktop', 24, ['-a', '24']],
  ['xfreerdp', 24, CACHES],
  ['xfreerdp', 16, [...CACHES, '/bpp:16', '-compression']],
];

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'rdesktop', 'Xvfb'))(
  'a recorded relay to xrdp, in drawing orders',
  () => {
    const lab = useLab();
    let xrdp: Xrdp;
    let monitor: Display;

    beforeAll(async () => {
      xrdp = await startXrdp(lab);
      monitor = await startXvfb(lab);
    });

    /** Types, lets the terminal scroll, and drags its window away and back for the next session to find it. */
    async function work(text: string): Promise<void> {
      await typeText(lab, monitor, 'drawn by orders');
      for (let line = 0; line < LINES; line += 1) await pressKey(lab, monitor, 'Return');
      await typeText(lab, monitor, text);
      await drag(lab, monitor, { x: 200, y: 34 }, [20, 60, 100, 60, 20, 0]);
      await movePointer(lab, monitor, 880, 700);
    }

    async function finish(relay: RecordedRelay, client: RdpClient): Promise<{ raster: Raster; counts: OrderCounts }> {
      await client.process.stop();
      await relay.over;
      const records = await relay.records();
      const { raster, drops } = replayRecords(records);
      expect(drops).toEqual([]);
      return { raster, counts: countOrders(records) };
    }

    it.each(SESSIONS)(
      'records a session of %s at %i bits a pixel as the server shows it',
      async (name, depth, args) => {
        const relay = await startRecordedRelay(xrdp.port);
        const { name: user, password } = xrdp.user;
        const options = { port: relay.port, user, password, display: monitor, args };
        const client = await (name === 'rdesktop' ? startRdesktop(lab, options) : startXfreerdp(lab, options));
        await client.connected();
        const asSent = (raster: Raster): Raster =>
          name === 'rdesktop' ? reduceDepth(raster, depth) : reduceDepthAsXfreerdp(raster, depth);
        const session = await xrdp.sessionDisplay();
        const before = await waitForSamePicture(session, monitor, { asSent });
        await work(`and scrolled: ${name} ${depth}`);
        const same = await waitForSamePicture(session, monitor, { asSent });
        const { raster, counts } = await finish(relay, client);
        expect(countDifferences(before.server, same.server)).toBeGreaterThan(100);
        expect(changedRectangle(reduceDepth(same.server, depth), raster, POINTER)).toBeUndefined();
        expect(counts['cache-bitmap-rev2']).toBeGreaterThan(10);
        expect(counts['mem-blt']).toBeGreaterThan(100);
      },
      TIMEOUT_MS,
    );

    // xrdp draws this window itself, so that only clients know what it looks like.
    it.each([
      ['rdesktop', 16, ['-a', '16']],
      ['rdesktop', 24, ['-a', '24']],
      ['xfreerdp', 24, [...CACHES, '/bpp:24']],
    ] as const)(
      'records the login window of xrdp as %s draws it at %i bits a pixel',
      async (name, _, args) => {
        const relay = await startRecordedRelay(xrdp.port);
        const options = { port: relay.port, display: monitor, args };
        const login = { ...options, user: '', password: '' };
        const client = await (name === 'rdesktop' ? startRdesktop(lab, options) : startXfreerdp(lab, login));
        await client.connected();
        await waitForSettledPicture(monitor, 10);
        await drag(lab, monitor, { x: 500, y: 210 }, [20, 40, 60]);
        await typeText(lab, monitor, 'somebody');
        await movePointer(lab, monitor, 880, 700);
        const shown = await waitForSettledPicture(monitor, 10);
        const { raster, counts } = await finish(relay, client);
        expect(changedRectangle(shown, raster, POINTER)).toBeUndefined();
        for (const order of ['opaque-rect', 'glyph-index', 'pat-blt', 'mem-blt', 'scr-blt'] as const) {
          expect({ order, count: counts[order] }).toEqual({ order, count: expect.any(Number) });
        }
        expect(counts['cache-glyph']).toBeGreaterThan(10);
        expect(counts['cache-brush']).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );
  },
);
