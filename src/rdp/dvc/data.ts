/** DVC Data, [MS-RDPEDYC] 2.2.3.2, and its compressed variant, 2.2.3.4: a whole message, or a further part of one. */
import type { Reader } from '../wire/reader.js';
import {
  DvcCommand,
  dvcWidth,
  type DvcWidth,
  dvcWriter,
  narrowestWidth,
  readVariable,
  writeVariable,
} from './dvc-header.js';
import { encodeDvcDataFirst } from './data-first.js';

/** The longest PDU; longer messages are sent in parts. */
export const MAX_DVC_PDU_BYTES = 1600;

export interface DvcData {
  /** Width of channelId. */
  readonly cbId: DvcWidth;
  readonly sp: number;
  readonly compressed: boolean;
  readonly channelId: number;
  /** A view; an RDP_SEGMENTED_DATA when it is compressed. */
  readonly data: Uint8Array;
}

/** Reads what follows the header. */
export function decodeDvcData(reader: Reader, cbId: number, sp: number, compressed: boolean): DvcData {
  const width = dvcWidth(cbId, reader);
  return { cbId: width, sp, compressed, channelId: readVariable(reader, width), data: reader.rest() };
}

export function encodeDvcData(value: DvcData): Uint8Array {
  const command = value.compressed ? DvcCommand.dataCompressed : DvcCommand.data;
  const writer = dvcWriter(command, value.sp, value.cbId);
  return writeVariable(writer, value.cbId, value.channelId).bytes(value.data).finish();
}

/** All PDUs of one message, not compressed. */
export function encodeDvcMessage(channelId: number, message: Uint8Array): Uint8Array[] {
  const cbId = narrowestWidth(channelId);
  const dataRoom = MAX_DVC_PDU_BYTES - 1 - (1 << cbId);
  const part = (data: Uint8Array) => encodeDvcData({ cbId, sp: 0, compressed: false, channelId, data });
  if (message.length <= dataRoom) return [part(message)];
  const len = narrowestWidth(message.length);
  const firstRoom = dataRoom - (1 << len);
  const first = { cbId, len, compressed: false, channelId, length: message.length };
  const pdus = [encodeDvcDataFirst({ ...first, data: message.subarray(0, firstRoom) })];
  for (let at = firstRoom; at < message.length; at += dataRoom) pdus.push(part(message.subarray(at, at + dataRoom)));
  return pdus;
}
