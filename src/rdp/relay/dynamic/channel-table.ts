/** The dynamic channels that a client was asked for, and how far each of them is. */
import { MAX_DYNAMIC_CHANNELS } from '../../wire/limits.js';
import { DecodeError } from '../../wire/errors.js';
import type { DynamicChannelRole } from '../shaping/dynamic-channels.js';

export interface DynamicChannel {
  readonly role: DynamicChannelRole;
  /** The target's create request, as the client got it. */
  readonly request: Uint8Array;
  state: 'requested' | 'open' | 'closed-by-target';
  /** The client may still answer the target's close of an earlier channel of this id. */
  owesClose: boolean;
}

export class DynamicChannelTable {
  readonly #channels = new Map<number, DynamicChannel>();

  /** True while a graphics channel is open, or may be once the client has answered. */
  get hasGraphics(): boolean {
    for (const { role, state } of this.#channels.values()) {
      if (role === 'graphics' && state !== 'closed-by-target') return true;
    }
    return false;
  }

  get(channelId: number): DynamicChannel | undefined {
    return this.#channels.get(channelId);
  }

  /** The role of an open channel; null for all others. */
  openRole(channelId: number): DynamicChannelRole | null {
    const channel = this.#channels.get(channelId);
    return channel?.state === 'open' ? channel.role : null;
  }

  /** Throws DecodeError: "invalid" for an id in use, [MS-RDPEDYC] 2.2.2.1; "limit" for too many channels. */
  request(channelId: number, role: DynamicChannelRole, request: Uint8Array): void {
    const before = this.#channels.get(channelId);
    if (before !== undefined && before.state !== 'closed-by-target') {
      throw new DecodeError('invalid', 'createRequest', 1, 'the channel id is in use');
    }
    if (before === undefined && this.#channels.size >= MAX_DYNAMIC_CHANNELS) this.#forgetClosed();
    this.#channels.set(channelId, { role, request, state: 'requested', owesClose: before?.owesClose ?? false });
  }

  /** Takes a close of the target's. False for a channel that the client does not know. */
  closeByTarget(channelId: number): boolean {
    const channel = this.#channels.get(channelId);
    if (channel === undefined || channel.state === 'closed-by-target') return false;
    channel.state = 'closed-by-target';
    channel.owesClose = true;
    return true;
  }

  /** Takes a close of the client's. False for a channel that the target does not know. */
  closeByClient(channelId: number): boolean {
    const channel = this.#channels.get(channelId);
    if (channel === undefined) return false;
    if (channel.owesClose) channel.owesClose = false;
    else channel.state = 'closed-by-target';
    if (channel.state === 'closed-by-target') this.#channels.delete(channelId);
    return true;
  }

  remove(channelId: number): void {
    this.#channels.delete(channelId);
  }

  /** A client need not answer a close: those that have not are forgotten when there is no more room. */
  #forgetClosed(): void {
    for (const [id, { state }] of this.#channels) if (state === 'closed-by-target') this.#channels.delete(id);
    if (this.#channels.size >= MAX_DYNAMIC_CHANNELS)
      throw new DecodeError('limit', 'createRequest', 1, 'open channels');
  }
}
