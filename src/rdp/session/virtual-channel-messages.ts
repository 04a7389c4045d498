/**
 * Messages of a static virtual channel, put together from their chunks, [MS-RDPBCGR] 3.1.5.2.2.1. What the gateway decides
 * on has to mean the same to everybody who reads it: chunks out of order or of another length are refused, not repaired.
 */
import { DecodeError } from '../wire/errors.js';
import {
  CHANNEL_FLAG_FIRST,
  CHANNEL_FLAG_LAST,
  CHANNEL_PACKET_COMPRESSED,
  type VirtualChannelChunk,
} from './virtual-channel-chunk.js';

const STRUCTURE = 'VirtualChannelMessages';

export class VirtualChannelMessages {
  readonly #limitBytes: number;
  #message: Uint8Array | null = null;
  #received = 0;

  /** A message longer than `limitBytes` is refused. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** True while a message has begun and not ended. */
  get pending(): boolean {
    return this.#message !== null;
  }

  /**
   * Takes one chunk. Returns the message that it ends, or null. Throws DecodeError: "invalid" for a chunk out of order or
   * another length than announced, "limit" for a message that is too long, "unsupported" for a compressed one.
   */
  push(chunk: VirtualChannelChunk): Uint8Array | null {
    const { flags, length, data } = chunk;
    const first = (flags & CHANNEL_FLAG_FIRST) !== 0;
    const last = (flags & CHANNEL_FLAG_LAST) !== 0;
    if ((flags & CHANNEL_PACKET_COMPRESSED) !== 0) throw new DecodeError('unsupported', STRUCTURE, 4, 'compression');
    if (first === this.pending) throw new DecodeError('invalid', STRUCTURE, 4, 'chunk out of order');
    if (length > this.#limitBytes) throw new DecodeError('limit', STRUCTURE, 0, `message of ${length} bytes`);
    if (first && last && data.length === length) return data;
    if (first) this.#received = 0;
    const message = first ? new Uint8Array(length) : (this.#message ?? new Uint8Array(0));
    if (length !== message.length) throw new DecodeError('invalid', STRUCTURE, 0, 'length of the message');
    return this.#add(message, data, last);
  }

  #add(message: Uint8Array, data: Uint8Array, last: boolean): Uint8Array | null {
    const received = this.#received + data.length;
    if (received > message.length || (last && received !== message.length)) {
      throw new DecodeError('invalid', STRUCTURE, 8, 'bytes of the message');
    }
    // Of an endless run of empty chunks each would be kept by whoever waits for the message.
    if (data.length === 0) throw new DecodeError('invalid', STRUCTURE, 8, 'empty chunk');
    message.set(data, this.#received);
    this.#received = received;
    this.#message = last ? null : message;
    return last ? message : null;
  }
}
