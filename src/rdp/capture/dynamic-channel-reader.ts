/**
 * drdynvc of a captured session, [MS-RDPEDYC]: which channel is the graphics pipeline, and what the server draws with on
 * it. Nothing can be withheld any more: what carries pixels and cannot be recorded is a loss.
 */
import type { SendDataLocation } from '../connection/mcs/send-data.js';
import { decodeDvcClientPdu, decodeDvcServerPdu, type DvcDataPdu, type DvcServerPdu } from '../dvc/dvc-pdu.js';
import { StaticMessages } from '../relay/dynamic/static-messages.js';
import { GRAPHICS_CHANNEL } from '../relay/shaping/dynamic-channels.js';
import { DecodeError } from '../wire/errors.js';
import { MAX_DYNAMIC_CHANNELS } from '../wire/limits.js';
import { Reader } from '../wire/reader.js';
import type { CaptureOutput } from './capture-output.js';

/** Beginnings of names of channels that carry pixels past the graphics pipeline: [MS-RDPEVOR] 2.1, [MS-RDPEV] 2.1. */
const VIDEO_CHANNELS = ['Microsoft::Windows::RDS::Video::', 'TSMF'];

const LONGEST_NAME = 64;

interface Channel {
  readonly name: string;
  /** The server's create request; recorded when the client has opened a graphics channel. */
  readonly request: Uint8Array;
  open: boolean;
}

export class DynamicChannelReader {
  readonly #fromServer = new StaticMessages();
  readonly #fromClient = new StaticMessages();
  readonly #channels = new Map<number, Channel>();
  #graphicsSeen = false;

  /** True when the graphics pipeline was opened over TCP. */
  get graphicsSeen(): boolean {
    return this.#graphicsSeen;
  }

  /** Throws DecodeError for what cannot be understood. */
  fromServer(frame: Uint8Array, location: SendDataLocation): readonly CaptureOutput[] {
    const message = this.#fromServer.push(frame, location)?.message;
    if (message === undefined) return [];
    const pdu = decodeDvcServerPdu(new Reader(message, 'DvcServerPdu'));
    switch (pdu.kind) {
      case 'create-request':
        return this.#createRequest(pdu, message);
      case 'data-first':
      case 'data':
        return this.#data(pdu, message);
      case 'close':
        return this.#close(pdu.channelId, message);
      case 'soft-sync-request':
        return this.#softSync(pdu);
      case 'capabilities-request':
        return [];
    }
  }

  /** As `fromServer`. */
  fromClient(frame: Uint8Array, location: SendDataLocation): readonly CaptureOutput[] {
    const message = this.#fromClient.push(frame, location)?.message;
    if (message === undefined) return [];
    const pdu = decodeDvcClientPdu(new Reader(message, 'DvcClientPdu'));
    if (pdu.kind === 'close') this.#channels.delete(pdu.channelId);
    if (pdu.kind !== 'create-response') return [];
    const channel = this.#channels.get(pdu.channelId);
    if (channel === undefined || channel.open) return [];
    if (pdu.creationStatus < 0) {
      this.#channels.delete(pdu.channelId);
      return [];
    }
    channel.open = true;
    if (channel.name !== GRAPHICS_CHANNEL) return [];
    this.#graphicsSeen = true;
    return [{ type: 'record', kind: 'graphics-channel', pdu: channel.request }];
  }

  #createRequest(
    { channelId, channelName }: Extract<DvcServerPdu, { kind: 'create-request' }>,
    message: Uint8Array,
  ): readonly CaptureOutput[] {
    if (!this.#channels.has(channelId) && this.#channels.size >= MAX_DYNAMIC_CHANNELS) {
      throw new DecodeError('limit', 'createRequest', 1, 'open channels');
    }
    this.#channels.set(channelId, { name: channelName, request: message.slice(), open: false });
    const name = channelName.slice(0, LONGEST_NAME).replaceAll(/[^ -~]/g, '?');
    return [{ type: 'event', event: { kind: 'channel', data: { name, withheld: false } } }];
  }

  #data(pdu: DvcDataPdu, message: Uint8Array): readonly CaptureOutput[] {
    const channel = this.#channels.get(pdu.channelId);
    if (channel === undefined || !channel.open) return [];
    const bytes = message.length;
    if (channel.name === GRAPHICS_CHANNEL) {
      if (!pdu.compressed) return [{ type: 'record', kind: 'graphics-channel', pdu: message }];
      return [{ type: 'lost', codec: 'graphics channel', reason: 'unsupported: channel compression', bytes }];
    }
    const { name } = channel;
    if (!VIDEO_CHANNELS.some((prefix) => name.startsWith(prefix))) return [];
    return [{ type: 'lost', codec: 'video channel', reason: 'unsupported: video beside the graphics', bytes }];
  }

  #close(channelId: number, message: Uint8Array): readonly CaptureOutput[] {
    const channel = this.#channels.get(channelId);
    this.#channels.delete(channelId);
    if (channel?.name !== GRAPHICS_CHANNEL || !channel.open) return [];
    return [{ type: 'record', kind: 'graphics-channel', pdu: message }];
  }

  /** From here on the channels that are named go over UDP; 3.1.5.3. */
  #softSync({ channelLists }: Extract<DvcServerPdu, { kind: 'soft-sync-request' }>): readonly CaptureOutput[] {
    const moved = channelLists.flatMap(({ channelIds }) => channelIds);
    if (!moved.some((id) => this.#channels.get(id)?.name === GRAPHICS_CHANNEL)) return [];
    return [{ type: 'lost', codec: 'graphics channel', reason: 'unsupported: went on over UDP', bytes: 0 }];
  }
}
