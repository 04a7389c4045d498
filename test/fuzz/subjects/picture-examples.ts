/** Records as targets cause them, for the picture: with every codec, cache and form of update. */
import { GfxCodecId, PIXEL_FORMAT_ARGB_8888 } from '../../../src/rdp/gfx/gfx-types.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { PduType2, PACKET_AT_FRONT, PACKET_COMPRESSED, PACKET_FLUSHED } from '../../../src/rdp/session/share-data.js';
import { TraceRecordKind, type TraceRecord } from '../../../src/contract/trace.js';
import { FastPathUpdateCode } from '../../../src/rdp/updates/fast-path-output.js';
import { encodePaletteUpdate } from '../../../src/rdp/updates/palette-update.js';
import { decodeColorPointer, decodeLargePointer, decodeNewPointer } from '../../../src/rdp/updates/pointer-shape.js';
import {
  encodeFastPathPointerUpdate,
  encodePointerUpdate,
  type PointerUpdate,
} from '../../../src/rdp/updates/pointer-updates.js';
import { encodeBitmapUpdate, NO_BITMAP_COMPRESSION_HDR } from '../../../src/rdp/updates/bitmap-update.js';
import { splitUpdate } from '../../../src/rdp/updates/update-fragments.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import * as gfx from '../../recorder/gfx/support.js';
import * as records from '../../recorder/picture/records.js';
import { fixture, fixtureIndex } from '../../helpers/fixture-files.js';
import { ORDER_UPDATES } from './orders.js';

export type Stream = readonly Uint8Array[];

const COMPRESSED = 1 | NO_BITMAP_COMPRESSION_HDR;

function input({ kind, payload }: TraceRecord): Uint8Array {
  const bytes = new Uint8Array(1 + payload.length);
  // The picture's subject counts the kinds in the order of the table.
  bytes[0] = Object.values(TraceRecordKind).indexOf(kind);
  bytes.set(payload, 1);
  return bytes;
}

const inputs = (...list: readonly TraceRecord[]): Stream => list.map(input);

/** An activation: sizes, depth 32, caches of 20 pointers, compression and order caches. */
export function activationInput(width: number, height: number): Uint8Array {
  const fields = new Writer().u16(width).u16(height).u16(4).u16(20).u16(21).u16(3).u16(600).u16(300).u16(100).finish();
  return input({ kind: TraceRecordKind.activation, timeMs: 0, payload: fields });
}

const rle16 = fixture('bitmap-codecs/libfreerdp/rle_001.cmp');
const planar = fixture('bitmap-codecs/ironrdp/planar-64x64_aycocg_rle.bin');
const remoteFx = fixture('surface-codecs/libfreerdp/rfx_145.cmp');
const nscodec = fixture('surface-codecs/libfreerdp/nsc_123.cmp');

function pointerUpdates(): PointerUpdate[] {
  const read = <T>(decode: (reader: Reader) => T, name: string): T =>
    decode(new Reader(fixture(`pointers/${name}.bin`), name));
  return [
    { kind: 'color', shape: read(decodeColorPointer, 'color_pointer_24bpp') },
    { kind: 'new', shape: read(decodeNewPointer, 'new_pointer_32bpp') },
    { kind: 'large', shape: read(decodeLargePointer, 'large_pointer_32bpp') },
    { kind: 'cached', cacheIndex: 0 },
    { kind: 'position', xPos: 30, yPos: 40 },
    { kind: 'hidden' },
    { kind: 'default' },
  ];
}

/** In as many fast-path PDUs as it takes. */
function fastPathPointer(update: PointerUpdate): TraceRecord[] {
  const { updateCode, data } = encodeFastPathPointerUpdate(update);
  return splitUpdate(updateCode, data).map((fragment) => records.fastPath(fragment));
}

function slowPathPointer(update: PointerUpdate): TraceRecord {
  return records.shareData(PduType2.pointer, encodePointerUpdate(update));
}

function compressed(): Stream {
  const update = encodeBitmapUpdate([records.solid(0, 0, 4, 4, 0x40_2010)]);
  const first = PACKET_COMPRESSED | PACKET_AT_FRONT | PACKET_FLUSHED;
  const literals = records.literals(update);
  const fastPath = (flags: number) => records.fastPath(records.single(FastPathUpdateCode.bitmap, literals, flags));
  return inputs(
    fastPath(first),
    records.compressedShareData(PduType2.update, literals, PACKET_COMPRESSED),
    fastPath(PACKET_COMPRESSED),
  );
}

/** Updates outside of the graphics pipeline. */
export function updateStreams(): Stream[] {
  const tile = (x: number, y: number) => records.rectangle(x, y, 64, 64, 16, COMPRESSED, rle16);
  const aligned = (x: number, y: number) => records.rectangle(x, y, 64, 64, 32, COMPRESSED, planar);
  const surface = (codecId: number, width: number, height: number, bitmapData: Uint8Array) =>
    records.surfaceBits(10, 20, { bpp: 32, codecId, width, height, bitmapData });
  const palette = encodePaletteUpdate({ paletteEntries: new Uint8Array(768).map((_, at) => at) });
  const pointers = pointerUpdates();
  const fragments = splitUpdate(FastPathUpdateCode.bitmap, encodeBitmapUpdate([tile(0, 0), aligned(64, 0)]), 700);
  return [
    inputs(
      records.bitmaps(tile(0, 0), aligned(64, 0)),
      records.slowBitmaps(tile(600, 440), records.solid(5, 5, 9, 7, 77)),
    ),
    inputs(surface(0, 8, 4, new Uint8Array(128).fill(9)), surface(1, 96, 64, nscodec), surface(3, 64, 64, remoteFx)),
    inputs(records.fastPath(records.single(FastPathUpdateCode.palette, palette)), records.bitmaps(tile(3, 3))),
    inputs(
      ...pointers.flatMap(fastPathPointer),
      ...pointers.filter(({ kind }) => kind !== 'large').map(slowPathPointer),
      records.clientPointer(100, 200),
    ),
    inputs(...fragments.map((fragment) => records.fastPath(fragment)), records.bitmaps(tile(1, 2))),
    compressed(),
    ...ORDER_UPDATES.map((orders) => inputs(records.fastPath(records.single(FastPathUpdateCode.orders, orders)))),
    inputs(
      records.record(TraceRecordKind.tick, new Uint8Array(0)),
      records.record(TraceRecordKind.end, new Uint8Array(0)),
    ),
  ];
}

