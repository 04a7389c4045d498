/** Confirm Active PDU, [MS-RDPBCGR] 2.2.1.13.2.1: a client's capability sets. It follows the Share Control Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeCapabilitySets, encodeCapabilitySets, type CapabilitySet } from './capabilities/capability-sets.js';

const MAX_U16 = 0xffff;

export interface ConfirmActive {
  readonly shareId: number;
  /** `SERVER_CHANNEL_ID`. */
  readonly originatorId: number;
  readonly sourceDescriptor: Uint8Array;
  /** In the order of the wire. */
  readonly capabilitySets: readonly CapabilitySet[];
}

/**
 * Decodes what follows the Share Control Header. Sets are read by number: lengthCombinedCapabilities says the same again,
 * and not all senders count alike. Bytes behind the last set belong to nothing and are dropped.
 */
export function decodeConfirmActive(reader: Reader): ConfirmActive {
  const shareId = reader.u32();
  const originatorId = reader.u16();
  const lengthSourceDescriptor = reader.u16();
  reader.skip(2);
  const sourceDescriptor = reader.bytes(lengthSourceDescriptor);
  return { shareId, originatorId, sourceDescriptor, capabilitySets: decodeCapabilitySets(reader) };
}

/** What follows the Share Control Header. Throws RangeError when descriptor or sets do not fit 16 bits of length. */
export function encodeConfirmActive(value: ConfirmActive): Uint8Array {
  const sets = encodeCapabilitySets(value.capabilitySets);
  if (value.sourceDescriptor.length > MAX_U16 || sets.length > MAX_U16) throw new RangeError('ConfirmActive: too long');
  return new Writer()
    .u32(value.shareId)
    .u16(value.originatorId)
    .u16(value.sourceDescriptor.length)
    .u16(sets.length)
    .bytes(value.sourceDescriptor)
    .bytes(sets)
    .finish();
}
