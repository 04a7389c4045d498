/** Graphics pipeline records as a target would cause them. */
import { Picture, type Applied } from '../../../recorder/picture/picture.js';
import type { GfxDecoders } from '../../../recorder/gfx/surface-bitmaps.js';
import { TraceRecordKind, type TraceRecord } from '../../../src/contract/trace.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import { encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { GfxVersion } from '../../../src/rdp/gfx/gfx-capability-set.js';
import { encodeGfxPdu, type GfxPdu, type GfxPduOf } from '../../../src/rdp/gfx/gfx-pdu.js';
import { GfxCodecId, PIXEL_FORMAT_XRGB_8888 } from '../../../src/rdp/gfx/gfx-types.js';
import { wrapUncompressed } from '../../../src/rdp/gfx/segmented-data.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { activation, record } from '../picture/records.js';

export const CHANNEL = 3;
export const BLACK = 0xff00_0000;
export const RED = 0xffff_0000;
export const GREEN = 0xff00_ff00;
export const BLUE = 0xff00_00ff;

export function channelRecord(pdu: Uint8Array): TraceRecord {
  return record(TraceRecordKind.serverGraphicsChannel, pdu);
}

export const CREATE = channelRecord(
  encodeDvcPdu({
    kind: 'create-request',
    cbId: 0,
    pri: 0,
    channelId: CHANNEL,
    channelName: GRAPHICS_CHANNEL,
    trailing: new Uint8Array(0),
  }),
);

/** One message of PDUs in as many records as it takes. */
export function message(...pdus: GfxPdu[]): TraceRecord[] {
  return rawMessage(new Uint8Array(Buffer.concat(pdus.map(encodeGfxPdu))));
}

export function rawMessage(bytes: Uint8Array): TraceRecord[] {
  return encodeDvcMessage(CHANNEL, wrapUncompressed(bytes)).map(channelRecord);
}

/** The sum of what records do; only the last may be changed or have drops when a message takes several. */
export function apply(picture: Picture, records: readonly TraceRecord[]): Applied {
  const total = { pdus: 0, bytes: 0, changed: false, drops: [] as Applied['drops'][number][] };
  for (const one of records) {
    const applied = picture.apply(one);
    total.pdus += applied.pdus;
    total.bytes += applied.bytes;
    total.changed ||= applied.changed;
    total.drops.push(...applied.drops);
  }
  return total;
}

export function say(picture: Picture, ...pdus: GfxPdu[]): Applied {
  return apply(picture, message(...pdus));
}

export const CONFIRM: GfxPdu = {
  kind: 'capsConfirm',
  capsSet: { kind: 'flags', version: GfxVersion['10.6'], flags: 0x20 },
};

export const START: GfxPdu = { kind: 'startFrame', timestamp: 0, frameId: 1 };
export const END: GfxPdu = { kind: 'endFrame', frameId: 1 };

export function surface(surfaceId: number, width: number, height: number): GfxPdu {
  return { kind: 'createSurface', surfaceId, width, height, pixelFormat: PIXEL_FORMAT_XRGB_8888 };
}

export function map(surfaceId: number, outputOriginX = 0, outputOriginY = 0): GfxPdu {
  return { kind: 'mapSurfaceToOutput', surfaceId, outputOriginX, outputOriginY };
}

export function rect(left: number, top: number, right: number, bottom: number) {
  return { left, top, right, bottom };
}

export function fill(surfaceId: number, fillPixel: number, ...fillRects: ReturnType<typeof rect>[]): GfxPdu {
  return { kind: 'solidFill', surfaceId, fillPixel, fillRects };
}

export function bitmap(
  surfaceId: number,
  destRect: ReturnType<typeof rect>,
  bitmapData: Uint8Array,
  codecId: number = GfxCodecId.uncompressed,
): GfxPduOf<'wireToSurface1'> {
  return { kind: 'wireToSurface1', surfaceId, codecId, pixelFormat: PIXEL_FORMAT_XRGB_8888, destRect, bitmapData };
}

/** Uncompressed pixels of one colour. */
export function solid(surfaceId: number, destRect: ReturnType<typeof rect>, color: number): GfxPdu {
  const words = new Uint32Array((destRect.right - destRect.left) * (destRect.bottom - destRect.top)).fill(color);
  return bitmap(surfaceId, destRect, new Uint8Array(words.buffer));
}

/** A picture of 100 x 80 whose graphics channel is open and confirmed, with surface 1 mapped over all of it. */
export function started(gfxDecoders?: GfxDecoders): Picture {
  const picture = gfxDecoders === undefined ? new Picture() : new Picture(gfxDecoders);
  picture.apply(activation(100, 80));
  picture.apply(CREATE);
  const applied = say(picture, CONFIRM, surface(1, 100, 80), map(1));
  if (applied.drops.length > 0) throw new Error('the channel does not begin');
  pixelsOf(picture);
  return picture;
}

/** The pixels as they are now, which counts as having shown them. */
export function pixelsOf(picture: Picture): Uint32Array {
  let words = new Uint32Array(0);
  picture.render(({ pixels }) => {
    words = new Uint32Array(pixels.slice().buffer);
  });
  return words;
}

export function pixel(picture: Picture, x: number, y: number): number | undefined {
  return pixelsOf(picture)[y * picture.width + x];
}

/** Colours of some pixels of a row. */
export function row(picture: Picture, y: number, from: number, to: number): number[] {
  const pixels = pixelsOf(picture);
  return Array.from(pixels.subarray(y * picture.width + from, y * picture.width + to));
}
