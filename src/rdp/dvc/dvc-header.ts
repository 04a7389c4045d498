/** What every dynamic channel PDU begins with, [MS-RDPEDYC] 2.2: width of the channel id, a field of the command, command. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Values of Cmd. */
export const DvcCommand = {
  create: 0x01,
  dataFirst: 0x02,
  data: 0x03,
  close: 0x04,
  capabilities: 0x05,
  dataFirstCompressed: 0x06,
  dataCompressed: 0x07,
  softSyncRequest: 0x08,
  softSyncResponse: 0x09,
} as const;
export type DvcCommand = (typeof DvcCommand)[keyof typeof DvcCommand];

/** Width of a variable field: 1, 2 or 4 bytes. */
export type DvcWidth = 0 | 1 | 2;

export interface DvcHeader {
  /** cbId, as it came: 3 is not a width. */
  readonly cbId: number;
  /** Two bits: Sp, Pri or Len. */
  readonly sp: number;
  readonly cmd: number;
}

export function readDvcHeader(reader: Reader): DvcHeader {
  const byte = reader.u8();
  return { cbId: byte & 3, sp: (byte >> 2) & 3, cmd: byte >> 4 };
}

/** A writer that has the header. */
export function dvcWriter(cmd: DvcCommand, sp = 0, cbId = 0): Writer {
  return new Writer().u8((cmd << 4) | (sp << 2) | cbId);
}

/** Throws "invalid" for 3. */
export function dvcWidth(value: number, reader: Reader): DvcWidth {
  if (value === 0 || value === 1 || value === 2) return value;
  throw reader.error('invalid', 'width of a field');
}

export function readVariable(reader: Reader, width: DvcWidth): number {
  if (width === 0) return reader.u8();
  return width === 1 ? reader.u16() : reader.u32();
}

/** @throws RangeError when the value does not fit: the caller chose the width. */
export function writeVariable(writer: Writer, width: DvcWidth, value: number): Writer {
  if (narrowestWidth(value) > width) throw new RangeError(`${value} in ${1 << width} bytes`);
  if (width === 0) return writer.u8(value);
  return width === 1 ? writer.u16(value) : writer.u32(value);
}

/** The narrowest width that holds a value. */
export function narrowestWidth(value: number): DvcWidth {
  if (value <= 0xff) return 0;
  return value <= 0xffff ? 1 : 2;
}
