/** RDPGFX_HEADER, [MS-RDPEGFX] 2.2.1.5, and the PDUs of a message. */
import { DecodeError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export const GFX_HEADER_BYTES = 8;

/** Values of cmdId. */
export const GfxCommand = {
  wireToSurface1: 0x0001,
  wireToSurface2: 0x0002,
  deleteEncodingContext: 0x0003,
  solidFill: 0x0004,
  surfaceToSurface: 0x0005,
  surfaceToCache: 0x0006,
  cacheToSurface: 0x0007,
  evictCacheEntry: 0x0008,
  createSurface: 0x0009,
  deleteSurface: 0x000a,
  startFrame: 0x000b,
  endFrame: 0x000c,
  frameAcknowledge: 0x000d,
  resetGraphics: 0x000e,
  mapSurfaceToOutput: 0x000f,
  cacheImportOffer: 0x0010,
  cacheImportReply: 0x0011,
  capsAdvertise: 0x0012,
  capsConfirm: 0x0013,
  mapSurfaceToWindow: 0x0015,
  qoeFrameAcknowledge: 0x0016,
  mapSurfaceToScaledOutput: 0x0017,
  mapSurfaceToScaledWindow: 0x0018,
} as const;

/** One PDU of a message, not decoded. */
export interface GfxFrame {
  readonly cmdId: number;
  readonly flags: number;
  /** View of the PDU with its header. */
  readonly bytes: Uint8Array;
  /** View of what follows the header. */
  readonly body: Uint8Array;
}

/** The PDUs of a message one after the other. Throws DecodeError at the first that does not fit. */
export function* gfxFrames(message: Uint8Array): Iterable<GfxFrame> {
  const reader = new Reader(message, 'RDPGFX_HEADER');
  while (reader.remaining > 0) {
    const start = reader.offset;
    const cmdId = reader.u16();
    const flags = reader.u16();
    const pduLength = reader.u32();
    if (pduLength < GFX_HEADER_BYTES) throw new DecodeError('invalid', 'RDPGFX_HEADER', start + 4, 'pduLength');
    const body = reader.bytes(pduLength - GFX_HEADER_BYTES);
    yield { cmdId, flags, bytes: message.subarray(start, start + pduLength), body };
  }
}

/** A PDU with its header. */
export function encodeGfxFrame(cmdId: number, body: Uint8Array, flags = 0): Uint8Array {
  return new Writer()
    .u16(cmdId)
    .u16(flags)
    .u32(GFX_HEADER_BYTES + body.length)
    .bytes(body)
    .finish();
}
