/** A static channel that is looked into: both directions through one filter, and the gateway's own messages between them. */
import type { TraceEvent } from '../../../contract/trace.js';
import { encodeDomainPdu } from '../../connection/mcs/domain-pdu.js';
import { sendData, type SendDataLocation } from '../../connection/mcs/send-data.js';
import { encodeDataFrame } from '../../connection/x224/data.js';
import { SERVER_CHANNEL_ID } from '../../session/share-control.js';
import { encodeVirtualChannelChunk, splitVirtualChannelMessage } from '../../session/virtual-channel-chunk.js';
import { DecodeError } from '../../wire/errors.js';
import { MAX_WAITING_ANSWERS } from '../../wire/limits.js';
import type { Leg, RelayOutput } from '../output.js';
import { ChannelDirection, type DirectionStep } from './channel-direction.js';
import type { ChannelFilter } from './channel-filter.js';

export class StaticChannelRelay {
  readonly #channelId: number;
  readonly #clientUserId: number;
  readonly #filter: ChannelFilter;
  readonly #from: { readonly [From in Leg]: ChannelDirection };
  /** Answers of the gateway's that wait for the end of a message which is on its way to the same side. */
  readonly #waiting: { readonly [To in Leg]: Uint8Array[] } = { client: [], target: [] };

  /** For the static channel `channelId`; `clientUserId` is the client's MCS user. */
  constructor(channelId: number, clientUserId: number, filter: ChannelFilter) {
    this.#channelId = channelId;
    this.#clientUserId = clientUserId;
    this.#filter = filter;
    this.#from = {
      client: new ChannelDirection('client', filter),
      target: new ChannelDirection('target', filter),
    };
  }

  /** Throws DecodeError for what cannot be understood: it cannot be let through either. */
  push(from: Leg, frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    const to = other(from);
    const step = this.#from[from].push(frame, location);
    return [...eventOutputs(step.events), ...this.#forward(to, step), ...this.#answer(from, step.answer)];
  }

  /** What is to be written down when the session is over. */
  close(): readonly RelayOutput[] {
    return eventOutputs(this.#filter.close());
  }

  #forward(to: Leg, { frames, message }: DirectionStep): RelayOutput[] {
    const bytes = [...frames, ...(message === undefined ? [] : this.#framesOf(message, to))];
    if (!this.#from[other(to)].midway) bytes.push(...this.#waiting[to].splice(0));
    return bytes.map((frame) => ({ type: 'send', to, bytes: frame }));
  }

  #answer(to: Leg, message: Uint8Array | undefined): RelayOutput[] {
    if (message === undefined) return [];
    const frames = this.#framesOf(message, to);
    if (!this.#from[other(to)].midway) return frames.map((bytes) => ({ type: 'send', to, bytes }));
    if (this.#waiting[to].length + frames.length > MAX_WAITING_ANSWERS) {
      throw new DecodeError('limit', 'StaticChannel', 0, 'requests that wait for their answer');
    }
    this.#waiting[to].push(...frames);
    return [];
  }

  #framesOf(message: Uint8Array, to: Leg): Uint8Array[] {
    const kind = to === 'client' ? 'send-data-indication' : 'send-data-request';
    const initiator = to === 'client' ? SERVER_CHANNEL_ID : this.#clientUserId;
    const { showProtocol } = this.#from[other(to)];
    return splitVirtualChannelMessage(message).map((chunk) => {
      const userData = encodeVirtualChannelChunk({ ...chunk, flags: chunk.flags | showProtocol });
      return encodeDataFrame(encodeDomainPdu(sendData(kind, initiator, this.#channelId, userData)));
    });
  }
}

function other(leg: Leg): Leg {
  return leg === 'client' ? 'target' : 'client';
}

function eventOutputs(events: readonly TraceEvent[]): RelayOutput[] {
  return events.map((event) => ({ type: 'event', event }));
}
