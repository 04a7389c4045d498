/** DVC Close, [MS-RDPEDYC] 2.2.4: a request of either side, and the client's answer to one. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWidth, type DvcWidth, dvcWriter, readVariable, writeVariable } from './dvc-header.js';

export interface DvcClose {
  /** Width of channelId. */
  readonly cbId: DvcWidth;
  readonly sp: number;
  readonly channelId: number;
}

/** Reads what follows the header. */
export function decodeDvcClose(reader: Reader, cbId: number, sp: number): DvcClose {
  const width = dvcWidth(cbId, reader);
  return { cbId: width, sp, channelId: readVariable(reader, width) };
}

export function encodeDvcClose(value: DvcClose): Uint8Array {
  return writeVariable(dvcWriter(DvcCommand.close, value.sp, value.cbId), value.cbId, value.channelId).finish();
}
