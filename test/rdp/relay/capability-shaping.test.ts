import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRAWING_ORDERS, SURFACE_CODECS, type SurfaceCodec } from '../../../src/contract/capability-table.js';
import type { RelayOutput } from '../../../src/rdp/relay/output.js';
import {
  type CapabilityKind,
  type CapabilitySet,
  findCapability,
} from '../../../src/rdp/session/capabilities/capability-sets.js';
import { CodecGuid } from '../../../src/rdp/session/capabilities/bitmap-codecs.js';
import { PERSISTENT_KEYS_EXPECTED_FLAG } from '../../../src/rdp/session/capabilities/bitmap-cache-rev2.js';
import { BRUSH_COLOR_8X8, BRUSH_COLOR_FULL } from '../../../src/rdp/session/capabilities/brush.js';
import { GLYPH_SUPPORT_ENCODE } from '../../../src/rdp/session/capabilities/glyph-cache.js';
import { INPUT_FLAG_MOUSE_RELATIVE, INPUT_FLAG_SCANCODES } from '../../../src/rdp/session/capabilities/input.js';
import {
  COLORINDEXSUPPORT,
  NEGOTIATEORDERSUPPORT,
  ORDERFLAGS_EX_ALTSEC_FRAME_MARKER_SUPPORT,
  ORDERFLAGS_EX_CACHE_BITMAP_REV3_SUPPORT,
  ORDERFLAGS_EXTRA_FLAGS,
  SOLIDPATTERNBRUSHONLY,
  ZEROBOUNDSDELTASSUPPORT,
} from '../../../src/rdp/session/capabilities/order.js';
import { VCCAPS_COMPR_CS_8K, VCCAPS_NO_COMPR } from '../../../src/rdp/session/capabilities/virtual-channel.js';
import { decodeConfirmActive } from '../../../src/rdp/session/confirm-active.js';
import { decodeDemandActive } from '../../../src/rdp/session/demand-active.js';
import { decodeShareControl } from '../../../src/rdp/session/share-control.js';
import { MAX_BITMAP_CACHE_PIXELS } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { anySet } from '../session/capability-arbitraries.js';
import { example } from '../session/support.js';
import {
  confirmActive,
  connectedRelay,
  demandActive,
  desktopSets,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
  userDataTo,
} from './support.js';

function bodyOf(pdu: Uint8Array): Reader {
  const share = decodeShareControl(new Reader(pdu, 'test'));
  if (share.kind !== 'share') throw new Error('a flow PDU');
  return share.body;
}

/** Outputs for a Confirm Active; the target has demanded before. */
function confirm(pdu: Uint8Array, recorded: boolean, demand = demandActive()): readonly RelayOutput[] {
  const relay = connectedRelay(recorded);
  relay.fromTarget(ioFromTarget(LICENCE_ALERT));
  relay.fromTarget(ioFromTarget(demand));
  return relay.fromClient(ioFromClient(pdu));
}

function demand(pdu: Uint8Array, recorded: boolean): readonly RelayOutput[] {
  const relay = connectedRelay(recorded);
  relay.fromTarget(ioFromTarget(LICENCE_ALERT));
  return relay.fromTarget(ioFromTarget(pdu));
}

/** What the target learns of a client with these sets. */
function ofClient(sets: readonly CapabilitySet[]): readonly CapabilitySet[] {
  return decodeConfirmActive(bodyOf(userDataTo('target', confirm(confirmActive(sets), true)))).capabilitySets;
}

/** What the client learns of a target with these sets. */
function ofTarget(sets: readonly CapabilitySet[]): readonly CapabilitySet[] {
  const pdu = demandActive([...desktopSets(800, 600), ...sets]);
  return decodeDemandActive(bodyOf(userDataTo('client', demand(pdu, true)))).capabilitySets.slice(
    desktopSets(800, 600).length,
  );
}

const BOTH = [
  ['of the client', ofClient],
  ['of the target', ofTarget],
] as const;

const general: CapabilitySet = {
  kind: 'general',
  osMajorType: 1,
  osMinorType: 3,
  protocolVersion: 0x200,
  compressionTypes: 0,
  extraFlags: 0x041d,
  updateCapabilityFlag: 0,
  remoteUnshareFlag: 0,
  compressionLevel: 0,
  refreshRectSupport: 1,
  suppressOutputSupport: 1,
};

