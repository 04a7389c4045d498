/**
 * drdynvc of a recorded session, [MS-RDPEDYC]: channels are let through by name, what the target draws with is recorded
 * before it is sent on, and what the client says of its graphics is shaped. All else passes as it is. [invariant 2]
 */
import type { SendDataLocation } from '../../connection/mcs/send-data.js';
import { DVC_VERSION_WITH_COMPRESSION } from '../../dvc/capabilities-request.js';
import { CREATION_STATUS_NOT_FOUND, encodeDvcCreateResponse } from '../../dvc/create-response.js';
import { encodeDvcMessage } from '../../dvc/data.js';
import {
  decodeDvcClientPdu,
  decodeDvcServerPdu,
  type DvcClientPdu,
  type DvcDataPdu,
  type DvcServerPdu,
  encodeDvcPdu,
} from '../../dvc/dvc-pdu.js';
import { DvcTracker } from '../../dvc/dvc-tracker.js';
import { encodeSoftSyncResponse } from '../../dvc/soft-sync-response.js';
import { SERVER_CHANNEL_ID } from '../../session/share-control.js';
import { DecodeError } from '../../wire/errors.js';
import { MAX_CLIENT_GRAPHICS_MESSAGE_BYTES } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import type { RelayOutput } from '../output.js';
import {
  type DynamicChannelPolicy,
  type DynamicChannelRole,
  dynamicChannelRole,
  GRAPHICS_CHANNEL,
} from '../shaping/dynamic-channels.js';
import { type GfxOffer, shapeGraphicsMessage } from '../shaping/graphics-pipeline.js';
import { DynamicChannelTable } from './channel-table.js';
import { StaticMessages } from './static-messages.js';

/** Compressed data could not be looked into, so neither side learns that the other could send it; 2.2.3.3. */
const HIGHEST_VERSION = DVC_VERSION_WITH_COMPRESSION - 1;

type OfKind<Pdu, Kind> = Extract<Pdu, { readonly kind: Kind }>;

