/** DVC Capabilities Request of versions 1 to 3, [MS-RDPEDYC] 2.2.1.1: the highest version that the server supports. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWriter } from './dvc-header.js';

/** From this version on data PDUs may be compressed. */
export const DVC_VERSION_WITH_COMPRESSION = 3;
const VERSION_WITH_PRIORITIES = 2;

export interface DvcCapabilitiesRequest {
  readonly sp: number;
  readonly version: number;
  /** PriorityCharge0 to 3; null in version 1. */
  readonly priorityCharges: readonly [number, number, number, number] | null;
}

/** Reads what follows the header. */
export function decodeDvcCapabilitiesRequest(reader: Reader, sp: number): DvcCapabilitiesRequest {
  reader.skip(1);
  const version = reader.u16();
  if (version === 0) throw reader.error('invalid', 'version 0');
  if (version < VERSION_WITH_PRIORITIES) return { sp, version, priorityCharges: null };
  return { sp, version, priorityCharges: [reader.u16(), reader.u16(), reader.u16(), reader.u16()] };
}

export function encodeDvcCapabilitiesRequest(value: DvcCapabilitiesRequest): Uint8Array {
  const writer = dvcWriter(DvcCommand.capabilities, value.sp).u8(0).u16(value.version);
  for (const charge of value.priorityCharges ?? []) writer.u16(charge);
  return writer.finish();
}