const order: CapabilitySet = {
  kind: 'order',
  terminalDescriptor: new Uint8Array(16),
  desktopSaveXGranularity: 1,
  desktopSaveYGranularity: 20,
  maximumOrderLevel: 1,
  numberFonts: 0,
  orderFlags: 0xffff,
  orderSupport: new Uint8Array(32).fill(1),
  textFlags: 0,
  orderSupportExFlags: 0xffff,
  desktopSaveSize: 230_400,
  textAnsiCodePage: 0,
};

const input: CapabilitySet = {
  kind: 'input',
  inputFlags: INPUT_FLAG_SCANCODES | INPUT_FLAG_MOUSE_RELATIVE,
  keyboardLayout: 0,
  keyboardType: 4,
  keyboardSubType: 0,
  keyboardFunctionKey: 12,
  imeFileName: new Uint8Array(64),
};

/** [MS-RDPBCGR] 2.2.7.2.10.1.1. */
const GUIDS_OF: { readonly [Codec in SurfaceCodec]: readonly string[] } = {
  none: [],
  nscodec: ['ca8d1bb9-000f-154f-589f-ae2d1a87e2d6'],
  remotefx: ['76772f12-bd72-4463-afb3-b73c9c6f7886', '2744ccd4-9d8a-4e74-803c-0ecbeea19c54'],
};

describe.each(BOTH)('[invariant 2] in a recorded session the capabilities %s', (_, shaped) => {
  it('say that output cannot be suppressed: a client could blank the recording', () => {
    expect(findCapability(shaped([general]), 'general')).toEqual({ ...general, suppressOutputSupport: 0 });
  });

  it('have no drawing orders but those that the recorder decodes', () => {
    const set = findCapability(shaped([order]), 'order');
    const decoded = new Set<number>(Object.values(DRAWING_ORDERS));
    expect(decoded.size).toBeGreaterThan(0);
    expect([...(set?.orderSupport ?? [])]).toEqual(
      Array.from({ length: 32 }, (_, index) => Number(decoded.has(index))),
    );
    const known = [NEGOTIATEORDERSUPPORT, ZEROBOUNDSDELTASSUPPORT, COLORINDEXSUPPORT, SOLIDPATTERNBRUSHONLY];
    expect(set?.orderFlags).toBe(known.reduce((sum, flag) => sum | flag, ORDERFLAGS_EXTRA_FLAGS));
    const exFlags = ORDERFLAGS_EX_CACHE_BITMAP_REV3_SUPPORT | ORDERFLAGS_EX_ALTSEC_FRAME_MARKER_SUPPORT;
    expect(set).toMatchObject({ orderSupportExFlags: exFlags, desktopSaveSize: 0 });
  });

  it('claim no order that was not claimed', () => {
    const none = {
      ...order,
      orderFlags: NEGOTIATEORDERSUPPORT,
      orderSupport: new Uint8Array(32),
      orderSupportExFlags: 0,
    };
    expect(findCapability(shaped([none]), 'order')).toEqual({ ...none, desktopSaveSize: 0 });
  });

  it('name only codecs that the recorder decodes', () => {
    const unknown = '00112233-4455-6677-8899-aabbccddeeff';
    const guids = [...Object.values(CodecGuid), unknown];
    const codecs = guids.map((codecGuid, codecId) => ({ codecGuid, codecId, codecProperties: new Uint8Array(4) }));
    const left = findCapability(shaped([{ kind: 'bitmap-codecs', codecs }]), 'bitmap-codecs')?.codecs ?? [];
    const decoded = SURFACE_CODECS.flatMap((codec) => GUIDS_OF[codec]);
    expect(left.map(({ codecGuid }) => codecGuid).toSorted()).toEqual(decoded.toSorted());
  });

  it('have no compression of channels', () => {
    const set = findCapability(shaped([{ kind: 'virtual-channel', flags: VCCAPS_COMPR_CS_8K }]), 'virtual-channel');
    expect(set?.flags).toBe(VCCAPS_NO_COMPR);
  });

  it('have no relative mouse input', () => {
    expect(findCapability(shaped([input]), 'input')).toEqual({ ...input, inputFlags: INPUT_FLAG_SCANCODES });
  });

  it('leave out what draws by means that are not decoded, and what nobody knows', () => {
    const withheld: CapabilitySet[] = [
      { kind: 'draw-ninegrid', drawNineGridSupportLevel: 2, drawNineGridCacheSize: 0, drawNineGridCacheEntries: 0 },
      {
        kind: 'draw-gdiplus',
        drawGdiPlusSupportLevel: 1,
        gdipVersion: 1,
        drawGdiPlusCacheLevel: 1,
        gdipCacheParameters: new Uint8Array(24),
      },
      { kind: 'rail', railSupportLevel: 1 },
      { kind: 'window', wndSupportLevel: 1, numIconCaches: 1, numIconCacheEntries: 1 },
      { kind: 'desktop-composition', compDeskSupportLevel: 1 },
      { kind: 'bitmap-cache-host-support', cacheVersion: 1 },
      { kind: 'unknown', type: 0x1f, data: Uint8Array.of(1, 2) },
    ];
    expect(shaped(withheld)).toEqual([]);
  });

  it('are an allow-list: whatever the sets, no others than these come through', () => {
    const allowed = new Set<CapabilityKind>([
      'general',
      'bitmap',
      'order',
      'bitmap-cache',
      'bitmap-cache-rev2',
      'control',
      'activation',
      'pointer',
      'share',
      'color-cache',
      'sound',
      'input',
      'font',
      'brush',
      'glyph-cache',
      'offscreen-cache',
      'virtual-channel',
      'multifragment-update',
      'large-pointer',
      'surface-commands',
      'bitmap-codecs',
      'frame-acknowledge',
    ]);
    const sets = fc.array(
      anySet.filter(({ kind }) => kind !== 'bitmap'),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(sets, (given) => {
        for (const { kind } of shaped(given)) expect(allowed).toContain(kind);
      }),
    );
  });
});

