/**
 * Deactivate All PDU, [MS-RDPBCGR] 2.2.3.1.1: the share ends, and a Demand Active begins the next one. It follows the
 * Share Control Header.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface DeactivateAll {
  /** 0 where a server sends the header alone. */
  readonly shareId: number;
  readonly sourceDescriptor: Uint8Array;
}

/** Decodes what follows the Share Control Header; old Windows servers send nothing there. */
export function decodeDeactivateAll(reader: Reader): DeactivateAll {
  if (reader.remaining === 0) return { shareId: 0, sourceDescriptor: new Uint8Array(0) };
  const shareId = reader.u32();
  return { shareId, sourceDescriptor: reader.bytes(reader.u16()) };
}

/** What follows the Share Control Header. */
export function encodeDeactivateAll(value: DeactivateAll): Uint8Array {
  return new Writer().u32(value.shareId).u16(value.sourceDescriptor.length).bytes(value.sourceDescriptor).finish();
}
