import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GFX_CODECS, GFX_CODECS_OF_EVERY_VERSION, GFX_PIPELINE_OFFERED } from '../../../src/contract/gfx-table.js';
import {
  GFX_CAPS_FLAG_AVC420_ENABLED,
  GFX_CAPS_FLAG_AVC_DISABLED,
  GFX_CAPS_FLAG_AVC_THINCLIENT,
  GFX_CAPS_FLAG_SCALEDMAP_DISABLE,
  GFX_CAPS_FLAG_SMALL_CACHE,
  GFX_CAPS_FLAG_THINCLIENT,
  type GfxCapabilitySet,
  GfxVersion,
} from '../../../src/rdp/gfx/gfx-capability-set.js';
import { gfxFrames } from '../../../src/rdp/gfx/gfx-header.js';
import { decodeGfxPdu, encodeGfxPdu, type GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { shapeGfxCapabilities } from '../../../src/rdp/relay/shaping/graphics-pipeline.js';
import { gfxCapabilitySet, gfxPdu } from '../gfx/arbitraries.js';
import { hex } from '../session/support.js';
import {
  ALL_CODECS,
  close,
  framesOf,
  openGraphics,
  pdusToTarget,
  relayOffering,
  say,
  sayClient,
  sayGraphics,
  WITHOUT_AVC,
} from './dynamic-support.js';
import { endOf, sentTo } from './support.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';

const ALL_FLAGS = 0xffff_ffff;

function flags(version: keyof typeof GfxVersion, value: number): GfxCapabilitySet {
  return { kind: 'flags', version: GfxVersion[version], flags: value };
}

/** The capability sets that a target gets of a client's. */
function advertised(sets: GfxCapabilitySet[], codecs = WITHOUT_AVC): GfxCapabilitySet[] {
  const relay = relayOffering(codecs);
  openGraphics(relay);
  const [pdu] = graphicsToTarget(sayGraphics(relay, encodeGfxPdu({ kind: 'capsAdvertise', capsSets: sets })));
  return pdu?.kind === 'capsAdvertise' ? [...pdu.capsSets] : [];
}

/** Graphics PDUs to the target, in messages of one dynamic channel PDU each. */
function graphicsToTarget(outputs: Parameters<typeof pdusToTarget>[0]): GfxPdu[] {
  return pdusToTarget(outputs).flatMap((pdu) => ('data' in pdu ? Array.from(gfxFrames(pdu.data), decodeGfxPdu) : []));
}

describe('capabilities of the graphics pipeline', () => {
  it('are those of versions that the recorder follows', () => {
    const unknown = { kind: 'unknown', version: 0x000b_0000, capsData: hex('00000000') } as const;
    expect(advertised([unknown, flags('8.0', 0)])).toEqual([flags('8.0', 0)]);
  });

  it('forbid AVC in every way that a version has, unless all of it is decoded', () => {
    const disabled = GFX_CAPS_FLAG_AVC_DISABLED;
    expect(advertised([flags('10.0', 0), flags('10.2', 0), flags('10.4', GFX_CAPS_FLAG_AVC_THINCLIENT)])).toEqual([
      flags('10.0', disabled),
      flags('10.2', disabled),
      flags('10.4', disabled),
    ]);
    const enabled = GFX_CAPS_FLAG_AVC420_ENABLED | GFX_CAPS_FLAG_SMALL_CACHE;
    expect(advertised([flags('8.1', enabled)])).toEqual([flags('8.1', GFX_CAPS_FLAG_SMALL_CACHE)]);
    const thin = GFX_CAPS_FLAG_THINCLIENT;
    expect(advertised([flags('8.1', enabled | thin)])).toEqual([flags('8.1', thin)]);
    // 10.1 implies AVC and has no flag against it.
    expect(advertised([{ kind: 'version-101' }, flags('8.0', 0)])).toEqual([flags('8.0', 0)]);
  });

  it('leave AVC to the client when it is decoded', () => {
    const thin = GFX_CAPS_FLAG_AVC_THINCLIENT;
    const sets = [flags('8.1', GFX_CAPS_FLAG_AVC420_ENABLED | GFX_CAPS_FLAG_SMALL_CACHE), flags('10.6', thin)];
    expect(advertised([...sets, { kind: 'version-101' }], ALL_CODECS)).toEqual([...sets, { kind: 'version-101' }]);
    expect(advertised([flags('10.6', GFX_CAPS_FLAG_AVC_DISABLED)], ALL_CODECS)).toEqual([
      flags('10.6', GFX_CAPS_FLAG_AVC_DISABLED),
    ]);
    // AVC420 alone is something that only 8.1 can say.
    const some = new Set([...WITHOUT_AVC, 'avc420'] as const);
    expect(advertised([sets[0] ?? flags('8.1', 0), flags('10.6', thin)], some)).toEqual([
      sets[0],
      flags('10.6', GFX_CAPS_FLAG_AVC_DISABLED),
    ]);
  });

  it('keep what concerns the cache and scaling, and drop flags that a version does not have', () => {
    expect(advertised([flags('8.0', ALL_FLAGS), flags('10.3', ALL_FLAGS), flags('10.7', ALL_FLAGS)])).toEqual([
      flags('8.0', GFX_CAPS_FLAG_THINCLIENT | GFX_CAPS_FLAG_SMALL_CACHE),
      flags('10.3', GFX_CAPS_FLAG_AVC_DISABLED),
      flags('10.7', GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC_DISABLED | GFX_CAPS_FLAG_SCALEDMAP_DISABLE),
    ]);
  });

  it('never allow AVC that is not decoded, whatever the client says', () => {
    fc.assert(
      fc.property(fc.array(gfxCapabilitySet, { maxLength: 8 }), (sets) => {
        for (const set of shapeGfxCapabilities(sets, WITHOUT_AVC)) {
          if (set.kind !== 'flags') throw new Error('a version without flags');
          if (set.version < GfxVersion['10.0']) expect(set.flags & GFX_CAPS_FLAG_AVC420_ENABLED).toBe(0);
          else expect(set.flags & (GFX_CAPS_FLAG_AVC_DISABLED | GFX_CAPS_FLAG_AVC_THINCLIENT)).toBe(0x20);
        }
      }),
    );
  });

  it('end the session when no version is left', () => {
    const relay = relayOffering(WITHOUT_AVC);
    openGraphics(relay);
    const outputs = sayGraphics(relay, encodeGfxPdu({ kind: 'capsAdvertise', capsSets: [{ kind: 'version-101' }] }));
    expect(endOf(outputs)?.reason).toBe('client-protocol-error');
    expect(sentTo('target', outputs)).toEqual([]);
  });

  it('are offered by the table when all codecs that cannot be refused are decoded, and not before', () => {
    const decoded = new Set<string>(GFX_CODECS);
    expect(GFX_PIPELINE_OFFERED).toBe(GFX_CODECS_OF_EVERY_VERSION.every((codec) => decoded.has(codec)));
  });
});

describe('what a client says on the graphics channel', () => {
  it('passes byte for byte when it is an acknowledgement', () => {
    const relay = relayOffering(WITHOUT_AVC);
    openGraphics(relay);
    const pdus: GfxPdu[] = [
      { kind: 'frameAcknowledge', queueDepth: 0, frameId: 1, totalFramesDecoded: 1 },
      { kind: 'qoeFrameAcknowledge', frameId: 1, timestamp: 1, timeDiffSE: 1, timeDiffEDR: 1 },
    ];
    const message = new Uint8Array(Buffer.concat(Array.from({ length: 90 }, () => pdus.map(encodeGfxPdu)).flat()));
    const sent = encodeDvcMessage(3, message);
    expect(sent.length).toBeGreaterThan(1);
    const frames = sent.flatMap((pdu) => framesOf('client', pdu, 600));
    expect(
      sentTo(
        'target',
        sent.flatMap((pdu) => say(relay, 'client', pdu, 600)),
      ),
    ).toEqual(frames);
  });

  it('does not offer a cache of earlier sessions', () => {
    const relay = relayOffering(WITHOUT_AVC);
    openGraphics(relay);
    const cacheEntries = Array.from({ length: 5000 }, (_, index) => ({ cacheKey: BigInt(index), bitmapLength: 1 }));
    const outputs = sayGraphics(relay, encodeGfxPdu({ kind: 'cacheImportOffer', cacheEntries }));
    expect(outputs).toEqual([]);
  });

  it('is edited within a message of several PDUs, and the rest of it goes on', () => {
    const relay = relayOffering(WITHOUT_AVC);
    openGraphics(relay);
    const acknowledge: GfxPdu = { kind: 'frameAcknowledge', queueDepth: 0, frameId: 1, totalFramesDecoded: 1 };
    const pdus: GfxPdu[] = [
      { kind: 'cacheImportOffer', cacheEntries: [{ cacheKey: 1n, bitmapLength: 4 }] },
      { kind: 'capsAdvertise', capsSets: [flags('10.7', 0)] },
      acknowledge,
    ];
    const outputs = sayGraphics(relay, new Uint8Array(Buffer.concat(pdus.map(encodeGfxPdu))));
    expect(graphicsToTarget(outputs)).toEqual([
      { kind: 'capsAdvertise', capsSets: [flags('10.7', GFX_CAPS_FLAG_AVC_DISABLED)] },
      acknowledge,
    ]);
  });

  it('never reaches the target as anything but capabilities and acknowledgements', () => {
    const passed = new Set(['capsAdvertise', 'frameAcknowledge', 'qoeFrameAcknowledge']);
    fc.assert(
      fc.property(fc.array(gfxPdu, { maxLength: 6 }), (pdus) => {
        const relay = relayOffering(WITHOUT_AVC);
        openGraphics(relay);
        const outputs = sayGraphics(relay, new Uint8Array(Buffer.concat(pdus.map(encodeGfxPdu))));
        for (const pdu of graphicsToTarget(outputs)) expect(passed).toContain(pdu.kind);
      }),
    );
  });

  it('is bounded before it is complete, and forgotten when the channel closes', () => {
    const relay = relayOffering(WITHOUT_AVC);
    openGraphics(relay);
    const first = (length: number) =>
      sayClient(relay, {
        kind: 'data-first',
        cbId: 0,
        len: 2,
        compressed: false,
        channelId: 3,
        length,
        data: hex('0d'),
      });
    expect(first(100)).toEqual([]);
    sayClient(relay, close(3));
    openGraphics(relay);
    expect(first(100)).toEqual([]);
    const other = relayOffering(WITHOUT_AVC);
    openGraphics(other);
    const tooLong = { kind: 'data-first', cbId: 0, len: 2, compressed: false, channelId: 3 } as const;
    expect(endOf(sayClient(other, { ...tooLong, length: 0xffff_ffff, data: hex('0d') }))?.reason).toBe(
      'client-protocol-error',
    );
  });
});