export class DynamicChannelRelay {
  readonly #channelId: number;
  readonly #clientUserId: number;
  readonly #policy: DynamicChannelPolicy;
  readonly #channels = new DynamicChannelTable();
  readonly #fromTarget = new StaticMessages();
  readonly #fromClient = new StaticMessages();
  /** The client's messages on graphics channels, and the frames of those that are not complete. */
  readonly #graphics = new DvcTracker({
    maxMessageBytes: MAX_CLIENT_GRAPHICS_MESSAGE_BYTES,
    maxPendingBytes: MAX_CLIENT_GRAPHICS_MESSAGE_BYTES,
  });
  readonly #heldFrames = new Map<number, Uint8Array[]>();

  /** For the static channel `channelId`; `clientUserId` is the client's MCS user. */
  constructor(channelId: number, clientUserId: number, policy: DynamicChannelPolicy) {
    this.#channelId = channelId;
    this.#clientUserId = clientUserId;
    this.#policy = policy;
  }

  /** Throws DecodeError for what cannot be understood: it cannot be let through either. */
  fromTarget(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    const arrived = this.#fromTarget.push(frame, location);
    if (arrived === null) return [];
    const pdu = decodeDvcServerPdu(new Reader(arrived.message, 'DvcServerPdu'));
    return this.#targetPdu(pdu, arrived.message, arrived.frames);
  }

  /** As `fromTarget`. */
  fromClient(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    const arrived = this.#fromClient.push(frame, location);
    if (arrived === null) return [];
    return this.#clientPdu(decodeDvcClientPdu(new Reader(arrived.message, 'DvcClientPdu')), arrived.frames);
  }

  #targetPdu(pdu: DvcServerPdu, bytes: Uint8Array, frames: readonly Uint8Array[]): readonly RelayOutput[] {
    switch (pdu.kind) {
      case 'capabilities-request':
        if (pdu.version <= HIGHEST_VERSION) return toClient(frames);
        return this.#tellClient(encodeDvcPdu({ ...pdu, version: HIGHEST_VERSION }));
      case 'create-request':
        return this.#createRequest(pdu, bytes, frames);
      case 'data-first':
      case 'data':
        return this.#targetData(pdu, bytes, frames);
      case 'close': {
        const graphics = this.#channels.openRole(pdu.channelId) === 'graphics';
        if (!this.#channels.closeByTarget(pdu.channelId)) return [];
        this.#forgetGraphics(pdu.channelId);
        return [...(graphics ? [record(bytes)] : []), ...toClient(frames)];
      }
      case 'soft-sync-request':
        // There is no tunnel to switch to: UDP does not pass through the gateway.
        return this.#tellTarget(encodeSoftSyncResponse({ tunnelsToSwitch: [] }));
    }
  }

  #createRequest(
    pdu: OfKind<DvcServerPdu, 'create-request'>,
    bytes: Uint8Array,
    frames: readonly Uint8Array[],
  ): readonly RelayOutput[] {
    const role = this.#roleOf(pdu);
    const event = channelEvent(pdu.channelName, role === null);
    if (role === null) {
      const { cbId, channelId } = pdu;
      const response = { cbId, sp: 0, channelId, creationStatus: CREATION_STATUS_NOT_FOUND };
      return [event, ...this.#tellTarget(encodeDvcCreateResponse(response))];
    }
    this.#channels.request(pdu.channelId, role, bytes.slice());
    return [event, ...toClient(frames)];
  }

  /** The recorder follows one graphics channel at a time, which is all that a server opens. */
  #roleOf(pdu: OfKind<DvcServerPdu, 'create-request'>): DynamicChannelRole | null {
    const role = dynamicChannelRole(pdu, this.#policy);
    return role === 'graphics' && this.#channels.hasGraphics ? null : role;
  }

  /** Data on channels that the client has not opened, or not any more, is withheld. */
  #targetData(pdu: DvcDataPdu, bytes: Uint8Array, frames: readonly Uint8Array[]): readonly RelayOutput[] {
    const role = this.#channels.openRole(pdu.channelId);
    if (role === null) return [];
    refuseCompressed(pdu);
    return role === 'graphics' ? [record(bytes), ...toClient(frames)] : toClient(frames);
  }

  #clientPdu(pdu: DvcClientPdu, frames: readonly Uint8Array[]): readonly RelayOutput[] {
    switch (pdu.kind) {
      case 'capabilities-response':
        if (pdu.version <= HIGHEST_VERSION) return toTarget(frames);
        return this.#tellTarget(encodeDvcPdu({ ...pdu, version: HIGHEST_VERSION }));
      case 'create-response':
        return this.#createResponse(pdu, frames);
      case 'data-first':
      case 'data':
        return this.#clientData(pdu, frames);
      case 'close':
        if (!this.#channels.closeByClient(pdu.channelId)) return [];
        this.#forgetGraphics(pdu.channelId);
        return toTarget(frames);
      case 'soft-sync-response':
        return [];
    }
  }

  #createResponse(pdu: OfKind<DvcClientPdu, 'create-response'>, frames: readonly Uint8Array[]): readonly RelayOutput[] {
    const channel = this.#channels.get(pdu.channelId);
    if (channel?.state !== 'requested') return [];
    if (pdu.creationStatus < 0) {
      this.#channels.remove(pdu.channelId);
      return toTarget(frames);
    }
    channel.state = 'open';
    if (channel.role !== 'graphics') return toTarget(frames);
    this.#graphics.open(pdu.channelId, GRAPHICS_CHANNEL);
    return [record(channel.request), ...toTarget(frames)];
  }

  #clientData(pdu: DvcDataPdu, frames: readonly Uint8Array[]): readonly RelayOutput[] {
    const role = this.#channels.openRole(pdu.channelId);
    if (role === null) return [];
    refuseCompressed(pdu);
    const { gfxOffer } = this.#policy;
    return role === 'graphics' && gfxOffer !== null ? this.#clientGraphics(pdu, frames, gfxOffer) : toTarget(frames);
  }

  #clientGraphics(
    pdu: DvcDataPdu,
    frames: readonly Uint8Array[],
    offer: Exclude<GfxOffer, null>,
  ): readonly RelayOutput[] {
    const message = this.#graphics.push(pdu);
    const held = this.#heldFrames.get(pdu.channelId) ?? [];
    if (message === null) {
      for (const frame of frames) held.push(frame.slice());
      this.#heldFrames.set(pdu.channelId, held);
      return [];
    }
    this.#heldFrames.delete(pdu.channelId);
    const shaped = shapeGraphicsMessage(message, offer);
    if (sameBytes(shaped, message)) return toTarget([...held, ...frames]);
    if (shaped.length === 0) return [];
    return encodeDvcMessage(pdu.channelId, shaped).flatMap((part) => this.#tellTarget(part));
  }

  #forgetGraphics(channelId: number): void {
    this.#graphics.close(channelId);
    this.#heldFrames.delete(channelId);
  }

  #tellTarget(message: Uint8Array): readonly RelayOutput[] {
    return toTarget(this.#fromClient.frames(message, 'send-data-request', this.#clientUserId, this.#channelId));
  }

  #tellClient(message: Uint8Array): readonly RelayOutput[] {
    return toClient(this.#fromTarget.frames(message, 'send-data-indication', SERVER_CHANNEL_ID, this.#channelId));
  }
}

function record(pdu: Uint8Array): RelayOutput {
  return { type: 'record', kind: 'graphics-channel', pdu };
}

function toClient(frames: readonly Uint8Array[]): readonly RelayOutput[] {
  return frames.map((bytes) => ({ type: 'send', to: 'client', bytes }));
}

function toTarget(frames: readonly Uint8Array[]): readonly RelayOutput[] {
  return frames.map((bytes) => ({ type: 'send', to: 'target', bytes }));
}

function refuseCompressed(pdu: DvcDataPdu): void {
  if (pdu.compressed) throw new DecodeError('unsupported', 'dvcData', 0, 'compression was not negotiated');
}

const LONGEST_NAME = 64;

/** The name is the target's: what is not printable in it is replaced. */
function channelEvent(channelName: string, withheld: boolean): RelayOutput {
  const name = channelName.slice(0, LONGEST_NAME).replaceAll(/[^ -~]/g, '?');
  return { type: 'event', event: { kind: 'channel', data: { name, withheld } } };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
