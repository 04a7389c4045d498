/** DVC Capabilities Response, [MS-RDPEDYC] 2.2.1.2: the version that the client supports. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWriter } from './dvc-header.js';

export interface DvcCapabilitiesResponse {
  readonly sp: number;
  readonly version: number;
}

/** Reads what follows the header. */
export function decodeDvcCapabilitiesResponse(reader: Reader, sp: number): DvcCapabilitiesResponse {
  reader.skip(1);
  return { sp, version: reader.u16() };
}

export function encodeDvcCapabilitiesResponse(value: DvcCapabilitiesResponse): Uint8Array {
  return dvcWriter(DvcCommand.capabilities, value.sp).u8(0).u16(value.version).finish();
}
