/** Graphics PDUs, [MS-RDPEGFX] 2.2.2, of both sides. A command that is not known here is kept as it came. */
import { Reader } from '../wire/reader.js';
import { encodeGfxFrame, GfxCommand, type GfxFrame } from './gfx-header.js';
import { decodeCacheImportOffer, encodeCacheImportOffer, type CacheImportOffer } from './cache-import-offer.js';
import { decodeCacheImportReply, encodeCacheImportReply, type CacheImportReply } from './cache-import-reply.js';
import { decodeCacheToSurface, encodeCacheToSurface, type CacheToSurface } from './cache-to-surface.js';
import { decodeCapsAdvertise, encodeCapsAdvertise, type CapsAdvertise } from './caps-advertise.js';
import { decodeCapsConfirm, encodeCapsConfirm, type CapsConfirm } from './caps-confirm.js';
import { decodeCreateSurface, encodeCreateSurface, type CreateSurface } from './create-surface.js';
import {
  decodeDeleteEncodingContext,
  encodeDeleteEncodingContext,
  type DeleteEncodingContext,
} from './delete-encoding-context.js';
import { decodeDeleteSurface, encodeDeleteSurface, type DeleteSurface } from './delete-surface.js';
import { decodeEndFrame, encodeEndFrame, type EndFrame } from './end-frame.js';
import { decodeEvictCacheEntry, encodeEvictCacheEntry, type EvictCacheEntry } from './evict-cache-entry.js';
import { decodeGfxFrameAcknowledge, encodeGfxFrameAcknowledge, type GfxFrameAcknowledge } from './frame-acknowledge.js';
import {
  decodeMapSurfaceToOutput,
  encodeMapSurfaceToOutput,
  type MapSurfaceToOutput,
} from './map-surface-to-output.js';
import {
  decodeMapSurfaceToScaledOutput,
  encodeMapSurfaceToScaledOutput,
  type MapSurfaceToScaledOutput,
} from './map-surface-to-scaled-output.js';
import {
  decodeMapSurfaceToScaledWindow,
  encodeMapSurfaceToScaledWindow,
  type MapSurfaceToScaledWindow,
} from './map-surface-to-scaled-window.js';
import {
  decodeMapSurfaceToWindow,
  encodeMapSurfaceToWindow,
  type MapSurfaceToWindow,
} from './map-surface-to-window.js';
import {
  decodeQoeFrameAcknowledge,
  encodeQoeFrameAcknowledge,
  type QoeFrameAcknowledge,
} from './qoe-frame-acknowledge.js';
import { decodeResetGraphics, encodeResetGraphics, type ResetGraphics } from './reset-graphics.js';
import { decodeSolidFill, encodeSolidFill, type SolidFill } from './solid-fill.js';
import { decodeStartFrame, encodeStartFrame, type StartFrame } from './start-frame.js';
import { decodeSurfaceToCache, encodeSurfaceToCache, type SurfaceToCache } from './surface-to-cache.js';
import { decodeSurfaceToSurface, encodeSurfaceToSurface, type SurfaceToSurface } from './surface-to-surface.js';
import { decodeWireToSurface1, encodeWireToSurface1, type WireToSurface1 } from './wire-to-surface-1.js';
import { decodeWireToSurface2, encodeWireToSurface2, type WireToSurface2 } from './wire-to-surface-2.js';

/** What each command holds. */
interface GfxBodies {
  readonly wireToSurface1: WireToSurface1;
  readonly wireToSurface2: WireToSurface2;
  readonly deleteEncodingContext: DeleteEncodingContext;
  readonly solidFill: SolidFill;
  readonly surfaceToSurface: SurfaceToSurface;
  readonly surfaceToCache: SurfaceToCache;
  readonly cacheToSurface: CacheToSurface;
  readonly evictCacheEntry: EvictCacheEntry;
  readonly createSurface: CreateSurface;
  readonly deleteSurface: DeleteSurface;
  readonly startFrame: StartFrame;
  readonly endFrame: EndFrame;
  readonly frameAcknowledge: GfxFrameAcknowledge;
  readonly resetGraphics: ResetGraphics;
  readonly mapSurfaceToOutput: MapSurfaceToOutput;
  readonly cacheImportOffer: CacheImportOffer;
  readonly cacheImportReply: CacheImportReply;
  readonly capsAdvertise: CapsAdvertise;
  readonly capsConfirm: CapsConfirm;
  readonly mapSurfaceToWindow: MapSurfaceToWindow;
  readonly qoeFrameAcknowledge: QoeFrameAcknowledge;
  readonly mapSurfaceToScaledOutput: MapSurfaceToScaledOutput;
  readonly mapSurfaceToScaledWindow: MapSurfaceToScaledWindow;
}
export type GfxKind = keyof GfxBodies;

