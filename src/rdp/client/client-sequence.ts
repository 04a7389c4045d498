/**
 * The client's side of an RDP connection inside TLS, [MS-RDPBCGR] 1.3.1.1: from MCS Connect-Initial to the active
 * session, and through deactivation and reactivation (1.3.1.3). Without I/O: whole PDUs in, outputs out.
 *
 * A PDU that is not due throws `UnexpectedPduError`, a malformed one `DecodeError`; the connection is to be closed then.
 */
import { decodeConferenceCreateResponse } from '../connection/gcc/conference-create-response.js';
import { findServerBlock, RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED } from '../connection/gcc/server-data-blocks.js';
import { decodeLicensingPdu, endsLicensing } from '../connection/licensing.js';
import { RT_SUCCESSFUL } from '../connection/mcs/choice.js';
import { decodeConnectResponse } from '../connection/mcs/connect-response.js';
import { decodeDomainPdu, encodeDomainPdu, type DomainPdu } from '../connection/mcs/domain-pdu.js';
import { ERECT_DOMAIN_PARAMETERS } from '../connection/mcs/erect-domain-request.js';
import { decodeSecurityHeader, SEC_LICENSE_PKT } from '../connection/security-header.js';
import { encodeDataFrame, openDataFrame } from '../connection/x224/data.js';
import { UnexpectedPduError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { isFastPath } from '../wire/tpkt.js';
import { connectInitial, type ClientOptions } from './client-options.js';
import { clientInfoFrame, joinFrame } from './client-pdus.js';
import { stepShare } from './client-share.js';
import type { ClientConnection, ClientOutput, ClientSession, ClientState, ClientStep } from './client-state.js';

function send(bytes: Uint8Array): ClientOutput {
  return { type: 'send', bytes };
}

/** The first step of a connection whose TLS handshake is done. Throws RangeError for options that no PDU can carry. */
export function startClientSequence(options: ClientOptions): ClientStep {
  return {
    state: { name: 'expect-connect-response', options },
    outputs: [send(encodeDataFrame(connectInitial(options)))],
  };
}

/** Takes one whole PDU of the server (TPKT or fast-path). */
export function stepClientSequence(state: ClientState, pdu: Uint8Array): ClientStep {
  if (state.name === 'closed') return { state, outputs: [] };
  if (isFastPath(pdu)) {
    if (state.name !== 'active' && state.name !== 'expect-font-map' && state.name !== 'expect-demand-active') {
      throw new UnexpectedPduError(state.name, 'a TPKT', 'fast-path output');
    }
    return { state, outputs: [{ type: 'fast-path', pdu }] };
  }
  if (state.name === 'expect-connect-response') return acceptConnectResponse(state.options, pdu);
  const domainPdu = decodeDomainPdu(openDataFrame(pdu, 'domain PDU'));
  if (domainPdu.kind === 'disconnect-provider-ultimatum') {
    return { state: { name: 'closed' }, outputs: [{ type: 'end', reason: domainPdu.reason }] };
  }
  return domainStep(state, domainPdu);
}

function acceptConnectResponse(options: ClientOptions, pdu: Uint8Array): ClientStep {
  const response = decodeConnectResponse(openDataFrame(pdu, 'Connect-Response'));
  if (response.result !== RT_SUCCESSFUL) {
    throw new UnexpectedPduError('expect-connect-response', 'rt-successful', `result ${response.result}`);
  }
  const reader = new Reader(response.userData, 'conferenceCreateResponse');
  const { serverData } = decodeConferenceCreateResponse(reader);
  const network = findServerBlock(serverData, 'network');
  if (network === undefined) throw reader.error('invalid', 'no network data');
  if (network.channelIds.length !== options.channels.length) throw reader.error('invalid', 'channelCount');
  const early = findServerBlock(serverData, 'core')?.earlyCapabilityFlags ?? 0;
  const connection: ClientConnection = {
    options,
    ioChannelId: network.mcsChannelId,
    channelIds: network.channelIds,
    skipsChannelJoin: options.skipChannelJoin && (early & RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED) !== 0,
  };
  const erect = { kind: 'erect-domain-request', parameters: Uint8Array.from(ERECT_DOMAIN_PARAMETERS) } as const;
  return {
    state: { name: 'expect-attach-user-confirm', connection },
    outputs: [
      send(encodeDataFrame(encodeDomainPdu(erect))),
      send(encodeDataFrame(encodeDomainPdu({ kind: 'attach-user-request' }))),
    ],
  };
}

type DomainState = Exclude<ClientState, { name: 'expect-connect-response' | 'closed' }>;

function domainStep(state: DomainState, pdu: DomainPdu): ClientStep {
  switch (state.name) {
    case 'expect-attach-user-confirm':
      return userAttached(state.connection, pdu);
    case 'expect-channel-join-confirm':
      return channelJoined(state, pdu);
    default:
      break;
  }
  if (pdu.kind !== 'send-data-indication') throw new UnexpectedPduError(state.name, 'send-data-indication', pdu.kind);
  if (pdu.channelId !== state.session.ioChannelId) {
    return { state, outputs: [{ type: 'channel-data', channelId: pdu.channelId, data: pdu.userData }] };
  }
  return state.name === 'expect-licensing' ? licensed(state.session, pdu.userData) : stepShare(state, pdu.userData);
}

function userAttached(connection: ClientConnection, pdu: DomainPdu): ClientStep {
  const expected = 'attach-user-confirm';
  if (pdu.kind !== expected) throw new UnexpectedPduError('expect-attach-user-confirm', expected, pdu.kind);
  const { initiator, result } = pdu;
  if (initiator === null || result !== RT_SUCCESSFUL) {
    throw new UnexpectedPduError('expect-attach-user-confirm', 'rt-successful', `result ${result}`);
  }
  const session: ClientSession = { ...connection, userChannelId: initiator };
  return connection.skipsChannelJoin
    ? joinNext(session, [])
    : joinNext(session, [initiator, connection.ioChannelId, ...connection.channelIds]);
}

/** Asks for the first of the pending channels; Client Info follows when there are none. */
function joinNext(session: ClientSession, pending: readonly number[]): ClientStep {
  const [channelId] = pending;
  if (channelId === undefined) {
    return { state: { name: 'expect-licensing', session }, outputs: [send(clientInfoFrame(session))] };
  }
  return {
    state: { name: 'expect-channel-join-confirm', session, pending },
    outputs: [send(joinFrame(session, channelId))],
  };
}

function channelJoined(
  state: Extract<ClientState, { name: 'expect-channel-join-confirm' }>,
  pdu: DomainPdu,
): ClientStep {
  if (pdu.kind !== 'channel-join-confirm') throw new UnexpectedPduError(state.name, 'channel-join-confirm', pdu.kind);
  const [asked, ...pending] = state.pending;
  if (pdu.requested !== asked) throw new UnexpectedPduError(state.name, 'the channel asked for', 'another channel');
  // A server may refuse a static virtual channel; only the I/O channel and the user's own are needed.
  const isNeeded = asked === state.session.ioChannelId || asked === state.session.userChannelId;
  if (isNeeded && pdu.result !== RT_SUCCESSFUL) {
    throw new UnexpectedPduError(state.name, 'rt-successful', `result ${pdu.result}`);
  }
  return joinNext(state.session, pending);
}

function licensed(session: ClientSession, userData: Uint8Array): ClientStep {
  const state = 'expect-licensing';
  const reader = new Reader(userData, 'licensing PDU');
  const header = decodeSecurityHeader(reader);
  if ((header.flags & SEC_LICENSE_PKT) === 0) throw new UnexpectedPduError(state, 'licensing', 'another PDU');
  if (!endsLicensing(decodeLicensingPdu(reader))) {
    throw new UnexpectedPduError(state, 'valid client', 'another licensing PDU');
  }
  return { state: { name: 'expect-demand-active', session }, outputs: [] };
}
