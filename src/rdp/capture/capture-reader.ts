/**
 * Follows a captured session without taking part in it: what both sides sent inside TLS, in the order of the capture, in;
 * what the relay would have recorded of it, out. Nothing is edited, so the picture is what the client of then was shown.
 * Phases are named for what they await.
 */
import { isEntraAccount } from '../connection/entra-account.js';
import { decodeConferenceCreateRequest } from '../connection/gcc/conference-create-request.js';
import { decodeConnectInitial } from '../connection/mcs/connect-initial.js';
import { decodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { locateSendData, type SendDataLocation } from '../connection/mcs/send-data.js';
import { decodeMessageChannelPdu } from '../connection/message-channel.js';
import { decodeSecurityHeader, SEC_INFO_PKT } from '../connection/security-header.js';
import { PROTOCOL_RDSAAD } from '../connection/security-protocols.js';
import { openDataFrame } from '../connection/x224/data.js';
import { ChannelMap } from '../relay/channels.js';
import { ClientShare } from '../relay/client-share.js';
import type { RelayEndReason, RelayOutput } from '../relay/output.js';
import { fastPathPointerPosition } from '../relay/pointer-position.js';
import { shapeClientInfo } from '../relay/shaping/client-info.js';
import { isDynamicChannels } from '../relay/shaping/static-channels.js';
import { shapeConnectResponse } from '../relay/shaping/connect-response.js';
import { ShareState } from '../relay/share-state.js';
import { TargetShare } from '../relay/target-share.js';
import { DecodeError, UnexpectedPduError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { Framer, isFastPath } from '../wire/tpkt.js';
import type { CaptureOutput } from './capture-output.js';
import { withUnshapedCaches } from './captured-activation.js';
import { DynamicChannelReader } from './dynamic-channel-reader.js';
import { CONNECT_INITIAL, CONNECT_RESPONSE, SignInPhase } from './sign-in-phase.js';
import { chosenMechanism, ntlmNamesEntra } from './sign-in-signs.js';

export type CapturePhase =
  /** Whatever comes between TLS and MCS, if anything does. */
  | 'expect-connect-initial'
  | 'expect-connect-response'
  | 'expect-client-info'
  /** Licensing, activation and the session itself. */
  | 'share';

type Side = 'client' | 'server';

export class CaptureReader {
  readonly #selectedProtocol: number;
  readonly #share = new ShareState();
  readonly #clientShare = new ClientShare(this.#share, true);
  readonly #serverShare = new TargetShare(this.#share, true);
  readonly #dynamic = new DynamicChannelReader();
  readonly #framers = { client: new Framer(), server: new Framer() };
  readonly #signIn = { client: new SignInPhase(CONNECT_INITIAL), server: new SignInPhase(CONNECT_RESPONSE) };
  /** Sides whose byte stream has no more PDUs that can be found. */
  readonly #unframed = new Set<Side>();
  readonly #signedIn = new Set<Side>();
  #phase: CapturePhase = 'expect-connect-initial';
  #channelNames: readonly string[] = [];
  #channels: ChannelMap | null = null;
  #ended = false;

  /** `selectedProtocol` is what the server selected in its X.224 Connection Confirm. */
  constructor(selectedProtocol: number) {
    this.#selectedProtocol = selectedProtocol;
  }

  get phase(): CapturePhase {
    return this.#phase;
  }

  /** True when the graphics pipeline was opened inside what was captured. */
  get graphicsSeen(): boolean {
    return this.#dynamic.graphicsSeen;
  }

  /** The way that the person signed in by, as far as the exchange before MCS tells. */
  get kerberos(): boolean {
    return chosenMechanism(this.#signIn.server.exchanged) === 'kerberos';
  }

  fromClient(bytes: Uint8Array): readonly CaptureOutput[] {
    return this.#follow('client', bytes, (pdu) => this.#clientPdu(pdu));
  }

  fromServer(bytes: Uint8Array): readonly CaptureOutput[] {
    return this.#follow('server', bytes, (pdu) => this.#serverPdu(pdu));
  }

  #follow(
    side: Side,
    bytes: Uint8Array,
    read: (pdu: Uint8Array) => readonly CaptureOutput[],
  ): readonly CaptureOutput[] {
    if (this.#ended) return [];
    const outputs: CaptureOutput[] = [];
    const data = this.#afterSignIn(side, bytes, outputs);
    for (const pdu of this.#frames(side, data, outputs)) {
      if (this.#ended) break;
      try {
        outputs.push(...read(pdu));
      } catch (error) {
        outputs.push(...lossOf(side, pdu.length, error));
      }
    }
    return outputs;
  }

  /** The part of `bytes` that belongs to MCS. */
  #afterSignIn(side: Side, bytes: Uint8Array, outputs: CaptureOutput[]): Uint8Array {
    if (this.#signedIn.has(side)) return bytes;
    const rest = this.#signIn[side].push(bytes);
    if (rest === null) return new Uint8Array(0);
    this.#signedIn.add(side);
    if (side === 'client') this.#noticeEntra(outputs);
    return rest;
  }

  #noticeEntra(outputs: CaptureOutput[]): void {
    const seen = (where: string): void => void outputs.push({ type: 'entra-seen', where });
    if (this.#selectedProtocol === PROTOCOL_RDSAAD) seen('negotiation');
    if (chosenMechanism(this.#signIn.server.exchanged) === 'negoex') seen('credssp-negoex');
    if (ntlmNamesEntra(this.#signIn.client.exchanged)) seen('ntlm-authenticate');
  }

  #frames(side: Side, bytes: Uint8Array, outputs: CaptureOutput[]): readonly Uint8Array[] {
    if (!this.#unframed.has(side)) {
      try {
        return this.#framers[side].push(bytes);
      } catch (error) {
        this.#unframed.add(side);
        outputs.push(...lossOf(side, bytes.length, error));
        return [];
      }
    }
    if (side === 'server' && bytes.length > 0) {
      outputs.push({
        type: 'lost',
        codec: 'frames',
        reason: 'invalid: nothing follows on what was there',
        bytes: bytes.length,
      });
    }
    return [];
  }

  #clientPdu(pdu: Uint8Array): readonly CaptureOutput[] {
    if (isFastPath(pdu)) {
      const position = this.#phase === 'share' ? fastPathPointerPosition(pdu) : null;
      return position === null ? [] : [{ type: 'pointer', ...position }];
    }
    if (this.#phase === 'expect-connect-initial') return this.#connectInitial(pdu);
    const location = locateSendData(pdu);
    if (location === null) return this.#domainPdu(pdu, 'client-disconnected');
    const channels = this.#connected();
    if (channels.isMessageChannel(location.channelId)) return multitransport(pdu, location);
    if (location.channelId !== channels.ioChannelId) {
      return this.#isDynamic(location) ? this.#dynamic.fromClient(pdu, location) : [];
    }
    if (this.#phase === 'expect-client-info') return this.#clientInfo(pdu, location);
    return withUnshapedCaches(notSent(this.#clientShare.step(pdu, location)), pdu, location);
  }

  #serverPdu(pdu: Uint8Array): readonly CaptureOutput[] {
    if (isFastPath(pdu)) return [{ type: 'record', kind: 'fast-path', pdu }];
    if (this.#phase === 'expect-connect-response') return this.#connectResponse(pdu);
    const location = locateSendData(pdu);
    if (location === null) return this.#domainPdu(pdu, 'target-disconnected');
    if (location.channelId === this.#connected().ioChannelId) {
      return this.#noteEnd(notSent(this.#serverShare.step(pdu, location)));
    }
    return this.#isDynamic(location) ? this.#dynamic.fromServer(pdu, location) : [];
  }

  #connectInitial(pdu: Uint8Array): readonly CaptureOutput[] {
    const { userData } = decodeConnectInitial(openDataFrame(pdu, 'connectInitial'));
    const { clientData } = decodeConferenceCreateRequest(new Reader(userData, 'conferenceCreateRequest'));
    const network = clientData.find((block) => block.kind === 'network');
    this.#channelNames = network?.kind === 'network' ? network.channels.map(({ name }) => name) : [];
    this.#phase = 'expect-connect-response';
    return [];
  }

  #connectResponse(pdu: Uint8Array): readonly CaptureOutput[] {
    const unshaped = { recorded: false, clientRequestedProtocols: 0 };
    const response = shapeConnectResponse(openDataFrame(pdu, 'connectResponse'), unshaped);
    const { ioChannelId, messageChannelId, channelIds } = response;
    const channels = this.#channelNames.map((name) => ({ name, withheld: false }));
    this.#channels = new ChannelMap(ioChannelId, messageChannelId, channels, channelIds);
    this.#phase = 'expect-client-info';
    return [];
  }

  #clientInfo(pdu: Uint8Array, location: SendDataLocation): readonly CaptureOutput[] {
    const reader = new Reader(pdu, 'clientInfo', location.offset, location.offset + location.sizeBytes);
    if ((decodeSecurityHeader(reader).flags & SEC_INFO_PKT) === 0) {
      throw new UnexpectedPduError(this.#phase, 'Client Info', 'another PDU');
    }
    const { compression, ...account } = shapeClientInfo(reader, { recorded: false });
    this.#share.compression = compression;
    this.#phase = 'share';
    return isEntraAccount(account) ? [{ type: 'entra-seen', where: 'client-info' }] : [];
  }

  #domainPdu(pdu: Uint8Array, reason: RelayEndReason): readonly CaptureOutput[] {
    if (decodeDomainPdu(openDataFrame(pdu, 'domainPdu')).kind !== 'disconnect-provider-ultimatum') return [];
    return this.#noteEnd([{ type: 'end', reason }]);
  }

  #noteEnd(outputs: readonly CaptureOutput[]): readonly CaptureOutput[] {
    this.#ended ||= outputs.some(({ type }) => type === 'end');
    return outputs;
  }

  #isDynamic({ channelId }: SendDataLocation): boolean {
    const name = this.#connected().get(channelId)?.name;
    return name !== undefined && isDynamicChannels(name);
  }

  #connected(): ChannelMap {
    if (this.#channels === null) throw new UnexpectedPduError(this.#phase, 'connection of MCS', 'data');
    return this.#channels;
  }
}

function notSent(outputs: readonly RelayOutput[]): readonly CaptureOutput[] {
  return outputs.flatMap((output) => (output.type === 'send' ? [] : [output]));
}

const HRESULT_FAILED = 0x8000_0000;
/** requestId comes first; 2.2.15.2. */
const HR_RESPONSE_OFFSET = 4;

/** The client's answer to a request for UDP. */
function multitransport(pdu: Uint8Array, location: SendDataLocation): readonly CaptureOutput[] {
  const reader = new Reader(pdu, 'messageChannel', location.offset, location.offset + location.sizeBytes);
  const { kind, data } = decodeMessageChannelPdu(reader);
  if (kind !== 'multitransport-response') return [];
  const failed = (new Reader(data, 'multitransportResponse', HR_RESPONSE_OFFSET).u32() & HRESULT_FAILED) !== 0;
  return failed ? [] : [{ type: 'udp-agreed' }];
}

/** What a client sends holds no pixels, but its Confirm Active says how the server draws. */
function lossOf(side: Side, bytes: number, error: unknown): readonly CaptureOutput[] {
  if (!(error instanceof DecodeError || error instanceof UnexpectedPduError || error instanceof RangeError))
    throw error;
  return [{ type: 'lost', codec: side === 'server' ? 'server PDU' : 'client PDU', reason: error.message, bytes }];
}
