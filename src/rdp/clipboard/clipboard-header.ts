/** Clipboard PDU Header, [MS-RDPECLIP] 2.2.1: what every message on the clipboard channel begins with. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export const CLIPBOARD_HEADER_BYTES = 8;

/** msgType. */
export const ClipboardMessage = {
  monitorReady: 1,
  formatList: 2,
  formatListResponse: 3,
  formatDataRequest: 4,
  formatDataResponse: 5,
  temporaryDirectory: 6,
  capabilities: 7,
  fileContentsRequest: 8,
  fileContentsResponse: 9,
  lock: 10,
  unlock: 11,
} as const;

/** Bits of msgFlags. */
export const CB_RESPONSE_OK = 0x0001;
export const CB_RESPONSE_FAIL = 0x0002;
export const CB_ASCII_NAMES = 0x0004;

export interface ClipboardHeader {
  readonly msgType: number;
  readonly msgFlags: number;
  /** Bytes behind the header; servers are seen to send some more, which mean nothing. */
  readonly dataLen: number;
}

export function decodeClipboardHeader(reader: Reader): ClipboardHeader {
  return { msgType: reader.u16(), msgFlags: reader.u16(), dataLen: reader.u32() };
}

/** A whole message: header and data. */
export function encodeClipboardMessage(msgType: number, msgFlags: number, data: Uint8Array): Uint8Array {
  return new Writer().u16(msgType).u16(msgFlags).u32(data.length).bytes(data).finish();
}
