/** DVC Create Request, [MS-RDPEDYC] 2.2.2.1: the server asks for a channel to a named listener of the client. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWidth, type DvcWidth, dvcWriter, readVariable, writeVariable } from './dvc-header.js';

export interface DvcCreateRequest {
  /** Width of channelId. */
  readonly cbId: DvcWidth;
  /** Priority class, 0 to 3. */
  readonly pri: number;
  readonly channelId: number;
  /** Up to the null; one character a byte. */
  readonly channelName: string;
  /** What follows the null: nothing, in a PDU of a sane server. */
  readonly trailing: Uint8Array;
}

/** Reads what follows the header. */
export function decodeDvcCreateRequest(reader: Reader, cbId: number, pri: number): DvcCreateRequest {
  const width = dvcWidth(cbId, reader);
  const channelId = readVariable(reader, width);
  const bytes = reader.rest();
  const end = bytes.indexOf(0);
  if (end < 0) throw reader.error('invalid', 'channel name without a null');
  const channelName = Array.from(bytes.subarray(0, end), (byte) => String.fromCharCode(byte)).join('');
  return { cbId: width, pri, channelId, channelName, trailing: bytes.subarray(end + 1) };
}

export function encodeDvcCreateRequest(value: DvcCreateRequest): Uint8Array {
  const writer = dvcWriter(DvcCommand.create, value.pri, value.cbId);
  writeVariable(writer, value.cbId, value.channelId);
  for (let at = 0; at < value.channelName.length; at++) writer.u8(value.channelName.charCodeAt(at));
  return writer.u8(0).bytes(value.trailing).finish();
}
