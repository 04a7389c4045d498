/** Surface Commands, [MS-RDPBCGR] 2.2.9.2: data of a fast-path update, one command after another. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The field cmdType. */
export const SurfaceCommandType = { setSurfaceBits: 1, frameMarker: 4, streamSurfaceBits: 6 } as const;

/** The field frameAction. */
export const FrameAction = { begin: 0, end: 1 } as const;

/** codecId of pixels that are not encoded. */
export const CODEC_ID_NONE = 0;

const EX_COMPRESSED_BITMAP_HEADER_PRESENT = 0x01;
const EX_HEADER_BYTES = 24;

/** Extended Bitmap Data, 2.2.9.2.1.1. */
export interface BitmapDataEx {
  readonly bpp: number;
  /** The client's number of a codec, or `CODEC_ID_NONE`. */
  readonly codecId: number;
  /** Of the decoded image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** View of 24 bytes that do not matter to decoding, where the server sends them. */
  readonly exBitmapDataHeader?: Uint8Array;
  /** View of what the codec decodes. */
  readonly bitmapData: Uint8Array;
}

/** Set Surface Bits, 2.2.9.2.1, and Stream Surface Bits, 2.2.9.2.2, differ in cmdType only. */
export interface SurfaceBits {
  readonly kind: 'set-surface-bits' | 'stream-surface-bits';
  readonly destLeft: number;
  readonly destTop: number;
  /** Does not belong to the rectangle. */
  readonly destRight: number;
  /** Does not belong to the rectangle. */
  readonly destBottom: number;
  readonly bitmap: BitmapDataEx;
}

/** Frame Marker, 2.2.9.2.3. */
export interface FrameMarker {
  readonly kind: 'frame-marker';
  /** `FrameAction`. */
  readonly frameAction: number;
  /** 0 where a server leaves it out. */
  readonly frameId: number;
}

export type SurfaceCommand = SurfaceBits | FrameMarker;

/** Also the bitmap of a cache order, [MS-RDPEGDI] 2.2.2.2.1.2.8. */
export function decodeBitmapDataEx(reader: Reader): BitmapDataEx {
  const bpp = reader.u8();
  const flags = reader.u8();
  reader.skip(1);
  const codecId = reader.u8();
  const width = reader.u16();
  const height = reader.u16();
  const bitmapDataLength = reader.u32();
  const image = { bpp, codecId, width, height };
  if ((flags & EX_COMPRESSED_BITMAP_HEADER_PRESENT) === 0) {
    return { ...image, bitmapData: reader.bytes(bitmapDataLength) };
  }
  const exBitmapDataHeader = reader.bytes(EX_HEADER_BYTES);
  return { ...image, exBitmapDataHeader, bitmapData: reader.bytes(bitmapDataLength) };
}

function decodeSurfaceBits(kind: SurfaceBits['kind'], reader: Reader): SurfaceBits {
  return {
    kind,
    destLeft: reader.u16(),
    destTop: reader.u16(),
    destRight: reader.u16(),
    destBottom: reader.u16(),
    bitmap: decodeBitmapDataEx(reader),
  };
}

/** Takes one command. Throws "invalid" for a type that the specification does not name: its length is not known. */
export function decodeSurfaceCommand(reader: Reader): SurfaceCommand {
  switch (reader.u16()) {
    case SurfaceCommandType.setSurfaceBits:
      return decodeSurfaceBits('set-surface-bits', reader);
    case SurfaceCommandType.streamSurfaceBits:
      return decodeSurfaceBits('stream-surface-bits', reader);
    case SurfaceCommandType.frameMarker:
      return { kind: 'frame-marker', frameAction: reader.u16(), frameId: reader.remaining === 0 ? 0 : reader.u32() };
    default:
      throw reader.error('invalid', 'cmdType');
  }
}

/** All commands up to the end of the reader. */
export function decodeSurfaceCommands(reader: Reader): SurfaceCommand[] {
  const commands: SurfaceCommand[] = [];
  while (reader.remaining > 0) commands.push(decodeSurfaceCommand(reader));
  return commands;
}

function encodeSurfaceBits(command: SurfaceBits): Uint8Array {
  const { bitmap } = command;
  const header = bitmap.exBitmapDataHeader;
  if (header !== undefined && header.length !== EX_HEADER_BYTES) throw new RangeError('BitmapDataEx: header');
  const isSet = command.kind === 'set-surface-bits';
  const writer = new Writer().u16(isSet ? SurfaceCommandType.setSurfaceBits : SurfaceCommandType.streamSurfaceBits);
  writer.u16(command.destLeft).u16(command.destTop).u16(command.destRight).u16(command.destBottom);
  writer.u8(bitmap.bpp).u8(header === undefined ? 0 : EX_COMPRESSED_BITMAP_HEADER_PRESENT);
  writer.u8(0).u8(bitmap.codecId).u16(bitmap.width).u16(bitmap.height).u32(bitmap.bitmapData.length);
  if (header !== undefined) writer.bytes(header);
  return writer.bytes(bitmap.bitmapData).finish();
}

/** Data of one fast-path update. Throws RangeError when an exBitmapDataHeader has not its fixed length. */
export function encodeSurfaceCommands(commands: readonly SurfaceCommand[]): Uint8Array {
  const writer = new Writer();
  for (const command of commands) {
    writer.bytes(
      command.kind === 'frame-marker'
        ? new Writer().u16(SurfaceCommandType.frameMarker).u16(command.frameAction).u32(command.frameId).finish()
        : encodeSurfaceBits(command),
    );
  }
  return writer.finish();
}
