/**
 * The dynamic channels of one direction: which id is what, and messages put together from their parts, [MS-RDPEDYC]
 * 3.1.5.2.3. Memory is taken as data arrives, never for what a length promises.
 */
import { DecodeError } from '../wire/errors.js';
import { MAX_DVC_MESSAGE_BYTES, MAX_DVC_PENDING_BYTES, MAX_DYNAMIC_CHANNELS } from '../wire/limits.js';
import type { DvcDataPdu } from './dvc-pdu.js';

const STRUCTURE = 'DvcTracker';

export interface DvcLimits {
  readonly maxChannels: number;
  /** Of one message, and so of one channel. */
  readonly maxMessageBytes: number;
  /** Of the parts of all messages that are not complete. */
  readonly maxPendingBytes: number;
}

const DEFAULT_LIMITS: DvcLimits = {
  maxChannels: MAX_DYNAMIC_CHANNELS,
  maxMessageBytes: MAX_DVC_MESSAGE_BYTES,
  maxPendingBytes: MAX_DVC_PENDING_BYTES,
};

interface Pending {
  readonly length: number;
  /** Grows with what has been received: never longer than twice that, nor than the message. */
  buffer: Uint8Array;
  received: number;
}

interface Channel {
  readonly name: string;
  pending: Pending | null;
}

export class DvcTracker {
  readonly #limits: DvcLimits;
  readonly #channels = new Map<number, Channel>();
  #pendingBytes = 0;

  constructor(limits: Partial<DvcLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Bytes of messages that are not complete. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** The name of an open channel; null for all other ids. */
  name(channelId: number): string | null {
    return this.#channels.get(channelId)?.name ?? null;
  }

  /** A channel is open: what was begun on one of the same id is dropped. Throws "limit" for too many. */
  open(channelId: number, name: string): void {
    this.close(channelId);
    if (this.#channels.size >= this.#limits.maxChannels) throw new DecodeError('limit', STRUCTURE, 0, 'open channels');
    this.#channels.set(channelId, { name, pending: null });
  }

  close(channelId: number): void {
    const channel = this.#channels.get(channelId);
    if (channel === undefined) return;
    this.#drop(channel);
    this.#channels.delete(channelId);
  }

  /**
   * Takes a data PDU. Returns the message that it completes, or null: a view of the PDU when it came in one.
   * Throws DecodeError, and drops what was begun: "invalid" for a channel that is not open, a part out of order or more
   * bytes than were announced; "limit" for a message, or messages, that are too long; "unsupported" for a compressed part.
   */
  push(pdu: DvcDataPdu): Uint8Array | null {
    const channel = this.#channels.get(pdu.channelId);
    if (channel === undefined) throw new DecodeError('invalid', STRUCTURE, 0, 'channel is not open');
    if (pdu.compressed) throw this.#fail(channel, 'unsupported', 'compressed');
    if (pdu.kind === 'data-first') return this.#begin(channel, pdu.length, pdu.data);
    if (channel.pending === null) return pdu.data;
    // Whoever waits for a message keeps what it came in, of which there would be no end.
    if (pdu.data.length === 0) throw this.#fail(channel, 'invalid', 'empty part');
    return this.#add(channel, channel.pending, pdu.data);
  }

  #begin(channel: Channel, length: number, data: Uint8Array): Uint8Array | null {
    if (channel.pending !== null) throw this.#fail(channel, 'invalid', 'a message within another');
    if (length > this.#limits.maxMessageBytes) throw this.#fail(channel, 'limit', `message of ${length} bytes`);
    if (data.length === length) return data;
    channel.pending = { length, buffer: new Uint8Array(0), received: 0 };
    return this.#add(channel, channel.pending, data);
  }

  #add(channel: Channel, pending: Pending, data: Uint8Array): Uint8Array | null {
    if (data.length > pending.length - pending.received) throw this.#fail(channel, 'invalid', 'more than announced');
    if (this.#pendingBytes + data.length > this.#limits.maxPendingBytes) {
      throw this.#fail(channel, 'limit', 'messages that are not complete');
    }
    append(pending, data);
    this.#pendingBytes += data.length;
    if (pending.received < pending.length) return null;
    this.#drop(channel);
    return pending.buffer;
  }

  #fail(channel: Channel, code: DecodeError['code'], detail: string): DecodeError {
    this.#drop(channel);
    return new DecodeError(code, STRUCTURE, 0, detail);
  }

  #drop(channel: Channel): void {
    this.#pendingBytes -= channel.pending?.received ?? 0;
    channel.pending = null;
  }
}

function append(pending: Pending, data: Uint8Array): void {
  const received = pending.received + data.length;
  if (received > pending.buffer.length) {
    const larger = new Uint8Array(received === pending.length ? received : Math.min(pending.length, 2 * received));
    larger.set(pending.buffer.subarray(0, pending.received));
    pending.buffer = larger;
  }
  pending.buffer.set(data, pending.received);
  pending.received = received;
}
