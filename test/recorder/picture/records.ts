/** Trace records as a target would cause them. */
import { TraceRecordKind, type TraceActivation, type TraceRecord } from '../../../src/contract/trace.js';
import { encodeDataPdu, PduType2 } from '../../../src/rdp/session/share-data.js';
import { encodeShareControl, PduType } from '../../../src/rdp/session/share-control.js';
import { encodeBitmapUpdate, type BitmapData } from '../../../src/rdp/updates/bitmap-update.js';
import {
  encodeFastPathOutput,
  FastPathUpdateCode,
  Fragmentation,
  type FastPathUpdate,
} from '../../../src/rdp/updates/fast-path-output.js';
import { encodeFastPathPointerUpdate, type PointerUpdate } from '../../../src/rdp/updates/pointer-updates.js';
import { encodeSurfaceCommands, type SurfaceBits } from '../../../src/rdp/updates/surface-commands.js';
import { Writer } from '../../../src/rdp/wire/writer.js';

export const COMPRESSED = 0x0401;

export function record(kind: TraceRecord['kind'], payload: Uint8Array): TraceRecord {
  return { kind, timeMs: 0, payload };
}

export function activation(desktopWidth: number, desktopHeight: number, compression = false): TraceRecord {
  const value: TraceActivation = {
    desktopWidth,
    desktopHeight,
    colorDepth: 32,
    colorPointerCacheSize: 20,
    pointerCacheSize: 21,
    compression,
    surfaceCodecs: [],
  };
  return record(TraceRecordKind.activation, Buffer.from(JSON.stringify(value)));
}

export function single(updateCode: number, data: Uint8Array, compressionFlags = 0): FastPathUpdate {
  return { updateCode, fragmentation: Fragmentation.single, compressionFlags, data };
}

export function fastPath(...updates: FastPathUpdate[]): TraceRecord {
  return record(TraceRecordKind.serverFastPath, encodeFastPathOutput({ flags: 0, updates }));
}

export function shareData(pduType2: number, payload: Uint8Array): TraceRecord {
  const header = { shareId: 1, pduSource: 0x3ea, pduType2 };
  return record(TraceRecordKind.serverShareData, encodeDataPdu(header, payload));
}

/** A Data PDU whose payload is bulk-compressed. */
export function compressedShareData(pduType2: number, compressed: Uint8Array, compressedType: number): TraceRecord {
  const body = new Writer().u32(1).u8(0).u8(1).u16(0xffff).u8(pduType2).u8(compressedType);
  body.u16(18 + compressed.length).bytes(compressed);
  const header = { pduType: PduType.data, pduSource: 0x3ea };
  return record(TraceRecordKind.serverShareData, encodeShareControl(header, body.finish()));
}

/** A rectangle of exactly the bitmap's size. */
export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  bitsPerPixel: number,
  flags: number,
  bitmapDataStream: Uint8Array,
): BitmapData {
  const place = { destLeft: x, destTop: y, destRight: x + width - 1, destBottom: y + height - 1, width, height };
  return { ...place, bitsPerPixel, flags, bitmapDataStream };
}

/** A raw rectangle of one colour. */
export function solid(x: number, y: number, width: number, height: number, color: number): BitmapData {
  const words = new Uint32Array(width * height).fill(color);
  return rectangle(x, y, width, height, 32, 0, new Uint8Array(words.buffer));
}

export function bitmaps(...rectangles: BitmapData[]): TraceRecord {
  return fastPath(single(FastPathUpdateCode.bitmap, encodeBitmapUpdate(rectangles)));
}

export function slowBitmaps(...rectangles: BitmapData[]): TraceRecord {
  return shareData(PduType2.update, encodeBitmapUpdate(rectangles));
}

export function surfaceBits(x: number, y: number, bitmap: SurfaceBits['bitmap']): TraceRecord {
  const place = { destLeft: x, destTop: y, destRight: x + bitmap.width, destBottom: y + bitmap.height };
  const command: SurfaceBits = { kind: 'set-surface-bits', ...place, bitmap };
  return fastPath(single(FastPathUpdateCode.surfaceCommands, encodeSurfaceCommands([command])));
}

export function pointer(update: PointerUpdate): TraceRecord {
  const { updateCode, data } = encodeFastPathPointerUpdate(update);
  return fastPath(single(updateCode, data));
}

export function clientPointer(x: number, y: number): TraceRecord {
  return record(TraceRecordKind.clientPointer, new Writer().u16(x).u16(y).finish());
}

function bytesOfBits(bits: string): Uint8Array {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** MPPC of RDP 5.0 by literals alone. */
export function literals(data: Uint8Array): Uint8Array {
  const code = (byte: number): string => (byte < 128 ? byte.toString(2).padStart(8, '0') : `1${byte.toString(2)}`);
  return bytesOfBits(Array.from(data, (byte) => code(byte).replace(/^11/, '10')).join(''));
}

/** MPPC of RDP 5.0 that repeats `length` bytes from `copyOffset` (64 to 319) back; the length is 64 to 127. */
export function match(copyOffset: number, length: number): Uint8Array {
  const offset = (copyOffset - 64).toString(2).padStart(8, '0');
  return bytesOfBits(`11110${offset}111110${(length - 64).toString(2).padStart(6, '0')}`);
}
