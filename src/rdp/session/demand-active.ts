/** Demand Active PDU, [MS-RDPBCGR] 2.2.1.13.1.1: a server's capability sets. It follows the Share Control Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeCapabilitySets, encodeCapabilitySets, type CapabilitySet } from './capabilities/capability-sets.js';

const MAX_U16 = 0xffff;

export interface DemandActive {
  readonly shareId: number;
  readonly sourceDescriptor: Uint8Array;
  /** In the order of the wire. */
  readonly capabilitySets: readonly CapabilitySet[];
  /** Ignored by clients; 0 where a server leaves it out. */
  readonly sessionId: number;
}

/**
 * Decodes what follows the Share Control Header. Sets are read by number: lengthCombinedCapabilities says the same again,
 * and not all senders count alike.
 */
export function decodeDemandActive(reader: Reader): DemandActive {
  const shareId = reader.u32();
  const lengthSourceDescriptor = reader.u16();
  reader.skip(2);
  const sourceDescriptor = reader.bytes(lengthSourceDescriptor);
  const capabilitySets = decodeCapabilitySets(reader);
  const sessionId = reader.remaining >= 4 ? reader.u32() : 0;
  return { shareId, sourceDescriptor, capabilitySets, sessionId };
}

/** What follows the Share Control Header. Throws RangeError when descriptor or sets do not fit 16 bits of length. */
export function encodeDemandActive(value: DemandActive): Uint8Array {
  const sets = encodeCapabilitySets(value.capabilitySets);
  if (value.sourceDescriptor.length > MAX_U16 || sets.length > MAX_U16) throw new RangeError('DemandActive: too long');
  return new Writer()
    .u32(value.shareId)
    .u16(value.sourceDescriptor.length)
    .u16(sets.length)
    .bytes(value.sourceDescriptor)
    .bytes(sets)
    .bytes(new Writer().u32(value.sessionId).finish())
    .finish();
}
