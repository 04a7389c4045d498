/**
 * Share Data Header, [MS-RDPBCGR] 2.2.8.1.1.1.2: type, share and bulk compression of a Data PDU. It follows the Share
 * Control Header.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { PduType, encodeShareControl, peekPduType } from './share-control.js';

/** The field pduType2. */
export const PduType2 = {
  update: 0x02,
  control: 0x14,
  pointer: 0x1b,
  input: 0x1c,
  synchronize: 0x1f,
  refreshRect: 0x21,
  playSound: 0x22,
  suppressOutput: 0x23,
  shutdownRequest: 0x24,
  shutdownDenied: 0x25,
  saveSessionInfo: 0x26,
  fontList: 0x27,
  fontMap: 0x28,
  setKeyboardIndicators: 0x29,
  bitmapCachePersistentList: 0x2b,
  bitmapCacheError: 0x2c,
  setKeyboardImeStatus: 0x2d,
  offscreenCacheError: 0x2e,
  setErrorInfo: 0x2f,
  drawNineGridError: 0x30,
  drawGdiPlusError: 0x31,
  arcStatus: 0x32,
  statusInfo: 0x36,
  monitorLayout: 0x37,
  frameAcknowledge: 0x38,
} as const;
export type PduType2 = (typeof PduType2)[keyof typeof PduType2];

/** The field streamId. */
export const StreamId = { undefined: 0, low: 1, medium: 2, high: 4 } as const;

/** Bits of compressedType, and of compressionFlags in fast-path updates, [MS-RDPBCGR] 2.2.9.1.2.1. */
export const COMPRESSION_TYPE_MASK = 0x0f;
export const PACKET_COMPRESSED = 0x20;
export const PACKET_AT_FRONT = 0x40;
export const PACKET_FLUSHED = 0x80;

/** A PDU with one of these reads or changes the history that updates are compressed with. */
export const HISTORY_FLAGS = PACKET_COMPRESSED | PACKET_AT_FRONT | PACKET_FLUSHED;

/** Both headers together. */
export const SHARE_DATA_HEADER_BYTES = 18;

/** Of that, what uncompressedLength does not count: all up to and with uncompressedLength itself. */
const UNCOUNTED_BYTES = 14;

const PDU_TYPE_2_OFFSET = 14;

/** A Data PDU. */
export interface ShareData {
  readonly shareId: number;
  readonly streamId: number;
  readonly uncompressedLength: number;
  /** `PduType2`, or a number that the specification does not name. */
  readonly pduType2: number;
  /** Compression package and `PACKET_` bits. */
  readonly compressedType: number;
  /** View of what follows the header; compressed when compressedType has `PACKET_COMPRESSED`. */
  readonly payload: Uint8Array;
}

/** Decodes what follows the Share Control Header, up to the end of the reader. */
export function decodeShareData(reader: Reader): ShareData {
  const shareId = reader.u32();
  reader.skip(1);
  const streamId = reader.u8();
  const uncompressedLength = reader.u16();
  const pduType2 = reader.u8();
  const compressedType = reader.u8();
  const compressedLength = reader.u16();
  const payload = takePayload(reader, compressedType, compressedLength);
  return { shareId, streamId, uncompressedLength, pduType2, compressedType, payload };
}

/** compressedLength counts both headers, and means something for compressed PDUs only. */
function takePayload(reader: Reader, compressedType: number, compressedLength: number): Uint8Array {
  if ((compressedType & PACKET_COMPRESSED) === 0) return reader.rest();
  if (compressedLength < SHARE_DATA_HEADER_BYTES) throw reader.error('invalid', 'compressedLength');
  return reader.bytes(compressedLength - SHARE_DATA_HEADER_BYTES);
}

/** The pduType2 of the PDU at `at` without decoding it; undefined when it is no Data PDU or too short. */
export function peekPduType2(bytes: Uint8Array, at = 0): number | undefined {
  if (at + SHARE_DATA_HEADER_BYTES > bytes.length || peekPduType(bytes, at) !== PduType.data) return undefined;
  return bytes[at + PDU_TYPE_2_OFFSET];
}

/** What is chosen for a Data PDU that is sent; its payload is not compressed. */
export interface DataPduHeader {
  readonly shareId: number;
  readonly pduSource: number;
  readonly pduType2: number;
  /** `StreamId`; low when left out. */
  readonly streamId?: number;
}

/** A whole Data PDU, both headers included. Throws RangeError when it does not fit 16 bits of length. */
export function encodeDataPdu(header: DataPduHeader, payload: Uint8Array): Uint8Array {
  const uncompressedLength = SHARE_DATA_HEADER_BYTES - UNCOUNTED_BYTES + payload.length;
  const body = new Writer()
    .u32(header.shareId)
    .u8(0)
    .u8(header.streamId ?? StreamId.low)
    .u16(uncompressedLength)
    .u8(header.pduType2)
    .u8(0)
    .u16(0)
    .bytes(payload)
    .finish();
  return encodeShareControl({ pduType: PduType.data, pduSource: header.pduSource }, body);
}
