/** RDPGFX_CAPS_ADVERTISE_PDU, [MS-RDPEGFX] 2.2.2.18: the versions that the client speaks. */
import { MAX_GFX_CAPABILITY_SETS } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeGfxCapabilitySet, type GfxCapabilitySet, writeGfxCapabilitySet } from './gfx-capability-set.js';

export interface CapsAdvertise {
  readonly capsSets: readonly GfxCapabilitySet[];
}

export function decodeCapsAdvertise(reader: Reader): CapsAdvertise {
  const count = reader.u16();
  if (count > MAX_GFX_CAPABILITY_SETS) throw reader.error('limit', `${count} capability sets`);
  return { capsSets: Array.from({ length: count }, () => decodeGfxCapabilitySet(reader)) };
}

export function encodeCapsAdvertise(value: CapsAdvertise): Uint8Array {
  const writer = new Writer().u16(value.capsSets.length);
  for (const set of value.capsSets) writeGfxCapabilitySet(writer, set);
  return writer.finish();
}
