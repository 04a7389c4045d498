/** Arbitrary capability sets for property tests. */
import fc from 'fast-check';
import type { CapabilitySet } from '../../../src/rdp/session/capabilities/capability-sets.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const sized = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const caches = (count: number) =>
  fc.array(fc.record({ cacheEntries: u16, cacheMaximumCellSize: u16 }), { minLength: count, maxLength: count });
const kind = <K extends string>(name: K) => fc.constant(name);
const guid = sized(16).map((bytes) => {
  const text = Buffer.from(bytes).toString('hex');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
});
const cell = fc.record({ numEntries: fc.integer({ min: 0, max: 0x7fff_ffff }), persistent: fc.boolean() });

/** Any set that is decoded to its fields. */
export const anyKnownSet: fc.Arbitrary<CapabilitySet> = fc.oneof(
  fc.record({
    kind: kind('general'),
    osMajorType: u16,
    osMinorType: u16,
    protocolVersion: u16,
    compressionTypes: u16,
    extraFlags: u16,
    updateCapabilityFlag: u16,
    remoteUnshareFlag: u16,
    compressionLevel: u16,
    refreshRectSupport: u8,
    suppressOutputSupport: u8,
  }),
  fc.record({
    kind: kind('bitmap'),
    preferredBitsPerPixel: u16,
    receive1BitPerPixel: u16,
    receive4BitsPerPixel: u16,
    receive8BitsPerPixel: u16,
    desktopWidth: u16,
    desktopHeight: u16,
    desktopResizeFlag: u16,
    bitmapCompressionFlag: u16,
    highColorFlags: u8,
    drawingFlags: u8,
    multipleRectangleSupport: u16,
  }),
  fc.record({
    kind: kind('order'),
    terminalDescriptor: sized(16),
    desktopSaveXGranularity: u16,
    desktopSaveYGranularity: u16,
    maximumOrderLevel: u16,
    numberFonts: u16,
    orderFlags: u16,
    orderSupport: sized(32),
    textFlags: u16,
    orderSupportExFlags: u16,
    desktopSaveSize: u32,
    textAnsiCodePage: u16,
  }),
  fc.record({ kind: kind('bitmap-cache'), caches: caches(3) }),
  fc.record({
    kind: kind('control'),
    controlFlags: u16,
    remoteDetachFlag: u16,
    controlInterest: u16,
    detachInterest: u16,
  }),
  fc.record({
    kind: kind('activation'),
    helpKeyFlag: u16,
    helpKeyIndexFlag: u16,
    helpExtendedKeyFlag: u16,
    windowManagerKeyFlag: u16,
  }),
  fc.record(
    { kind: kind('pointer'), colorPointerFlag: u16, colorPointerCacheSize: u16, pointerCacheSize: u16 },
    { requiredKeys: ['kind', 'colorPointerFlag', 'colorPointerCacheSize'] },
  ),
  fc.record({ kind: kind('share'), nodeId: u16 }),
  fc.record({ kind: kind('color-cache'), colorTableCacheSize: u16 }),
  fc.record({ kind: kind('sound'), soundFlags: u16 }),
  fc.record({
    kind: kind('input'),
    inputFlags: u16,
    keyboardLayout: u32,
    keyboardType: u32,
    keyboardSubType: u32,
    keyboardFunctionKey: u32,
    imeFileName: sized(64),
  }),
  fc.record({ kind: kind('font'), fontSupportFlags: u16 }, { requiredKeys: ['kind'] }),
  fc.record({ kind: kind('brush'), brushSupportLevel: u32 }),
  fc.record({ kind: kind('glyph-cache'), glyphCache: caches(10), fragCache: u32, glyphSupportLevel: u16 }),
  fc.record({
    kind: kind('offscreen-cache'),
    offscreenSupportLevel: u32,
    offscreenCacheSize: u16,
    offscreenCacheEntries: u16,
  }),
  fc.record({ kind: kind('bitmap-cache-host-support'), cacheVersion: u8 }),
  fc.record({
    kind: kind('bitmap-cache-rev2'),
    cacheFlags: u16,
    numCellCaches: u8,
    cells: fc.array(cell, { minLength: 5, maxLength: 5 }),
  }),
  fc.record({ kind: kind('virtual-channel'), flags: u32, vcChunkSize: u32 }, { requiredKeys: ['kind', 'flags'] }),
  fc.record({
    kind: kind('draw-ninegrid'),
    drawNineGridSupportLevel: u32,
    drawNineGridCacheSize: u16,
    drawNineGridCacheEntries: u16,
  }),
  fc.record({
    kind: kind('draw-gdiplus'),
    drawGdiPlusSupportLevel: u32,
    gdipVersion: u32,
    drawGdiPlusCacheLevel: u32,
    gdipCacheParameters: sized(24),
  }),
  fc.record({ kind: kind('rail'), railSupportLevel: u32 }),
  fc.record({ kind: kind('window'), wndSupportLevel: u32, numIconCaches: u8, numIconCacheEntries: u16 }),
  fc.record({ kind: kind('desktop-composition'), compDeskSupportLevel: u16 }),
  fc.record({ kind: kind('multifragment-update'), maxRequestSize: u32 }),
  fc.record({ kind: kind('large-pointer'), largePointerSupportFlags: u16 }),
  fc.record({ kind: kind('surface-commands'), cmdFlags: u32 }),
  fc.record({
    kind: kind('bitmap-codecs'),
    codecs: fc.array(fc.record({ codecGuid: guid, codecId: u8, codecProperties: fc.uint8Array({ maxLength: 60 }) }), {
      maxLength: 6,
    }),
  }),
  fc.record({ kind: kind('frame-acknowledge'), maxUnacknowledgedFrameCount: u32 }),
);

/** Any set. */
export const anySet: fc.Arbitrary<CapabilitySet> = fc.oneof(
  { weight: 9, arbitrary: anyKnownSet },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('unknown'),
      type: fc.integer({ min: 0x1f, max: 0xffff }),
      data: fc.uint8Array({ maxLength: 40 }),
    }),
  },
);