const SURFACE = 1;
const area = gfx.rect(0, 0, 64, 64);

/** The first stream of a sequence of ClearCodec. */
function clearStream(): { readonly width: number; readonly height: number; readonly data: Uint8Array } {
  type Stream = { readonly width: number; readonly height: number; readonly data: string };
  const first = fixtureIndex<readonly Stream[]>('clearcodec/libfreerdp.json')[0]?.[0];
  if (first === undefined) throw new Error('no stream of ClearCodec');
  return { ...first, data: new Uint8Array(Buffer.from(first.data, 'base64')) };
}

function drawing(): GfxPdu[] {
  const clear = clearStream();
  const progressive = fixture('progressive/libfreerdp/progressive_154.cmp');
  const alpha = {
    ...gfx.bitmap(SURFACE, area, new Uint8Array(64 * 64).fill(0x80), GfxCodecId.alpha),
    pixelFormat: PIXEL_FORMAT_ARGB_8888,
  };
  return [
    gfx.solid(SURFACE, gfx.rect(3, 4, 20, 15), 0x11_2233),
    gfx.bitmap(SURFACE, area, planar, GfxCodecId.planar),
    gfx.bitmap(SURFACE, area, remoteFx, GfxCodecId.cavideo),
    alpha,
    gfx.bitmap(SURFACE, gfx.rect(1, 1, clear.width + 1, clear.height + 1), clear.data, GfxCodecId.clearCodec),
    {
      kind: 'wireToSurface2',
      surfaceId: SURFACE,
      codecId: GfxCodecId.caprogressive,
      codecContextId: 1,
      pixelFormat: 0x20,
      bitmapData: progressive,
    },
    gfx.fill(SURFACE, 0xff_00ff, gfx.rect(0, 0, 30, 30), gfx.rect(10, 10, 90, 90)),
  ];
}

const copying: readonly GfxPdu[] = [
  { kind: 'surfaceToCache', surfaceId: SURFACE, cacheKey: 7n, cacheSlot: 3, rectSrc: gfx.rect(0, 0, 40, 30) },
  {
    kind: 'cacheToSurface',
    cacheSlot: 3,
    surfaceId: SURFACE,
    destPts: [
      { x: 50, y: 60 },
      { x: 1, y: 2 },
    ],
  },
  { kind: 'surfaceToSurface', surfaceIdSrc: SURFACE, surfaceIdDest: SURFACE, rectSrc: area, destPts: [{ x: 8, y: 8 }] },
  { kind: 'evictCacheEntry', cacheSlot: 3 },
  { kind: 'deleteEncodingContext', surfaceId: SURFACE, codecContextId: 1 },
];

const beginning: readonly GfxPdu[] = [
  gfx.CONFIRM,
  {
    kind: 'resetGraphics',
    width: 640,
    height: 480,
    monitors: [{ left: 0, top: 0, right: 639, bottom: 479, flags: 1 }],
  },
  gfx.surface(SURFACE, 640, 480),
  gfx.map(SURFACE),
];

const mapping: readonly GfxPdu[] = [
  gfx.surface(2, 100, 80),
  {
    kind: 'mapSurfaceToScaledOutput',
    surfaceId: 2,
    outputOriginX: 5,
    outputOriginY: 6,
    targetWidth: 200,
    targetHeight: 90,
  },
  gfx.fill(2, 0x33_cc33, gfx.rect(0, 0, 100, 80)),
  { kind: 'mapSurfaceToWindow', surfaceId: 2, windowId: 9n, mappedWidth: 50, mappedHeight: 40 },
  { kind: 'deleteSurface', surfaceId: 2 },
];

/** The graphics channel, as it is on the wire. */
export function graphicsStreams(): Stream[] {
  const frames = [...drawing(), ...copying, ...mapping].map((pdu) => gfx.message(gfx.START, pdu, gfx.END));
  return [inputs(gfx.CREATE, ...gfx.message(...beginning), ...frames.flat())];
}

/** One PDU in each record, and without one of the many: an input that is refused early spoils little. */
export function messageStreams(): Stream[] {
  const start = [gfx.CREATE, ...gfx.message(...beginning)];
  return [drawing(), copying, mapping, [...drawing(), ...copying]].map((pdus) =>
    inputs(...start, ...gfx.message(gfx.START), ...pdus.flatMap((pdu) => gfx.message(pdu)), ...gfx.message(gfx.END)),
  );
}

/** Fast-path PDUs of the updates, without the byte that says what record they are. */
export function fastPathExamples(): Stream[] {
  const kind = Object.values(TraceRecordKind).indexOf(TraceRecordKind.serverFastPath);
  const streams = updateStreams().map((stream) =>
    stream.filter((bytes) => bytes[0] === kind).map((bytes) => bytes.slice(1)),
  );
  return streams.filter((stream) => stream.length > 0);
}