describe('[invariant 2] a recorded client', () => {
  it('offers no persistent bitmap cache: its pictures are in no trace of this session', () => {
    const cells = Array.from({ length: 5 }, () => ({ numEntries: 50, persistent: true }));
    const cacheFlags = PERSISTENT_KEYS_EXPECTED_FLAG | 2;
    const [set] = ofClient([{ kind: 'bitmap-cache-rev2', cacheFlags, numCellCaches: 5, cells }]);
    const expected = cells.map((cell) => ({ ...cell, persistent: false }));
    expect(set).toMatchObject({ cacheFlags: 2, numCellCaches: 5, cells: expected });
  });

  it('offers no offscreen bitmaps', () => {
    const sets = ofClient([
      { kind: 'offscreen-cache', offscreenSupportLevel: 1, offscreenCacheSize: 7680, offscreenCacheEntries: 100 },
    ]);
    expect(findCapability(sets, 'offscreen-cache')).toMatchObject({
      offscreenSupportLevel: 0,
      offscreenCacheSize: 0,
      offscreenCacheEntries: 0,
    });
  });

  it('offers glyphs and brushes as far as they are decoded', () => {
    const glyphCache = Array.from({ length: 10 }, () => ({ cacheEntries: 254, cacheMaximumCellSize: 4 }));
    const sets = ofClient([
      { kind: 'glyph-cache', glyphCache, fragCache: 0x0100_0100, glyphSupportLevel: 9 },
      { kind: 'brush', brushSupportLevel: BRUSH_COLOR_FULL },
    ]);
    expect(findCapability(sets, 'glyph-cache')).toMatchObject({ glyphCache, glyphSupportLevel: GLYPH_SUPPORT_ENCODE });
    expect(findCapability(sets, 'brush')?.brushSupportLevel).toBe(BRUSH_COLOR_8X8);
  });

  it('offers bitmap caches that the recorder can keep', () => {
    const cells = Array.from({ length: 5 }, () => ({ numEntries: 0x7fff_ffff, persistent: false }));
    const caches = [8, 256, 12_288].map((cacheMaximumCellSize) => ({ cacheEntries: 0xffff, cacheMaximumCellSize }));
    const sets = ofClient([
      { kind: 'bitmap-cache-rev2', cacheFlags: 2, numCellCaches: 5, cells },
      { kind: 'bitmap-cache', caches },
    ]);
    findCapability(sets, 'bitmap-cache-rev2')?.cells.forEach(({ numEntries }, index) => {
      expect(numEntries * (16 << index) ** 2).toBe(MAX_BITMAP_CACHE_PIXELS);
    });
    const entries = findCapability(sets, 'bitmap-cache')?.caches.map(({ cacheEntries }) => cacheEntries);
    expect(entries).toEqual([0xffff, 16_384, 341]);
  });

  it('tells the recorder which caches it offered', () => {
    const glyphCache = Array.from({ length: 10 }, (_, index) => ({
      cacheEntries: 10 + index,
      cacheMaximumCellSize: 4,
    }));
    const cells = [600, 700, 800, 0, 0].map((numEntries) => ({ numEntries, persistent: false }));
    const caches = [100, 1000, 200].map((cacheEntries) => ({ cacheEntries, cacheMaximumCellSize: 256 }));
    const cachesOf = (sets: readonly CapabilitySet[]): unknown => {
      const [first] = confirm(confirmActive(sets), true);
      return first?.type === 'activation' ? first.activation.orderCaches : undefined;
    };
    const announced: CapabilitySet[] = [
      { kind: 'bitmap-cache-rev2', cacheFlags: 0, numCellCaches: 2, cells },
      { kind: 'bitmap-cache', caches },
      { kind: 'glyph-cache', glyphCache, fragCache: 0x0100_0100, glyphSupportLevel: 3 },
      { kind: 'brush', brushSupportLevel: BRUSH_COLOR_8X8 },
    ];
    const glyphs = Array.from({ length: 10 }, (_, index) => 10 + index);
    expect(cachesOf(announced)).toEqual({ bitmaps: [600, 1000, 200], glyphs, brushes: true });
    expect(cachesOf([])).toEqual({ bitmaps: [], glyphs: [], brushes: false });
    const none: CapabilitySet = { kind: 'glyph-cache', glyphCache, fragCache: 0, glyphSupportLevel: 0 };
    expect(cachesOf([none])).toEqual({ bitmaps: [], glyphs: [], brushes: false });
  });

  it('begins the picture with what the target demanded and the client confirmed', () => {
    const pointer = { kind: 'pointer', colorPointerFlag: 1, colorPointerCacheSize: 20, pointerCacheSize: 21 } as const;
    const outputs = confirm(confirmActive([pointer]), true, demandActive(desktopSets(1600, 900)));
    expect(outputs[0]).toMatchObject({
      type: 'activation',
      activation: {
        desktopWidth: 1600,
        desktopHeight: 900,
        colorDepth: 32,
        colorPointerCacheSize: 20,
        pointerCacheSize: 21,
        compression: true,
      },
    });
    expect(outputs.map(({ type }) => type)).toEqual(['activation', 'send']);
  });
});

