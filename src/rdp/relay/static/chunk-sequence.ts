/**
 * Checks that chunks of one direction of a static channel make up messages, [MS-RDPBCGR] 3.1.5.2.2.1, without keeping
 * them. What the gateway decides on has to mean the same to everybody who reads it, so nothing is repaired.
 */
import {
  CHANNEL_FLAG_FIRST,
  CHANNEL_FLAG_LAST,
  CHANNEL_PACKET_COMPRESSED,
  type VirtualChannelChunk,
} from '../../session/virtual-channel-chunk.js';
import { DecodeError } from '../../wire/errors.js';

const STRUCTURE = 'ChunkSequence';

export class ChunkSequence {
  #sizeBytes: number | null = null;
  #received = 0;

  /** True while a message has begun and not ended. */
  get pending(): boolean {
    return this.#sizeBytes !== null;
  }

  /**
   * Takes one chunk and says whether it is the first and the last of its message. Throws DecodeError: "invalid" for a chunk
   * out of order or another length than announced, "unsupported" for a compressed one, which nobody was allowed to send.
   */
  take({ flags, length, data }: VirtualChannelChunk): { readonly first: boolean; readonly last: boolean } {
    const first = (flags & CHANNEL_FLAG_FIRST) !== 0;
    const last = (flags & CHANNEL_FLAG_LAST) !== 0;
    if ((flags & CHANNEL_PACKET_COMPRESSED) !== 0) throw new DecodeError('unsupported', STRUCTURE, 4, 'compression');
    if (first === this.pending) throw new DecodeError('invalid', STRUCTURE, 4, 'chunk out of order');
    if (!first && length !== this.#sizeBytes) throw new DecodeError('invalid', STRUCTURE, 0, 'length of the message');
    this.#received = (first ? 0 : this.#received) + data.length;
    if (this.#received > length || last !== (this.#received === length)) {
      throw new DecodeError('invalid', STRUCTURE, 8, 'bytes of the message');
    }
    if (data.length === 0 && length > 0) throw new DecodeError('invalid', STRUCTURE, 8, 'empty chunk');
    this.#sizeBytes = last ? null : length;
    return { first, last };
  }
}
