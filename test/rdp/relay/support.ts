/** What the relay's tests share: recorded connections, PDUs of either side, and a relay that is driven to a phase. */
import { ALL_CHANNEL_USES } from '../../../src/contract/channel-policy.js';
import { createContentHash } from '../../../src/gateway/relay/content-hash.js';
import { readFileSync } from 'node:fs';
import {
  decodeConferenceCreateRequest,
  encodeConferenceCreateRequest,
} from '../../../src/rdp/connection/gcc/conference-create-request.js';
import {
  decodeConferenceCreateResponse,
  encodeConferenceCreateResponse,
} from '../../../src/rdp/connection/gcc/conference-create-response.js';
import type { ClientDataBlock } from '../../../src/rdp/connection/gcc/client-data-blocks.js';
import type { ServerDataBlock } from '../../../src/rdp/connection/gcc/server-data-blocks.js';
import { encodeLicensingPdu, VALID_CLIENT } from '../../../src/rdp/connection/licensing.js';
import { decodeConnectInitial, encodeConnectInitial } from '../../../src/rdp/connection/mcs/connect-initial.js';
import { decodeConnectResponse, encodeConnectResponse } from '../../../src/rdp/connection/mcs/connect-response.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { locateSendData, sendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { encodeSecured, SEC_LICENSE_PKT } from '../../../src/rdp/connection/security-header.js';
import { PROTOCOL_HYBRID, PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { encodeDataFrame, openDataFrame } from '../../../src/rdp/connection/x224/data.js';
import type { RelayOutput } from '../../../src/rdp/relay/output.js';
import { Relay } from '../../../src/rdp/relay/relay.js';
import type { ShapingPolicy } from '../../../src/rdp/relay/shaping/connect-initial.js';
import { clientCapabilities } from '../../../src/rdp/client/client-capabilities.js';
import { serverCapabilities } from '../../../src/rdp/server/server-capabilities.js';
import type { CapabilitySet } from '../../../src/rdp/session/capabilities/capability-sets.js';
import { encodeConfirmActive } from '../../../src/rdp/session/confirm-active.js';
import { encodeDeactivateAll } from '../../../src/rdp/session/deactivate-all.js';
import { encodeDemandActive } from '../../../src/rdp/session/demand-active.js';
import { encodeFontMap, EMPTY_FONT_MAP } from '../../../src/rdp/session/font-map.js';
import { encodeShareControl, PduType, SERVER_CHANNEL_ID } from '../../../src/rdp/session/share-control.js';
import { encodeDataPdu, PduType2 } from '../../../src/rdp/session/share-data.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { hex } from '../session/support.js';

const CAPTURES = new URL('../../fixtures/connection-captures/', import.meta.url);

export const CAPTURE_NAMES = ['xfreerdp', 'xfreerdp-token', 'rdesktop'] as const;
export type CaptureName = (typeof CAPTURE_NAMES)[number];

/** Ids in the recorded connections of xfreerdp: the I/O channel, then the channels in the order of their definition. */
export const IO_CHANNEL = 1003;
export const USER_CHANNEL = 1008;
export const SHARE_ID = 0x0001_03ea;

export type Side = 'client' | 'target';

/** What follows TLS in a recorded connection, one side each, in the order of that side. */
export function captured(name: CaptureName): { readonly client: Uint8Array[]; readonly target: Uint8Array[] } {
  const lines = readFileSync(new URL(`${name}.hex`, CAPTURES), 'utf8')
    .trim()
    .split('\n');
  const pdus = (side: string) => lines.filter((line) => line.startsWith(side)).map((line) => hex(line.slice(6)));
  const insideTls = (pdu: Uint8Array) => pdu[0] === 3 && pdu[5] === 0xf0;
  return { client: pdus('client').filter(insideTls), target: pdus('server').filter(insideTls) };
}

/** A recorded connection in an order in which it can have happened, up to the end of licensing. */
export function conversation(name: CaptureName): { readonly from: Side; readonly pdu: Uint8Array }[] {
  const { client, target } = captured(name);
  const [initial, ...requests] = client.map((pdu) => ({ from: 'client', pdu }) as const);
  const [response, ...answers] = target.map((pdu) => ({ from: 'target', pdu }) as const);
  if (initial === undefined || response === undefined) throw new Error('the capture is empty');
  const licence = answers.splice(-1);
  // Erect domain and attach user come before the first answer, then each join has its confirm.
  const joins = requests.slice(2, -1).flatMap((request, index) => [request, ...answers.slice(index + 1, index + 2)]);
  return [
    initial,
    response,
    ...requests.slice(0, 2),
    ...answers.slice(0, 1),
    ...joins,
    ...requests.slice(-1),
    ...licence,
  ];
}

export function policy(recorded: boolean, change: Partial<ShapingPolicy> = {}): ShapingPolicy {
  return {
    recorded,
    targetSelectedProtocol: PROTOCOL_SSL,
    clientRequestedProtocols: PROTOCOL_SSL | PROTOCOL_HYBRID,
    channels: new Set(ALL_CHANNEL_USES),
    createHash: createContentHash,
    ...change,
  };
}

export function ioFromTarget(userData: Uint8Array, channelId = IO_CHANNEL): Uint8Array {
  return encodeDataFrame(encodeDomainPdu(sendData('send-data-indication', SERVER_CHANNEL_ID, channelId, userData)));
}

export function ioFromClient(userData: Uint8Array, channelId = IO_CHANNEL): Uint8Array {
  return encodeDataFrame(encodeDomainPdu(sendData('send-data-request', USER_CHANNEL, channelId, userData)));
}

/** A Data PDU from its share control header on. */
export function dataPdu(pduType2: number, payload: Uint8Array, compressedType = 0): Uint8Array {
  const pdu = encodeDataPdu({ shareId: SHARE_ID, pduSource: SERVER_CHANNEL_ID, pduType2 }, payload);
  pdu[15] = compressedType;
  pdu[16] = pdu.length & 0xff;
  pdu[17] = pdu.length >> 8;
  return pdu;
}

const DESKTOP = { desktopWidth: 1024, desktopHeight: 768, colorDepth: 32 } as const;
/** What a client of the tests asks for. */
export const CLIENT_OPTIONS = {
  ...DESKTOP,
  selectedProtocol: PROTOCOL_SSL,
  userName: 'any',
  password: 'any',
  domain: '',
  clientName: 'any',
  channels: [],
  compressionType: 1,
  bitmapCodecs: [],
  fastPathOutput: true,
  skipChannelJoin: false,
};

export function demandActive(sets: readonly CapabilitySet[] = serverCapabilities(DESKTOP)): Uint8Array {
  const body = { shareId: SHARE_ID, sourceDescriptor: Uint8Array.of(0x52, 0), capabilitySets: sets, sessionId: 0 };
  return encodeShareControl({ pduType: PduType.demandActive, pduSource: SERVER_CHANNEL_ID }, encodeDemandActive(body));
}

export function desktopSets(desktopWidth: number, desktopHeight: number): CapabilitySet[] {
  return serverCapabilities({ ...DESKTOP, desktopWidth, desktopHeight });
}

export function confirmActive(
  sets: readonly CapabilitySet[] = clientCapabilities(CLIENT_OPTIONS, DESKTOP),
): Uint8Array {
  const body = {
    shareId: SHARE_ID,
    originatorId: SERVER_CHANNEL_ID,
    sourceDescriptor: Uint8Array.of(0x52, 0),
    capabilitySets: sets,
  };
  return encodeShareControl({ pduType: PduType.confirmActive, pduSource: USER_CHANNEL }, encodeConfirmActive(body));
}

export const LICENCE_ALERT = encodeSecured({ flags: SEC_LICENSE_PKT, flagsHi: 0 }, encodeLicensingPdu(VALID_CLIENT));

/** A relay after a recorded connection of xfreerdp: Client Info was sent, licensing has not begun. */
export function connectedRelay(recorded = true, change: Partial<ShapingPolicy> = {}): Relay {
  const relay = new Relay(policy(recorded, change));
  for (const { from, pdu } of conversation('xfreerdp').slice(0, -1)) {
    const outputs = from === 'client' ? relay.fromClient(pdu) : relay.fromTarget(pdu);
    if (outputs.some(({ type }) => type === 'end')) throw new Error('the recorded connection is refused');
  }
  return relay;
}

export const DEACTIVATE_ALL = encodeShareControl(
  { pduType: PduType.deactivateAll, pduSource: SERVER_CHANNEL_ID },
  encodeDeactivateAll({ shareId: SHARE_ID, sourceDescriptor: Uint8Array.of(0) }),
);

/** Ends the activation of a share. */
export const FONT_MAP = ioFromTarget(dataPdu(PduType2.fontMap, encodeFontMap(EMPTY_FONT_MAP)));

/** A relay whose client and target are drawing. */
export function activeRelay(recorded = true): Relay {
  const relay = connectedRelay(recorded);
  relay.fromTarget(ioFromTarget(LICENCE_ALERT));
  relay.fromTarget(ioFromTarget(demandActive()));
  relay.fromClient(ioFromClient(confirmActive()));
  relay.fromTarget(FONT_MAP);
  return relay;
}

/** What is sent to one side, in order. */
export function sentTo(side: Side, outputs: readonly RelayOutput[]): Uint8Array[] {
  return outputs.flatMap((output) => (output.type === 'send' && output.to === side ? [output.bytes] : []));
}

export function endOf(outputs: readonly RelayOutput[]): Extract<RelayOutput, { type: 'end' }> | undefined {
  return outputs.find((output) => output.type === 'end');
}

/** User data of the one frame that is sent to a side. */
export function userDataTo(side: Side, outputs: readonly RelayOutput[]): Uint8Array {
  const frames = sentTo(side, outputs);
  const [frame] = frames;
  if (frame === undefined || frames.length !== 1) throw new Error(`${frames.length} frames to the ${side}`);
  const location = locateSendData(frame);
  if (location === null) throw new Error('no send data PDU');
  return frame.subarray(location.offset, location.offset + location.sizeBytes);
}

/** The recorded Connect-Initial with edited blocks. */
export function connectInitialWith(
  edit: (blocks: readonly ClientDataBlock[]) => readonly ClientDataBlock[],
): Uint8Array {
  const [frame] = captured('xfreerdp').client;
  const initial = decodeConnectInitial(openDataFrame(frame ?? new Uint8Array(0), 'test'));
  const { clientData } = decodeConferenceCreateRequest(new Reader(initial.userData, 'test'));
  const userData = encodeConferenceCreateRequest({ clientData: edit(clientData) });
  return encodeDataFrame(encodeConnectInitial({ ...initial, userData }));
}

export function connectResponseWith(
  edit: (blocks: readonly ServerDataBlock[]) => readonly ServerDataBlock[],
): Uint8Array {
  const [frame] = captured('xfreerdp').target;
  const response = decodeConnectResponse(openDataFrame(frame ?? new Uint8Array(0), 'test'));
  const conference = decodeConferenceCreateResponse(new Reader(response.userData, 'test'));
  const userData = encodeConferenceCreateResponse({ ...conference, serverData: edit(conference.serverData) });
  return encodeDataFrame(encodeConnectResponse({ ...response, userData }));
}

/** The blocks of a Connect-Initial as the target gets them. */
export function clientBlocks(frame: Uint8Array): readonly ClientDataBlock[] {
  const initial = decodeConnectInitial(openDataFrame(frame, 'test'));
  return decodeConferenceCreateRequest(new Reader(initial.userData, 'test')).clientData;
}

/** The blocks of a Connect-Response as the client gets them. */
export function serverBlocks(frame: Uint8Array): readonly ServerDataBlock[] {
  const response = decodeConnectResponse(openDataFrame(frame, 'test'));
  return decodeConferenceCreateResponse(new Reader(response.userData, 'test')).serverData;
}
