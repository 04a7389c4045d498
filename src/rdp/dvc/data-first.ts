/** DVC Data First, [MS-RDPEDYC] 2.2.3.1, and its compressed variant, 2.2.3.3: the first part of a message. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWidth, type DvcWidth, dvcWriter, readVariable, writeVariable } from './dvc-header.js';

export interface DvcDataFirst {
  /** Width of channelId. */
  readonly cbId: DvcWidth;
  /** Width of length. */
  readonly len: DvcWidth;
  readonly compressed: boolean;
  readonly channelId: number;
  /** Bytes of the whole message, not compressed. */
  readonly length: number;
  /** View of the first part; an RDP_SEGMENTED_DATA when it is compressed. */
  readonly data: Uint8Array;
}

/** Reads what follows the header. */
export function decodeDvcDataFirst(reader: Reader, cbId: number, len: number, compressed: boolean): DvcDataFirst {
  const idWidth = dvcWidth(cbId, reader);
  const lengthWidth = dvcWidth(len, reader);
  const channelId = readVariable(reader, idWidth);
  const length = readVariable(reader, lengthWidth);
  return { cbId: idWidth, len: lengthWidth, compressed, channelId, length, data: reader.rest() };
}

export function encodeDvcDataFirst(value: DvcDataFirst): Uint8Array {
  const command = value.compressed ? DvcCommand.dataFirstCompressed : DvcCommand.dataFirst;
  const writer = dvcWriter(command, value.len, value.cbId);
  writeVariable(writer, value.cbId, value.channelId);
  return writeVariable(writer, value.len, value.length).bytes(value.data).finish();
}