describe('the capability exchange of Microsoft’s own client and server', () => {
  it('is the same set by set in a recorded session but for the edits', () => {
    const sets = decodeDemandActive(bodyOf(example('demand-active'))).capabilitySets;
    const shaped = decodeDemandActive(
      bodyOf(userDataTo('client', demand(example('demand-active'), true))),
    ).capabilitySets;
    const edited = new Set(['general', 'order', 'virtual-channel', 'input', 'bitmap-codecs']);
    const untouched = (all: readonly CapabilitySet[]) => all.filter(({ kind }) => !edited.has(kind));
    expect(untouched(shaped)).toEqual(untouched(sets).filter(({ kind }) => shaped.some((set) => set.kind === kind)));
    expect(findCapability(sets, 'rail')).toBeDefined();
    expect(findCapability(shaped, 'rail')).toBeUndefined();
  });

  it('passes in an unrecorded session but for the compression of channels, whose messages are looked into', () => {
    const uncompressed = (sets: readonly CapabilitySet[]) =>
      sets.map((set) => (set.kind === 'virtual-channel' ? { ...set, flags: VCCAPS_NO_COMPR } : set));
    const sent = decodeDemandActive(bodyOf(example('demand-active'))).capabilitySets;
    const shown = bodyOf(userDataTo('client', demand(example('demand-active'), false)));
    expect(decodeDemandActive(shown).capabilitySets).toEqual(uncompressed(sent));
    const answered = decodeConfirmActive(bodyOf(example('confirm-active'))).capabilitySets;
    const passed = bodyOf(userDataTo('target', confirm(example('confirm-active'), false)));
    expect(decodeConfirmActive(passed).capabilitySets).toEqual(uncompressed(answered));
  });
});
