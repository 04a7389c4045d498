/** Dynamic channel PDUs of either side, in and out of the frames of a relayed session. */
import type { AnyGfxCodec } from '../../../src/contract/gfx-table.js';
import { GFX_AVC_CODECS, GFX_CODECS_OF_EVERY_VERSION } from '../../../src/contract/gfx-table.js';
import { decodeDvcClientPdu, decodeDvcServerPdu, encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import type { DvcClientPdu, DvcServerPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import type { RelayMachine, RelayOutput } from '../../../src/rdp/relay/output.js';
import type { Relay } from '../../../src/rdp/relay/relay.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import {
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../../../src/rdp/session/virtual-channel-messages.js';
import { locateSendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { connectedRelay, ioFromClient, ioFromTarget, type Side } from './support.js';

/** drdynvc in the recorded connection of xfreerdp. */
export const DRDYNVC = 1007;

export const ALL_CODECS: ReadonlySet<AnyGfxCodec> = new Set([...GFX_CODECS_OF_EVERY_VERSION, ...GFX_AVC_CODECS]);
export const WITHOUT_AVC: ReadonlySet<AnyGfxCodec> = new Set(GFX_CODECS_OF_EVERY_VERSION);

/** A relay of a recorded session whose graphics pipeline is offered with these codecs, or withheld. */
export function relayOffering(gfxOffer: ReadonlySet<AnyGfxCodec> | null): Relay {
  return connectedRelay(true, { gfxOffer });
}

export function framesOf(side: Side, message: Uint8Array, chunkBytes?: number): Uint8Array[] {
  return splitVirtualChannelMessage(message, chunkBytes).map((chunk) => {
    const bytes = encodeVirtualChannelChunk(chunk);
    return side === 'client' ? ioFromClient(bytes, DRDYNVC) : ioFromTarget(bytes, DRDYNVC);
  });
}

/** Gives a message to the relay; what comes out of all its frames. */
export function say(relay: RelayMachine, side: Side, message: Uint8Array, chunkBytes?: number): RelayOutput[] {
  return framesOf(side, message, chunkBytes).flatMap((frame) =>
    side === 'client' ? relay.fromClient(frame) : relay.fromTarget(frame),
  );
}

export function sayTarget(relay: Relay, pdu: DvcServerPdu, chunkBytes?: number): RelayOutput[] {
  return say(relay, 'target', encodeDvcPdu(pdu), chunkBytes);
}

export function sayClient(relay: Relay, pdu: DvcClientPdu, chunkBytes?: number): RelayOutput[] {
  return say(relay, 'client', encodeDvcPdu(pdu), chunkBytes);
}

/** Messages on drdynvc that one side is sent. */
export function messagesTo(side: Side, outputs: readonly RelayOutput[]): Uint8Array[] {
  const messages = new VirtualChannelMessages(1 << 20);
  return outputs.flatMap((output) => {
    if (output.type !== 'send' || output.to !== side) return [];
    const location = locateSendData(output.bytes);
    if (location?.channelId !== DRDYNVC) throw new Error('a frame of another channel');
    const end = location.offset + location.sizeBytes;
    const whole = messages.push(decodeVirtualChannelChunk(new Reader(output.bytes, 'test', location.offset, end)));
    return whole === null ? [] : [whole.slice()];
  });
}

export function pdusToClient(outputs: readonly RelayOutput[]): DvcServerPdu[] {
  return messagesTo('client', outputs).map((message) => decodeDvcServerPdu(new Reader(message, 'test')));
}

export function pdusToTarget(outputs: readonly RelayOutput[]): DvcClientPdu[] {
  return messagesTo('target', outputs).map((message) => decodeDvcClientPdu(new Reader(message, 'test')));
}

export function recorded(outputs: readonly RelayOutput[]): Uint8Array[] {
  return outputs.flatMap((output) => (output.type === 'record' ? [output.pdu] : []));
}

const NOTHING: Uint8Array = new Uint8Array(0);

export function createRequest(channelId: number, channelName: string, trailing: Uint8Array = NOTHING): DvcServerPdu {
  return { kind: 'create-request', cbId: 0, pri: 0, channelId, channelName, trailing };
}

export function createResponse(channelId: number, creationStatus = 0): DvcClientPdu {
  return { kind: 'create-response', cbId: 0, sp: 0, channelId, creationStatus };
}

export function data(channelId: number, bytes: Uint8Array, compressed = false) {
  return { kind: 'data', cbId: 0, sp: 0, compressed, channelId, data: bytes } as const;
}

export function close(channelId: number) {
  return { kind: 'close', cbId: 0, sp: 0, channelId } as const;
}

/** The client opens the graphics channel as number 3. */
export function openGraphics(relay: Relay): RelayOutput[] {
  return [...sayTarget(relay, createRequest(3, GRAPHICS_CHANNEL)), ...sayClient(relay, createResponse(3))];
}

/** A client's message on channel 3, in as many PDUs as it takes. */
export function sayGraphics(relay: Relay, message: Uint8Array): RelayOutput[] {
  return encodeDvcMessage(3, message).flatMap((bytes) => say(relay, 'client', bytes));
}
