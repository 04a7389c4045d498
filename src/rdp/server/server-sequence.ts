/**
 * The server's side of an RDP connection inside TLS, [MS-RDPBCGR] 1.3.1.1: from MCS Connect-Initial to the active
 * session, and its deactivation and reactivation (1.3.1.3). Without I/O: whole PDUs in, outputs out.
 *
 * A PDU that is not due throws `UnexpectedPduError`, a malformed one `DecodeError`; the connection is to be closed then.
 */
import { decodeClientInfo } from '../connection/client-info.js';
import { encodeLicensingPdu, VALID_CLIENT } from '../connection/licensing.js';
import { RT_SUCCESSFUL } from '../connection/mcs/choice.js';
import { decodeDomainPdu, encodeDomainPdu, type DomainPdu } from '../connection/mcs/domain-pdu.js';
import type { SendData } from '../connection/mcs/send-data.js';
import { decodeSecurityHeader, encodeSecured, SEC_INFO_PKT, SEC_LICENSE_PKT } from '../connection/security-header.js';
import { encodeDataFrame, openDataFrame } from '../connection/x224/data.js';
import { UnexpectedPduError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { isFastPath } from '../wire/tpkt.js';
import { stepActivation, stepActive } from './server-activation.js';
import { acceptConnectInitial } from './server-connect.js';
import { deactivateAllFrame, demandActiveFrame, farewell, IO_CHANNEL_ID, ioFrame, refuse } from './server-pdus.js';
import type {
  ActiveServer,
  ServerDesktop,
  ServerOptions,
  ServerOutput,
  ServerSession,
  ServerState,
  ServerStep,
} from './server-state.js';

/** The state of a connection whose TLS handshake is done. */
export function startServerSequence(options: ServerOptions): ServerState {
  return { name: 'expect-connect-initial', options };
}

/** Takes one whole PDU of the client (TPKT or fast-path). */
export function stepServerSequence(state: ServerState, pdu: Uint8Array): ServerStep {
  if (state.name === 'closed') return { state, outputs: [] };
  if (isFastPath(pdu)) return fastPath(state, pdu);
  if (state.name === 'expect-connect-initial') return acceptConnectInitial(state.options, pdu);
  const domainPdu = decodeDomainPdu(openDataFrame(pdu, 'domain PDU'));
  if (domainPdu.kind === 'disconnect-provider-ultimatum') {
    return { state: { name: 'closed' }, outputs: [{ type: 'end', reason: 'client-disconnected' }] };
  }
  return domainStep(state, domainPdu);
}

/** Takes the session back and offers another desktop: the client confirms, and the sequence goes on to `active`. */
export function reactivate(state: ActiveServer, desktop: ServerDesktop): ServerStep {
  const session = { ...state.session, desktop, shareId: state.session.shareId + 0x1_0000 };
  return {
    state: { name: 'expect-confirm-active', session },
    outputs: [send(deactivateAllFrame(state.session)), send(demandActiveFrame(session))],
  };
}

/** Ends an active session with an error code that the client shows. */
export function endSession(state: ActiveServer, errorInfo: number): ServerStep {
  return { state: { name: 'closed' }, outputs: farewell(state.session, errorInfo) };
}

function send(bytes: Uint8Array): ServerOutput {
  return { type: 'send', bytes };
}

function fastPath(state: ServerState, pdu: Uint8Array): ServerStep {
  switch (state.name) {
    case 'active':
      return { state, outputs: [{ type: 'fast-path-input', pdu }] };
    case 'expect-confirm-active':
    case 'expect-synchronize':
    case 'expect-control-cooperate':
    case 'expect-control-request':
    case 'expect-font-list':
      // Input that was on its way when the session was deactivated.
      return { state, outputs: [] };
    default:
      throw new UnexpectedPduError(state.name, 'a TPKT', 'fast-path input');
  }
}

function domainStep(state: Exclude<ServerState, { name: 'expect-connect-initial' }>, pdu: DomainPdu): ServerStep {
  switch (state.name) {
    case 'expect-erect-domain-request':
      if (pdu.kind !== 'erect-domain-request')
        throw new UnexpectedPduError(state.name, 'erect-domain-request', pdu.kind);
      return { state: { name: 'expect-attach-user-request', session: state.session }, outputs: [] };
    case 'expect-attach-user-request':
      if (pdu.kind !== 'attach-user-request') throw new UnexpectedPduError(state.name, 'attach-user-request', pdu.kind);
      return attachUser(state.session);
    case 'expect-channel-join-request':
      return joinStep(state, pdu);
    case 'closed':
      return { state, outputs: [] };
    default:
      return dataStep(state, pdu);
  }
}

function attachUser(session: ServerSession): ServerStep {
  const confirm = encodeDomainPdu({
    kind: 'attach-user-confirm',
    result: RT_SUCCESSFUL,
    initiator: session.userChannelId,
  });
  return {
    state: { name: 'expect-channel-join-request', session, joined: new Set() },
    outputs: [send(encodeDataFrame(confirm))],
  };
}

type JoinState = Extract<ServerState, { name: 'expect-channel-join-request' }>;

function joinStep(state: JoinState, pdu: DomainPdu): ServerStep {
  const { session, joined } = state;
  if (pdu.kind === 'send-data-request' && pdu.channelId === IO_CHANNEL_ID) return clientInfo(state, pdu);
  if (pdu.kind !== 'channel-join-request') throw new UnexpectedPduError(state.name, 'channel-join-request', pdu.kind);
  const { channelId } = pdu;
  const known = [IO_CHANNEL_ID, session.userChannelId, ...session.channelIds];
  if (!known.includes(channelId)) throw new UnexpectedPduError(state.name, 'a known channel', 'another channel');
  const confirm = encodeDomainPdu({
    kind: 'channel-join-confirm',
    result: RT_SUCCESSFUL,
    initiator: session.userChannelId,
    requested: channelId,
    channelId,
  });
  return {
    state: { ...state, joined: new Set([...joined, channelId]) },
    outputs: [send(encodeDataFrame(confirm))],
  };
}

/** Client Info is answered with the end of licensing and, unless the client is refused, with Demand Active. */
function clientInfo(state: JoinState, pdu: SendData): ServerStep {
  const { session, joined } = state;
  const mustJoin = session.settings.supportsSkipChannelJoin ? [] : [IO_CHANNEL_ID, session.userChannelId];
  if (mustJoin.some((channelId) => !joined.has(channelId))) {
    throw new UnexpectedPduError(state.name, 'channel-join-request', 'client-info');
  }
  const reader = new Reader(pdu.userData, 'Client Info');
  const header = decodeSecurityHeader(reader);
  if ((header.flags & SEC_INFO_PKT) === 0) throw new UnexpectedPduError(state.name, 'client-info', 'another PDU');
  const licensing = ioFrame(encodeSecured({ flags: SEC_LICENSE_PKT, flagsHi: 0 }, encodeLicensingPdu(VALID_CLIENT)));
  const outputs: ServerOutput[] = [{ type: 'client-info', info: decodeClientInfo(reader) }, send(licensing)];
  const { refusal } = session.options;
  if (refusal?.when === 'after-licensing') {
    return { state: { name: 'closed' }, outputs: [...outputs, ...refuse(session, refusal.errorInfo)] };
  }
  return {
    state: { name: 'expect-confirm-active', session },
    outputs: [...outputs, send(demandActiveFrame(session))],
  };
}

type DataState = Exclude<
  ServerState,
  {
    name:
      | 'expect-connect-initial'
      | 'expect-erect-domain-request'
      | 'expect-attach-user-request'
      | 'expect-channel-join-request'
      | 'closed';
  }
>;

function dataStep(state: DataState, pdu: DomainPdu): ServerStep {
  if (pdu.kind !== 'send-data-request') throw new UnexpectedPduError(state.name, 'send-data-request', pdu.kind);
  if (pdu.channelId !== IO_CHANNEL_ID) {
    return { state, outputs: [{ type: 'channel-data', channelId: pdu.channelId, data: pdu.userData }] };
  }
  return state.name === 'active' ? stepActive(state, pdu.userData) : stepActivation(state, pdu.userData);
}
