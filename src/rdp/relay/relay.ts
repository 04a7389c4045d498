/**
 * The relay of one connection, without I/O: PDUs of either leg in, outputs out. It follows the connection sequence
 * ([MS-RDPBCGR] 1.3.1.1) from the MCS Connect-Initial on, edits what has to be edited, and in a recorded session names
 * every PDU that the picture is made of before it is sent on. Phases are named for what they await.
 */
import type { DesktopSize } from '../../contract/recorder-protocol.js';
import { isEntraAccount } from '../connection/entra-account.js';
import { encodeDomainPdu, decodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { RN_PROVIDER_INITIATED } from '../connection/mcs/disconnect-provider-ultimatum.js';
import { locateSendData, sendData, type SendDataLocation } from '../connection/mcs/send-data.js';
import { encodeDataFrame, openDataFrame } from '../connection/x224/data.js';
import { encodeSetErrorInfo } from '../session/set-error-info.js';
import { SERVER_CHANNEL_ID } from '../session/share-control.js';
import { encodeDataPdu, PduType2 } from '../session/share-data.js';
import { DecodeError, UnexpectedPduError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { isFastPath } from '../wire/tpkt.js';
import { ActivationHold } from './activation-hold.js';
import { ChannelMap, type StaticChannel } from './channels.js';
import { ClientShare } from './client-share.js';
import { DynamicChannelRelay } from './dynamic/dynamic-channel-relay.js';
import { farewellCode } from './farewell.js';
import type { RelayMachine, RelayOutput } from './output.js';
import { fastPathPointerPosition } from './pointer-position.js';
import { redrawFrames } from './redraw.js';
import { shapeClientInfo } from './shaping/client-info.js';
import { gfxOffer, type ShapingPolicy, shapeConnectInitial } from './shaping/connect-initial.js';
import { shapeConnectResponse } from './shaping/connect-response.js';
import { isDynamicChannels } from './shaping/static-channels.js';
import { ShareState } from './share-state.js';
import { channelFilter } from './static/channel-filters.js';
import { StaticChannelRelay } from './static/static-channel-relay.js';
import { TargetShare } from './target-share.js';
import { isFastPathUserInput, isSlowPathUserInput } from './user-input.js';
import { decodeSecurityHeader, encodeSecured, SEC_INFO_PKT, SEC_TRANSPORT_REQ } from '../connection/security-header.js';

type Phase =
  | 'expect-connect-initial'
  | 'expect-connect-response'
  /** Erect domain, attach user, channel joins; ends with Client Info. */
  | 'expect-client-info'
  /** Licensing, then activation and the session itself, which may deactivate and activate again. */
  | 'share';

export class Relay implements RelayMachine {
  readonly #policy: ShapingPolicy;
  readonly #share = new ShareState();
  readonly #hold = new ActivationHold(this.#share);
  readonly #clientShare: ClientShare;
  readonly #targetShare: TargetShare;
  #phase: Phase = 'expect-connect-initial';
  #requestedChannels: readonly StaticChannel[] = [];
  #channels: ChannelMap | null = null;
  /** Known from Client Info on. */
  #clientUserId: number | null = null;
  #dynamic: DynamicChannelRelay | null = null;
  #inputs = 0;
  /** Static channels that are looked into, and null for those that are not, by id. */
  readonly #static = new Map<number, StaticChannelRelay | null>();

  constructor(policy: ShapingPolicy) {
    this.#policy = policy;
    this.#clientShare = new ClientShare(this.#share, policy.recorded);
    this.#targetShare = new TargetShare(this.#share, policy.recorded);
  }

  /** How often the client has sent input of a person. */
  get inputs(): number {
    return this.#inputs;
  }

  fromClient(pdu: Uint8Array): readonly RelayOutput[] {
    try {
      return this.#hold.take(isFastPath(pdu) ? this.#fastPathFromClient(pdu) : this.#frameFromClient(pdu));
    } catch (error) {
      return this.#hold.take(endOn(error, 'client-protocol-error'));
    }
  }

  fromTarget(pdu: Uint8Array): readonly RelayOutput[] {
    try {
      return this.#hold.take(isFastPath(pdu) ? this.#fastPathFromTarget(pdu) : this.#frameFromTarget(pdu));
    } catch (error) {
      return this.#hold.take(endOn(error, 'target-protocol-error'));
    }
  }

  redraw(desktop: DesktopSize): readonly Uint8Array[] {
    if (this.#channels === null || this.#clientUserId === null) return [];
    return redrawFrames(this.#share, desktop, this.#clientUserId, this.#channels.ioChannelId);
  }

  /** PDUs that tell the client why the gateway ends the session; empty before the share is up. */
  farewell(reason: string): readonly Uint8Array[] {
    const channels = this.#channels;
    const { shareId } = this.#share;
    if (channels === null || shareId === null) return [];
    const header = { shareId, pduSource: SERVER_CHANNEL_ID, pduType2: PduType2.setErrorInfo };
    const error = encodeDataPdu(header, encodeSetErrorInfo({ errorInfo: farewellCode(reason) }));
    const data = sendData('send-data-indication', SERVER_CHANNEL_ID, channels.ioChannelId, error);
    const bye = { kind: 'disconnect-provider-ultimatum', reason: RN_PROVIDER_INITIATED } as const;
    return [encodeDataFrame(encodeDomainPdu(data)), encodeDataFrame(encodeDomainPdu(bye))];
  }

  /** What was on its way when the session ended, for the event track and the audit log. */
  close(): readonly RelayOutput[] {
    return [...this.#static.values()].flatMap((relay) => relay?.close() ?? []);
  }

  #fastPathFromClient(pdu: Uint8Array): readonly RelayOutput[] {
    // Input may be on its way while the target deactivates the share, so only the phase counts.
    if (this.#phase !== 'share') throw new UnexpectedPduError(this.#phase, 'slow-path', 'fast-path input');
    if (isFastPathUserInput(pdu)) this.#inputs += 1;
    const position = this.#policy.recorded ? fastPathPointerPosition(pdu) : null;
    const send = { type: 'send', to: 'target', bytes: pdu } as const;
    return position === null ? [send] : [{ type: 'pointer', ...position }, send];
  }

  #fastPathFromTarget(pdu: Uint8Array): readonly RelayOutput[] {
    if (this.#phase !== 'share') throw new UnexpectedPduError(this.#phase, 'slow-path', 'fast-path output');
    const send = { type: 'send', to: 'client', bytes: pdu } as const;
    return this.#policy.recorded ? [{ type: 'record', kind: 'fast-path', pdu }, send] : [send];
  }

  #frameFromClient(frame: Uint8Array): readonly RelayOutput[] {
    if (this.#phase === 'expect-connect-initial') return this.#connectInitial(frame);
    const location = locateSendData(frame);
    if (location === null) return this.#domainPdu(frame, 'client');
    requireWholeFrame(frame, location);
    if (location.kind !== 'send-data-request') throw new UnexpectedPduError(this.#phase, 'request', 'indication');
    const channels = this.#connected('client');
    if (location.channelId === channels.ioChannelId) return this.#ioFromClient(frame, location);
    if (channels.isMessageChannel(location.channelId)) return [{ type: 'send', to: 'target', bytes: frame }];
    return this.#channelData(frame, location, channels, 'target');
  }

  #frameFromTarget(frame: Uint8Array): readonly RelayOutput[] {
    if (this.#phase === 'expect-connect-response') return this.#connectResponse(frame);
    const location = locateSendData(frame);
    if (location === null) return this.#domainPdu(frame, 'target');
    requireWholeFrame(frame, location);
    if (location.kind !== 'send-data-indication') throw new UnexpectedPduError(this.#phase, 'indication', 'request');
    const channels = this.#connected('target');
    if (location.channelId === channels.ioChannelId) {
      if (this.#phase !== 'share') throw new UnexpectedPduError(this.#phase, 'no data', 'data on the I/O channel');
      return this.#targetShare.step(frame, location);
    }
    if (channels.isMessageChannel(location.channelId)) return messageFromTarget(frame, location);
    return this.#channelData(frame, location, channels, 'client');
  }

  #connectInitial(frame: Uint8Array): readonly RelayOutput[] {
    const shaped = shapeConnectInitial(openDataFrame(frame, 'connectInitial'), this.#policy);
    this.#requestedChannels = shaped.channels;
    this.#phase = 'expect-connect-response';
    return [{ type: 'send', to: 'target', bytes: encodeDataFrame(shaped.mcsPdu) }];
  }

  #connectResponse(frame: Uint8Array): readonly RelayOutput[] {
    const shaped = shapeConnectResponse(openDataFrame(frame, 'connectResponse'), this.#policy);
    const { ioChannelId, messageChannelId, channelIds } = shaped;
    this.#channels = new ChannelMap(ioChannelId, messageChannelId, this.#requestedChannels, channelIds);
    this.#phase = 'expect-client-info';
    return [{ type: 'send', to: 'client', bytes: encodeDataFrame(shaped.mcsPdu) }];
  }

  /** Everything but data: passed on as it is, and a disconnect ends the session. */
  #domainPdu(frame: Uint8Array, from: 'client' | 'target'): readonly RelayOutput[] {
    this.#connected(from);
    const pdu = decodeDomainPdu(openDataFrame(frame, 'domainPdu'));
    const send = { type: 'send', to: from === 'client' ? 'target' : 'client', bytes: frame } as const;
    if (pdu.kind !== 'disconnect-provider-ultimatum') return [send];
    return [send, { type: 'end', reason: from === 'client' ? 'client-disconnected' : 'target-disconnected' }];
  }

  #ioFromClient(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    if (this.#phase === 'expect-client-info') return this.#clientInfo(frame, location);
    const payload = frame.subarray(location.offset, location.offset + location.sizeBytes);
    if (isSlowPathUserInput(payload)) this.#inputs += 1;
    return this.#clientShare.step(frame, location);
  }

  #clientInfo(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    const reader = new Reader(frame, 'clientInfo', location.offset, location.offset + location.sizeBytes);
    const security = decodeSecurityHeader(reader);
    if ((security.flags & SEC_INFO_PKT) === 0) throw new UnexpectedPduError(this.#phase, 'Client Info', 'another PDU');
    const shaped = shapeClientInfo(reader, this.#policy);
    this.#share.compression = shaped.compression;
    this.#phase = 'share';
    this.#clientUserId = location.initiator;
    const userData = encodeSecured(security, shaped.bytes);
    const pdu = sendData('send-data-request', location.initiator, location.channelId, userData);
    const outputs: RelayOutput[] = [{ type: 'send', to: 'target', bytes: encodeDataFrame(encodeDomainPdu(pdu)) }];
    if (isEntraAccount(shaped)) outputs.unshift({ type: 'entra-seen', where: 'client-info' });
    return outputs;
  }

  /** Static virtual channels: withheld ones carry nothing, in neither direction. */
  #channelData(
    frame: Uint8Array,
    location: SendDataLocation,
    channels: ChannelMap,
    to: 'client' | 'target',
  ): readonly RelayOutput[] {
    const forward = [{ type: 'send', to, bytes: frame }] as const;
    const channel = channels.get(location.channelId);
    if (channel === undefined) return this.#policy.recorded ? [] : forward;
    if (channel.withheld) return [];
    if (this.#policy.recorded && isDynamicChannels(channel.name)) {
      const dynamic = this.#dynamicChannels(location.channelId);
      return to === 'client' ? dynamic.fromTarget(frame, location) : dynamic.fromClient(frame, location);
    }
    const looked = this.#lookedInto(location.channelId, channel.name);
    return looked?.push(to === 'client' ? 'target' : 'client', frame, location) ?? forward;
  }

  /** The relay of a channel that is looked into; null for one that passes as it is. */
  #lookedInto(channelId: number, name: string): StaticChannelRelay | null {
    const known = this.#static.get(channelId);
    if (known !== undefined) return known;
    const filter = channelFilter(name, this.#policy);
    if (filter !== null && this.#clientUserId === null) {
      throw new UnexpectedPduError(this.#phase, 'Client Info', 'data on a channel');
    }
    const relay = filter === null ? null : new StaticChannelRelay(channelId, this.#clientUserId ?? 0, filter);
    this.#static.set(channelId, relay);
    return relay;
  }

  #dynamicChannels(channelId: number): DynamicChannelRelay {
    if (this.#clientUserId === null) throw new UnexpectedPduError(this.#phase, 'Client Info', 'a dynamic channel');
    this.#dynamic ??= new DynamicChannelRelay(channelId, this.#clientUserId, {
      gfxOffer: gfxOffer(this.#policy),
      channels: this.#policy.channels,
    });
    return this.#dynamic;
  }

  #connected(from: string): ChannelMap {
    if (this.#channels === null) throw new UnexpectedPduError(this.#phase, 'connection of MCS', `a PDU of the ${from}`);
    return this.#channels;
  }
}

/** UDP does not pass through the gateway: a request to bring it up is not passed on; 2.2.15.1. */
function messageFromTarget(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
  const reader = new Reader(frame, 'messageChannel', location.offset, location.offset + location.sizeBytes);
  if ((decodeSecurityHeader(reader).flags & SEC_TRANSPORT_REQ) !== 0) return [];
  return [{ type: 'send', to: 'client', bytes: frame }];
}

const LENGTH_INDICATOR_OFFSET = 4;
const DATA_LENGTH_INDICATOR = 2;
const END_OF_TSDU_OFFSET = 6;
const END_OF_TSDU = 0x80;

/**
 * Peers read a frame with other headers, or with bytes behind the user data, each in its own way; what the gateway does
 * not see the client must not either. X.224 13.7, T.125 11.32.
 */
function requireWholeFrame(frame: Uint8Array, { offset, sizeBytes }: SendDataLocation): void {
  const plain = frame[LENGTH_INDICATOR_OFFSET] === DATA_LENGTH_INDICATOR && frame[END_OF_TSDU_OFFSET] === END_OF_TSDU;
  if (!plain) throw new DecodeError('invalid', 'x224Data', LENGTH_INDICATOR_OFFSET);
  if (offset + sizeBytes !== frame.length) throw new DecodeError('invalid', 'sendData', offset + sizeBytes);
}

/** A RangeError is a PDU that has no room for its edits any more, which none of a real peer's has. */
function endOn(error: unknown, reason: 'client-protocol-error' | 'target-protocol-error'): readonly RelayOutput[] {
  if (error instanceof DecodeError || error instanceof UnexpectedPduError || error instanceof RangeError) {
    return [{ type: 'end', reason, detail: error.message }];
  }
  throw error;
}
