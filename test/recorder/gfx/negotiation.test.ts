/** What of the graphics pipeline a real client and a server agree on through the relay, whichever version it is. */
import { describe, expect, it } from 'vitest';
import { loadGfxDecoders } from '../../../recorder/gfx/load-decoders.js';
import { type AnyGfxCodec, GFX_AVC_CODECS, GFX_CODECS_OF_EVERY_VERSION } from '../../../src/contract/gfx-table.js';
import { CREATION_STATUS_NOT_FOUND } from '../../../src/rdp/dvc/create-response.js';
import {
  GFX_CAPS_FLAG_AVC420_ENABLED,
  GFX_CAPS_FLAG_AVC_DISABLED,
  type GfxCapabilitySet,
  GfxVersion,
} from '../../../src/rdp/gfx/gfx-capability-set.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { graphicsPdus } from '../../helpers/graphics-pdus.js';
import { replayRecords, startRecordedRelay } from '../../helpers/recorded-relay.js';
import { movePointer } from '../../peers/input.js';
import { useLab } from '../../peers/lab.js';
import { startXfreerdp } from '../../peers/rdp-client.js';
import { screenshot } from '../../peers/screenshot.js';
import { waitFor } from '../../peers/wait.js';
import { startXvfb } from '../../peers/xvfb.js';
import { countDifferences } from '../../pixels/raster.js';
import { requirePeers } from '../../setup/requirements.js';
import { startGraphicsServer } from './graphics-server.js';
import { BLUE, END, fill, GREEN, map, rect, RED, START, surface } from './support.js';

const SIZE = { width: 640, height: 480 };
const WITHOUT_AVC: readonly AnyGfxCodec[] = GFX_CODECS_OF_EVERY_VERSION;
const ALL: readonly AnyGfxCodec[] = [...WITHOUT_AVC, ...GFX_AVC_CODECS];
/** Channels that carry pixels past the pipeline, that are older names of it, and that nobody knows. */
const OTHERS = [
  'Microsoft::Windows::RDS::Geometry::v08.01',
  'Microsoft::Windows::RDS::Video::Control::v08.01',
  'rdpgfx',
];

const DRAW: readonly (readonly GfxPdu[])[] = [
  [
    { kind: 'resetGraphics', ...SIZE, monitors: [{ left: 0, top: 0, right: 639, bottom: 479, flags: 1 }] },
    surface(1, SIZE.width, SIZE.height),
    map(1),
  ],
  [
    START,
    fill(1, BLUE, rect(0, 0, 640, 480)),
    fill(1, RED, rect(10, 10, 90, 90)),
    fill(1, GREEN, rect(50, 50, 99, 99)),
    END,
  ],
];

function allowsAvc(set: GfxCapabilitySet): boolean {
  if (set.kind !== 'flags') return true;
  if (set.version < GfxVersion['10.0']) return (set.flags & GFX_CAPS_FLAG_AVC420_ENABLED) !== 0;
  return (set.flags & GFX_CAPS_FLAG_AVC_DISABLED) === 0;
}

describe.runIf(requirePeers('xfreerdp', 'Xvfb'))('the graphics pipeline of xfreerdp', () => {
  const lab = useLab();

  it.each([
    ['all codecs', ALL, ['/gfx:AVC444']],
    ['no AVC', WITHOUT_AVC, ['/gfx:AVC444']],
    ['all codecs, of a client with a small cache', ALL, ['/gfx:AVC420', '+gfx-small-cache']],
    ['no AVC, of a thin client', WITHOUT_AVC, ['/gfx:AVC420', '+gfx-thin-client']],
  ])('is shown and recorded in every version that is left with %s', async (_, offer, args) => {
    let left: readonly GfxCapabilitySet[] = [];
    const server = await startGraphicsServer({
      ...SIZE,
      messages: DRAW,
      otherChannels: OTHERS,
      choose: (sets, opened) => {
        left = sets;
        return sets[opened] ?? null;
      },
    });
    const relay = await startRecordedRelay(server.port, { gfxOffer: new Set(offer) });
    const display = await startXvfb(lab, SIZE);
    const client = await startXfreerdp(lab, { display, port: relay.port, size: SIZE, args });
    await client.connected();
    await movePointer(lab, display, SIZE.width - 1, SIZE.height - 1);
    // The channel was opened once more than there are versions to choose from.
    const opened = () => server.answers.filter(({ kind }) => kind === 'create-response').length - OTHERS.length;
    await waitFor('all versions', () => (left.length > 0 && opened() > left.length ? true : undefined), 20_000);
    const shown = await screenshot(display);
    await client.process.stop();
    await relay.over;

    expect(left.length).toBeGreaterThanOrEqual(2);
    expect(left.some(allowsAvc)).toBe(offer === ALL);
    const records = await relay.records();
    const confirmed = graphicsPdus(records).flatMap((pdu) => (pdu.kind === 'capsConfirm' ? [pdu.capsSet] : []));
    expect(confirmed).toEqual(left);
    const { raster, drops } = replayRecords(records, await loadGfxDecoders('auto'));
    expect(drops).toEqual([]);
    const pointer = { left: 600, top: 440, right: 640, bottom: 480 };
    expect(countDifferences(shown, raster, pointer)).toBe(0);
    const refused = server.answers.slice(0, OTHERS.length);
    expect(refused).toMatchObject(OTHERS.map(() => ({ creationStatus: CREATION_STATUS_NOT_FOUND })));
  });
});
