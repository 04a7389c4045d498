/** Messages of the clipboard channel as both sides send them, [MS-RDPECLIP]. */
import {
  CB_RESPONSE_OK,
  ClipboardMessage,
  encodeClipboardMessage,
} from '../../../src/rdp/clipboard/clipboard-header.js';
import { bytesFromUtf16 } from '../../../src/rdp/connection/text.js';
import { Writer } from '../../../src/rdp/wire/writer.js';

export const text = (value: string): Uint8Array => bytesFromUtf16(`${value}\0`);
export const request = (formatId: number) =>
  encodeClipboardMessage(ClipboardMessage.formatDataRequest, 0, new Writer().u32(formatId).finish());
export const response = (data: Uint8Array, flags = CB_RESPONSE_OK) =>
  encodeClipboardMessage(ClipboardMessage.formatDataResponse, flags, data);
export const capabilities = encodeClipboardMessage(
  ClipboardMessage.capabilities,
  0,
  new Writer().u16(1).u16(0).u16(1).u16(12).u32(2).u32(0x1e).finish(),
);
export const monitorReady = encodeClipboardMessage(ClipboardMessage.monitorReady, 0, new Uint8Array(0));
export const lock = (clipDataId: number) =>
  encodeClipboardMessage(ClipboardMessage.lock, 0, new Writer().u32(clipDataId).finish());
export const unlock = (clipDataId: number) =>
  encodeClipboardMessage(ClipboardMessage.unlock, 0, new Writer().u32(clipDataId).finish());

export function formatList(formats: readonly (readonly [number, string])[]): Uint8Array {
  const writer = new Writer();
  for (const [id, name] of formats) writer.u32(id).bytes(text(name));
  return encodeClipboardMessage(ClipboardMessage.formatList, 0, writer.finish());
}

export const CF_UNICODETEXT = 13;
export const FILES = 0xc0de;
export const OFFER = formatList([
  [CF_UNICODETEXT, ''],
  [0xc001, 'HTML Format'],
  [FILES, 'FileGroupDescriptorW'],
]);
export const EMPTY_LIST = encodeClipboardMessage(ClipboardMessage.formatList, 0, new Uint8Array(0));

export function fileList(files: readonly (readonly [string, number | null])[]): Uint8Array {
  const writer = new Writer().u32(files.length);
  for (const [name, size] of files) {
    const fileName = bytesFromUtf16(name);
    writer
      .u32(size === null ? 0 : 0x40)
      .zeros(60)
      .u32(0)
      .u32(size ?? 0);
    writer.bytes(fileName).zeros(520 - fileName.length);
  }
  return writer.finish();
}

export interface Range {
  readonly streamId: number;
  readonly lindex: number;
  readonly position: number;
  readonly bytes: number;
  readonly clipDataId?: number;
}

export function contentsRequest({ streamId, lindex, position, bytes, clipDataId }: Range): Uint8Array {
  const data = new Writer().u32(streamId).u32(lindex).u32(2).u32(position).u32(0).u32(bytes);
  if (clipDataId !== undefined) data.u32(clipDataId);
  return encodeClipboardMessage(ClipboardMessage.fileContentsRequest, 0, data.finish());
}

export function contentsResponse(streamId: number, bytes: Uint8Array): Uint8Array {
  const data = new Writer().u32(streamId).bytes(bytes).finish();
  return encodeClipboardMessage(ClipboardMessage.fileContentsResponse, CB_RESPONSE_OK, data);
}
