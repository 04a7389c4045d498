/** Arbitrary graphics PDUs. */
import fc from 'fast-check';
import { GfxVersion, type GfxCapabilitySet } from '../../../src/rdp/gfx/gfx-capability-set.js';
import type { GfxKind, GfxPdu, GfxPduOf } from '../../../src/rdp/gfx/gfx-pdu.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const i16 = fc.integer({ min: -0x8000, max: 0x7fff });
const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const bytes = fc.uint8Array({ maxLength: 24 });
const rect = fc.record({ left: u16, top: u16, right: u16, bottom: u16 });
const points = fc.array(fc.record({ x: i16, y: i16 }), { maxLength: 3 });
const monitor = fc.record({ left: i32, top: i32, right: i32, bottom: i32, flags: u32 });

export const gfxCapabilitySet: fc.Arbitrary<GfxCapabilitySet> = fc.oneof(
  fc.record({
    kind: fc.constant('flags' as const),
    version: fc.constantFrom(...Object.values(GfxVersion)),
    flags: u32,
  }),
  fc.constant({ kind: 'version-101' as const }),
  fc.record({ kind: fc.constant('unknown' as const), version: fc.integer({ min: 0, max: 0x7_ffff }), capsData: bytes }),
);

const capsSets = fc.array(gfxCapabilitySet, { maxLength: 4 });

const of: {
  readonly [K in GfxKind]: { readonly [F in keyof Omit<GfxPduOf<K>, 'kind'>]: fc.Arbitrary<GfxPduOf<K>[F]> };
} = {
  wireToSurface1: { surfaceId: u16, codecId: u16, pixelFormat: u8, destRect: rect, bitmapData: bytes },
  wireToSurface2: { surfaceId: u16, codecId: u16, codecContextId: u32, pixelFormat: u8, bitmapData: bytes },
  deleteEncodingContext: { surfaceId: u16, codecContextId: u32 },
  solidFill: { surfaceId: u16, fillPixel: u32, fillRects: fc.array(rect, { maxLength: 3 }) },
  surfaceToSurface: { surfaceIdSrc: u16, surfaceIdDest: u16, rectSrc: rect, destPts: points },
  surfaceToCache: { surfaceId: u16, cacheKey: u64, cacheSlot: u16, rectSrc: rect },
  cacheToSurface: { cacheSlot: u16, surfaceId: u16, destPts: points },
  evictCacheEntry: { cacheSlot: u16 },
  createSurface: { surfaceId: u16, width: u16, height: u16, pixelFormat: u8 },
  deleteSurface: { surfaceId: u16 },
  startFrame: { timestamp: u32, frameId: u32 },
  endFrame: { frameId: u32 },
  frameAcknowledge: { queueDepth: u32, frameId: u32, totalFramesDecoded: u32 },
  resetGraphics: { width: u32, height: u32, monitors: fc.array(monitor, { maxLength: 16 }) },
  mapSurfaceToOutput: { surfaceId: u16, outputOriginX: u32, outputOriginY: u32 },
  cacheImportOffer: { cacheEntries: fc.array(fc.record({ cacheKey: u64, bitmapLength: u32 }), { maxLength: 3 }) },
  cacheImportReply: { cacheSlots: fc.array(u16, { maxLength: 3 }) },
  capsAdvertise: { capsSets },
  capsConfirm: { capsSet: gfxCapabilitySet },
  mapSurfaceToWindow: { surfaceId: u16, windowId: u64, mappedWidth: u32, mappedHeight: u32 },
  qoeFrameAcknowledge: { frameId: u32, timestamp: u32, timeDiffSE: u16, timeDiffEDR: u16 },
  mapSurfaceToScaledOutput: {
    surfaceId: u16,
    outputOriginX: u32,
    outputOriginY: u32,
    targetWidth: u32,
    targetHeight: u32,
  },
  mapSurfaceToScaledWindow: {
    surfaceId: u16,
    windowId: u64,
    mappedWidth: u32,
    mappedHeight: u32,
    targetWidth: u32,
    targetHeight: u32,
  },
};

export const gfxKinds = Object.keys(of) as GfxKind[];

/** PDUs of one kind. */
export function gfxPduOf(kind: GfxKind): fc.Arbitrary<GfxPdu> {
  // The table pairs each kind with the fields of its own PDU.
  const fields: { readonly [field: string]: fc.Arbitrary<unknown> } = { kind: fc.constant(kind), ...of[kind] };
  return fc.record(fields) as unknown as fc.Arbitrary<GfxPdu>;
}

/** PDUs of all kinds, and of none that is known. */
export const gfxPdu: fc.Arbitrary<GfxPdu> = fc.oneof(
  ...gfxKinds.map(gfxPduOf),
  fc.record({
    kind: fc.constant('unknown' as const),
    cmdId: fc.integer({ min: 0x19, max: 0xffff }),
    flags: u16,
    body: bytes,
  }),
);
