import { describe, expect, it } from 'vitest';
import { TraceRecordKind, type TraceRecord } from '../../src/contract/trace.js';
import { COMPRESSION_TYPE_MASK, PACKET_COMPRESSED } from '../../src/rdp/session/share-data.js';
import { decodeFastPathOutput, FastPathUpdateCode } from '../../src/rdp/updates/fast-path-output.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { replayRecords, startRecordedRelay } from '../helpers/recorded-relay.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { typeText } from '../peers/input.js';
import { useLab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitForSamePicture } from '../peers/screenshot.js';
import { startXvfb } from '../peers/xvfb.js';
import { changedRectangle, countDifferences, type Raster } from '../pixels/raster.js';
import { reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';

const RDP61 = 3;

/** The pointer rests in the middle of the shared display, which is drawn without it. */
const POINTER = { left: 500, top: 370, right: 540, bottom: 410 };

interface CompressedUpdates {
  /** By compression type. */
  readonly updates: Map<number, number>;
  /** Of those of type 3: bitmaps, with matches of level 1, and compressed by level 2. */
  bitmaps: number;
  level1: number;
  level2: number;
}

/** What of the fast-path output was compressed, and how. */
function compressedUpdates(records: readonly TraceRecord[]): CompressedUpdates {
  const found: CompressedUpdates = { updates: new Map(), bitmaps: 0, level1: 0, level2: 0 };
  for (const { kind, payload } of records) {
    if (kind !== TraceRecordKind.serverFastPath) continue;
    for (const update of decodeFastPathOutput(new Reader(payload, 'record')).updates) {
      if ((update.compressionFlags & PACKET_COMPRESSED) === 0) continue;
      const type = update.compressionFlags & COMPRESSION_TYPE_MASK;
      found.updates.set(type, (found.updates.get(type) ?? 0) + 1);
      const [level1Flags = 0, level2Flags = 0] = update.data;
      if (type !== RDP61) continue;
      if (update.updateCode === FastPathUpdateCode.bitmap) found.bitmaps += 1;
      if ((level1Flags & 0x01) !== 0) found.level1 += 1;
      if ((level2Flags & PACKET_COMPRESSED) !== 0) found.level2 += 1;
    }
  }
  return found;
}

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'openbox'))(
  'a recorded relay to a server that compresses with RDP 6.1',
  () => {
    const lab = useLab();

    it.each([
      [32, ['-gfx', '/bpp:32']],
      [16, ['/bpp:16']],
    ] as const)(
      'records the picture that the server shows (%i bits a pixel)',
      async (depth, args) => {
        const [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
        await startDesktop(lab, shared);
        const shadow = await startFreerdpShadow(lab, { display: shared });
        const relay = await startRecordedRelay(shadow.port);
        const client = await startXfreerdp(lab, {
          port: relay.port,
          user: 'any',
          password: 'any',
          display: monitor,
          args,
        });
        await client.connected();
        const asSent = (raster: Raster) => reduceDepthAsXfreerdp(raster, depth);
        await waitForSamePicture(shared, monitor, { asSent, mask: POINTER });
        for (const line of ['compressed once', ' and once again', ' and a third time']) {
          await typeText(lab, monitor, line);
          await waitForSamePicture(shared, monitor, { asSent, mask: POINTER });
        }
        const same = await waitForSamePicture(shared, monitor, { asSent, mask: POINTER });
        await client.process.stop();
        await relay.over;
        const records = await relay.records();
        const { raster, drops } = replayRecords(records);
        expect(drops).toEqual([]);
        const expected = reduceDepth(same.server, depth);
        expect(changedRectangle(expected, raster, POINTER)).toBeUndefined();
        // Not the same picture by both being empty: the text makes a difference to a picture of one colour.
        const blank = { ...expected, data: new Uint8Array(expected.data.length) };
        expect(countDifferences(expected, blank)).toBeGreaterThan(1000);
        const found = compressedUpdates(records);
        expect([...found.updates.keys()]).toEqual([RDP61]);
        expect(found.bitmaps).toBeGreaterThan(0);
        if (depth === 32) expect(found.level1).toBeGreaterThan(0);
        expect(found.level2).toBeGreaterThan(0);
      },
      60_000,
    );
  },
);
