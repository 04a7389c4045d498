/** The graphics pipeline between programs that are not ours: through the relay, into the trace, and out of it again. */
import { describe, expect, it } from 'vitest';
import { Picture } from '../../recorder/picture/picture.js';
import { type AnyGfxCodec, GFX_AVC_CODECS, GFX_CODECS_OF_EVERY_VERSION } from '../../src/contract/gfx-table.js';
import {
  GFX_CAPS_FLAG_AVC420_ENABLED,
  GFX_CAPS_FLAG_AVC_DISABLED,
  GfxVersion,
} from '../../src/rdp/gfx/gfx-capability-set.js';
import { GfxCodecId } from '../../src/rdp/gfx/gfx-types.js';
import { codecsOf, graphicsPdus } from '../helpers/graphics-pdus.js';
import { replayRecords, startRecordedRelay } from '../helpers/recorded-relay.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { typeText } from '../peers/input.js';
import { useLab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitForPicture, waitForSamePicture } from '../peers/screenshot.js';
import { startXvfb } from '../peers/xvfb.js';
import { countColours, countDifferences } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb'))('a graphics pipeline of freerdp-shadow', () => {
  const lab = useLab();

  /** Types on the shared display through a relay that offers these codecs; what the client shows, and the trace. */
  async function recordGraphics(args: readonly string[], gfxOffer: ReadonlySet<AnyGfxCodec>) {
    const [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
    await startDesktop(lab, shared);
    const shadow = await startFreerdpShadow(lab, { display: shared });
    const relay = await startRecordedRelay(shadow.port, { gfxOffer });
    const client = await startXfreerdp(lab, { port: relay.port, user: 'any', password: 'any', display: monitor, args });
    await client.connected();
    // The first picture comes in a surface command whatever is negotiated; what changes it, through the pipeline.
    const first = await waitForSamePicture(shared, monitor, { minimumPsnr: 25 });
    await typeText(lab, monitor, 'through the graphics pipeline');
    await waitForPicture(monitor, 'the text to show', (raster) => countDifferences(first.client, raster) > 500);
    await waitForSamePicture(shared, monitor, { minimumPsnr: 25 });
    await client.process.stop();
    await relay.over;
    return relay.records();
  }

  it.each([
    ['/gfx:AVC420', GfxCodecId.avc420, 'avc420'],
    ['/gfx:AVC444', GfxCodecId.avc444v2, 'avc444v2'],
  ])('is shown and recorded when %s is offered, and what is not decoded of it is told', async (arg, codecId, codec) => {
    const all = new Set<AnyGfxCodec>([...GFX_CODECS_OF_EVERY_VERSION, ...GFX_AVC_CODECS]);
    const records = await recordGraphics([arg], all);
    const pdus = graphicsPdus(records);
    expect(codecsOf(pdus)).toContain(codecId);
    const kinds = new Set(pdus.map(({ kind }) => kind));
    for (const kind of [
      'capsConfirm',
      'resetGraphics',
      'createSurface',
      'mapSurfaceToOutput',
      'startFrame',
      'endFrame',
    ]) {
      expect(kinds).toContain(kind);
    }
    // A recorder without these decoders: every other command is carried out, and the bitmaps are lost in their place.
    const bitmaps = pdus.filter((pdu) => pdu.kind === 'wireToSurface1').length;
    const picture = new Picture({});
    const drops = records.flatMap((record) => picture.apply(record).drops);
    expect(new Set(drops.map((drop) => `${drop.codec}: ${drop.reason}`))).toEqual(
      new Set([`${codec}: unsupported: ${codec}`]),
    );
    expect(drops.every(({ area }) => area !== null)).toBe(true);
    expect(drops.reduce((sum, drop) => sum + drop.pdus, 0)).toBeGreaterThanOrEqual(bitmaps);
  });

  it('is not drawn with AVC when that is not offered', async () => {
    const records = await recordGraphics(['/gfx:AVC444'], new Set(GFX_CODECS_OF_EVERY_VERSION));
    const pdus = graphicsPdus(records);
    const confirm = pdus.find(({ kind }) => kind === 'capsConfirm');
    if (confirm?.kind !== 'capsConfirm' || confirm.capsSet.kind !== 'flags') throw new Error('nothing was confirmed');
    const { version, flags } = confirm.capsSet;
    if (version >= GfxVersion['10.0']) expect(flags & GFX_CAPS_FLAG_AVC_DISABLED).toBe(GFX_CAPS_FLAG_AVC_DISABLED);
    else expect(flags & GFX_CAPS_FLAG_AVC420_ENABLED).toBe(0);
    for (const codecId of codecsOf(pdus)) expect([11, 14, 15]).not.toContain(codecId);
    const { raster, drops } = replayRecords(records);
    expect(drops).toEqual([]);
    expect(countColours(raster)).toBeGreaterThan(2);
  });
});
