import { beforeAll, describe, expect, it } from 'vitest';
import { type TraceRecord, TraceRecordKind } from '../../src/contract/trace.js';
import { replayRecords, startRecordedRelay } from '../helpers/recorded-relay.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { movePointer, typeText } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitForSamePicture } from '../peers/screenshot.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { changedRectangle, countDifferences, type Raster } from '../pixels/raster.js';
import { reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';

/** Around the position that the tests leave the pointer at. */
const POINTER = { left: 380, top: 280, right: 440, bottom: 340 };

function kindsOf(records: readonly TraceRecord[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { kind } of records) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'Xvfb'))('a recorded relay to xrdp', () => {
  const lab = useLab();
  let xrdp: Xrdp;
  let monitor: Display;

  beforeAll(async () => {
    xrdp = await startXrdp(lab);
    monitor = await startXvfb(lab);
  });

  it.each([
    ['default', 24, []],
    ['-compression', 24, ['-compression']],
    ['/bpp:16', 16, ['/bpp:16']],
    ['/bpp:24', 24, ['/bpp:24']],
  ] as const)(
    'shows the client what the server shows (%s), and its trace begins with an activation',
    async (_, depth, args) => {
      const relay = await startRecordedRelay(xrdp.port);
      const { name: user, password } = xrdp.user;
      const client = await startXfreerdp(lab, { port: relay.port, user, password, display: monitor, args });
      await client.connected();
      const session = await xrdp.sessionDisplay();
      await typeText(lab, monitor, 'relayed');
      await movePointer(lab, monitor, 400, 300);
      const asSent = (raster: Raster) => reduceDepthAsXfreerdp(raster, depth);
      const same = await waitForSamePicture(session, monitor, { asSent });
      await client.process.stop();
      await relay.over;
      const records = await relay.records();
      const { raster, drops } = replayRecords(records);
      expect(drops).toEqual([]);
      const expected = reduceDepth(same.server, depth);
      expect(changedRectangle(expected, raster, POINTER)).toBeUndefined();
      expect(countDifferences(expected, raster)).toBeGreaterThan(0);
      const first = records.find(({ kind }) => kind !== TraceRecordKind.tick);
      expect(first?.kind).toBe(TraceRecordKind.activation);
      const kinds = kindsOf(records);
      expect(kinds.get(TraceRecordKind.serverShareData) ?? 0).toBeGreaterThan(0);
      expect(kinds.get(TraceRecordKind.clientPointer) ?? 0).toBeGreaterThan(0);
      expect(kinds.get(TraceRecordKind.end)).toBe(1);
    },
  );
});

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb'))('a recorded relay to freerdp-shadow', () => {
  const lab = useLab();

  it('withholds the graphics pipeline where it is not offered, so that the picture comes in updates', async () => {
    const [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
    await startDesktop(lab, shared);
    const shadow = await startFreerdpShadow(lab, { display: shared });
    const relay = await startRecordedRelay(shadow.port, { gfxOffer: null });
    const client = await startXfreerdp(lab, { port: relay.port, user: 'any', password: 'any', display: monitor });
    await client.connected();
    const same = await waitForSamePicture(shared, monitor, { minimumPsnr: 50 });
    await client.process.stop();
    await relay.over;
    const records = await relay.records();
    const { raster, drops } = replayRecords(records);
    expect(drops).toEqual([]);
    // The pointer rests in the middle of the shared display.
    const pointer = { left: 500, top: 370, right: 540, bottom: 410 };
    // The server takes RemoteFX, which has losses.
    expect(lumaPsnr(same.client, raster, pointer)).toBeGreaterThan(50);
    const kinds = kindsOf(records);
    expect(kinds.get(TraceRecordKind.serverFastPath) ?? 0).toBeGreaterThan(0);
    expect(kinds.get(TraceRecordKind.serverGraphicsChannel)).toBeUndefined();
  });
});