type Known = { [K in GfxKind]: { readonly kind: K } & GfxBodies[K] }[GfxKind];

export type GfxPdu =
  Known | { readonly kind: 'unknown'; readonly cmdId: number; readonly flags: number; readonly body: Uint8Array };

export type GfxPduOf<K extends GfxKind> = { readonly kind: K } & GfxBodies[K];

interface Codec<Body> {
  readonly decode: (reader: Reader) => Body;
  readonly encode: (body: Body) => Uint8Array;
}

const CODECS: { readonly [K in GfxKind]: Codec<GfxBodies[K]> } = {
  wireToSurface1: { decode: decodeWireToSurface1, encode: encodeWireToSurface1 },
  wireToSurface2: { decode: decodeWireToSurface2, encode: encodeWireToSurface2 },
  deleteEncodingContext: { decode: decodeDeleteEncodingContext, encode: encodeDeleteEncodingContext },
  solidFill: { decode: decodeSolidFill, encode: encodeSolidFill },
  surfaceToSurface: { decode: decodeSurfaceToSurface, encode: encodeSurfaceToSurface },
  surfaceToCache: { decode: decodeSurfaceToCache, encode: encodeSurfaceToCache },
  cacheToSurface: { decode: decodeCacheToSurface, encode: encodeCacheToSurface },
  evictCacheEntry: { decode: decodeEvictCacheEntry, encode: encodeEvictCacheEntry },
  createSurface: { decode: decodeCreateSurface, encode: encodeCreateSurface },
  deleteSurface: { decode: decodeDeleteSurface, encode: encodeDeleteSurface },
  startFrame: { decode: decodeStartFrame, encode: encodeStartFrame },
  endFrame: { decode: decodeEndFrame, encode: encodeEndFrame },
  frameAcknowledge: { decode: decodeGfxFrameAcknowledge, encode: encodeGfxFrameAcknowledge },
  resetGraphics: { decode: decodeResetGraphics, encode: encodeResetGraphics },
  mapSurfaceToOutput: { decode: decodeMapSurfaceToOutput, encode: encodeMapSurfaceToOutput },
  cacheImportOffer: { decode: decodeCacheImportOffer, encode: encodeCacheImportOffer },
  cacheImportReply: { decode: decodeCacheImportReply, encode: encodeCacheImportReply },
  capsAdvertise: { decode: decodeCapsAdvertise, encode: encodeCapsAdvertise },
  capsConfirm: { decode: decodeCapsConfirm, encode: encodeCapsConfirm },
  mapSurfaceToWindow: { decode: decodeMapSurfaceToWindow, encode: encodeMapSurfaceToWindow },
  qoeFrameAcknowledge: { decode: decodeQoeFrameAcknowledge, encode: encodeQoeFrameAcknowledge },
  mapSurfaceToScaledOutput: { decode: decodeMapSurfaceToScaledOutput, encode: encodeMapSurfaceToScaledOutput },
  mapSurfaceToScaledWindow: { decode: decodeMapSurfaceToScaledWindow, encode: encodeMapSurfaceToScaledWindow },
};

const KINDS = new Map<number, GfxKind>(
  // The keys of GfxCommand are those of GfxBodies, which the type of CODECS proves.
  Object.entries(GfxCommand).map(([kind, cmdId]) => [cmdId, kind as GfxKind]),
);

/** The name of a command, for what is said of a PDU; null for one that is not known. */
export function gfxKind(cmdId: number): GfxKind | null {
  return KINDS.get(cmdId) ?? null;
}

/** Decodes a PDU; a body that is longer than what it holds is one too. Throws DecodeError. */
export function decodeGfxPdu(frame: GfxFrame): GfxPdu {
  const kind = KINDS.get(frame.cmdId);
  if (kind === undefined) return { kind: 'unknown', cmdId: frame.cmdId, flags: frame.flags, body: frame.body };
  const body = CODECS[kind].decode(new Reader(frame.body, kind));
  // Each kind goes with its own body, which the compiler cannot follow through the table.
  return { kind, ...body } as GfxPdu;
}

/** Encodes a PDU with its header. */
export function encodeGfxPdu(pdu: GfxPdu): Uint8Array {
  if (pdu.kind === 'unknown') return encodeGfxFrame(pdu.cmdId, pdu.body, pdu.flags);
  const encode = CODECS[pdu.kind].encode as (body: GfxPdu) => Uint8Array;
  return encodeGfxFrame(GfxCommand[pdu.kind], encode(pdu));
}
