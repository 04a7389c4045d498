/** DVC Create Response, [MS-RDPEDYC] 2.2.2.2: whether the client has opened the channel. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWidth, type DvcWidth, dvcWriter, readVariable, writeVariable } from './dvc-header.js';

/** HRESULT of ERROR_NOT_FOUND: there is no listener of this name. */
export const CREATION_STATUS_NOT_FOUND = 0x8007_0490 | 0;

export interface DvcCreateResponse {
  /** Width of channelId. */
  readonly cbId: DvcWidth;
  readonly sp: number;
  readonly channelId: number;
  /** An HRESULT: negative when the channel is not open. */
  readonly creationStatus: number;
}

/** Reads what follows the header. */
export function decodeDvcCreateResponse(reader: Reader, cbId: number, sp: number): DvcCreateResponse {
  const width = dvcWidth(cbId, reader);
  return { cbId: width, sp, channelId: readVariable(reader, width), creationStatus: reader.i32() };
}

export function encodeDvcCreateResponse(value: DvcCreateResponse): Uint8Array {
  const writer = dvcWriter(DvcCommand.create, value.sp, value.cbId);
  return writeVariable(writer, value.cbId, value.channelId).i32(value.creationStatus).finish();
}
