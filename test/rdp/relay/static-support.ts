/** Messages on static channels of a relayed session: given to the relay in chunks, and put together from what it sends. */
import { createHash } from 'node:crypto';
import type { ChannelUse } from '../../../src/contract/channel-policy.js';
import type { TraceEvent } from '../../../src/contract/trace.js';
import { locateSendData } from '../../../src/rdp/connection/mcs/send-data.js';
import type { RelayMachine, RelayOutput } from '../../../src/rdp/relay/output.js';
import {
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../../../src/rdp/session/virtual-channel-messages.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import type { Relay } from '../../../src/rdp/relay/relay.js';
import type { ShapingPolicy } from '../../../src/rdp/relay/shaping/connect-initial.js';
import { connectedRelay, ioFromClient, ioFromTarget, type Side } from './support.js';

/** Ids of static channels in the recorded connection of xfreerdp. */
export const RDPDR = 1004;
export const CLIPRDR = 1006;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A relay of a session that allows these uses of channels. */
export function relayAllowing(
  uses: readonly ChannelUse[],
  recorded = true,
  change: Partial<ShapingPolicy> = {},
): Relay {
  return connectedRelay(recorded, { channels: new Set(uses), ...change });
}

export function chunksOf(side: Side, channelId: number, message: Uint8Array, chunkBytes?: number): Uint8Array[] {
  return splitVirtualChannelMessage(message, chunkBytes).map((chunk) => {
    const bytes = encodeVirtualChannelChunk(chunk);
    return side === 'client' ? ioFromClient(bytes, channelId) : ioFromTarget(bytes, channelId);
  });
}

export function give(relay: RelayMachine, side: Side, frame: Uint8Array): readonly RelayOutput[] {
  return side === 'client' ? relay.fromClient(frame) : relay.fromTarget(frame);
}

/** One side of a relay and one channel: says messages, and collects what comes of them. */
export class ChannelTalk {
  readonly events: TraceEvent[] = [];
  readonly #messages = { client: new VirtualChannelMessages(1 << 24), target: new VirtualChannelMessages(1 << 24) };
  readonly #relay: RelayMachine;
  readonly #channelId: number;

  constructor(relay: RelayMachine, channelId: number) {
    this.#relay = relay;
    this.#channelId = channelId;
  }

  /** What both sides get of a message. */
  say(from: Side, message: Uint8Array, chunkBytes?: number): { client: Uint8Array[]; target: Uint8Array[] } {
    const outputs = chunksOf(from, this.#channelId, message, chunkBytes).flatMap((frame) =>
      give(this.#relay, from, frame),
    );
    return this.take(outputs);
  }

  take(outputs: readonly RelayOutput[]): { client: Uint8Array[]; target: Uint8Array[] } {
    const got = { client: [] as Uint8Array[], target: [] as Uint8Array[] };
    for (const output of outputs) {
      if (output.type === 'event') this.events.push(output.event);
      if (output.type === 'end') throw new Error(`the session ended: ${output.detail ?? output.reason}`);
      if (output.type !== 'send') continue;
      const location = locateSendData(output.bytes);
      if (location?.channelId !== this.#channelId) throw new Error('a frame of another channel');
      const end = location.offset + location.sizeBytes;
      const chunk = decodeVirtualChannelChunk(new Reader(output.bytes, 'test', location.offset, end));
      const whole = this.#messages[output.to].push(chunk);
      if (whole !== null) got[output.to].push(whole.slice());
    }
    return got;
  }
}
