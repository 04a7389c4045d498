/** File Contents Request PDU, [MS-RDPECLIP] 2.2.5.3, and the answer of a side that gives nothing, 2.2.5.4. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { CB_RESPONSE_FAIL, ClipboardMessage, encodeClipboardMessage } from './clipboard-header.js';

const FILECONTENTS_SIZE = 0x0000_0001;
const HIGH = 0x1_0000_0000;

export interface FileContentsRequest {
  readonly streamId: number;
  /** Index in the file list. */
  readonly lindex: number;
  readonly asks: 'size' | 'range';
  readonly position: number;
  readonly cbRequested: number;
  /** Null for the list that is on the clipboard now. */
  readonly clipDataId: number | null;
}

/** Takes the data behind the clipboard header. Throws DecodeError. */
export function decodeFileContentsRequest(reader: Reader): FileContentsRequest {
  const streamId = reader.u32();
  const lindex = reader.u32();
  const dwFlags = reader.u32();
  const low = reader.u32();
  const position = reader.u32() * HIGH + low;
  const cbRequested = reader.u32();
  const clipDataId = reader.remaining >= 4 ? reader.u32() : null;
  const asks = (dwFlags & FILECONTENTS_SIZE) === 0 ? 'range' : 'size';
  return { streamId, lindex, asks, position, cbRequested, clipDataId };
}

/** What a request gets that may not be answered. */
export function refuseFileContents(streamId: number): Uint8Array {
  const { fileContentsResponse } = ClipboardMessage;
  return encodeClipboardMessage(fileContentsResponse, CB_RESPONSE_FAIL, new Writer().u32(streamId).finish());
}
