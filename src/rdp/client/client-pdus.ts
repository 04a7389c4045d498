/** PDUs as a client sends them: from a payload to the bytes that go into TLS. */
import { encodeClientInfo } from '../connection/client-info.js';
import { encodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { RN_USER_REQUESTED } from '../connection/mcs/disconnect-provider-ultimatum.js';
import { sendData } from '../connection/mcs/send-data.js';
import { encodeSecured, SEC_INFO_PKT } from '../connection/security-header.js';
import { encodeDataFrame } from '../connection/x224/data.js';
import { encodeConfirmActive } from '../session/confirm-active.js';
import { ControlAction, encodeControl } from '../session/control.js';
import { EMPTY_FONT_LIST, encodeFontList } from '../session/font-list.js';
import { encodeShareControl, PduType, SERVER_CHANNEL_ID } from '../session/share-control.js';
import { encodeDataPdu, PduType2 } from '../session/share-data.js';
import { encodeSynchronize } from '../session/synchronize.js';
import { clientCapabilities } from './client-capabilities.js';
import { clientInfo } from './client-options.js';
import type { ActiveClient, ClientSession, ClientShare } from './client-state.js';

/** "WITNESS" and a terminator. */
const SOURCE_DESCRIPTOR = Uint8Array.of(0x57, 0x49, 0x54, 0x4e, 0x45, 0x53, 0x53, 0x00);

function ioFrame({ userChannelId, ioChannelId }: ClientSession, userData: Uint8Array): Uint8Array {
  return encodeDataFrame(encodeDomainPdu(sendData('send-data-request', userChannelId, ioChannelId, userData)));
}

export function joinFrame({ userChannelId }: ClientSession, channelId: number): Uint8Array {
  return encodeDataFrame(encodeDomainPdu({ kind: 'channel-join-request', initiator: userChannelId, channelId }));
}

export function clientInfoFrame(session: ClientSession): Uint8Array {
  return ioFrame(
    session,
    encodeSecured({ flags: SEC_INFO_PKT, flagsHi: 0 }, encodeClientInfo(clientInfo(session.options))),
  );
}

/** A frame with a Data PDU for an active session, such as input or Refresh Rect. */
export function clientDataFrame({ session, share }: ActiveClient, pduType2: number, payload: Uint8Array): Uint8Array {
  return dataFrame(session, share, pduType2, payload);
}

function dataFrame(session: ClientSession, share: ClientShare, pduType2: number, payload: Uint8Array): Uint8Array {
  const header = { shareId: share.shareId, pduSource: session.userChannelId, pduType2 };
  return ioFrame(session, encodeDataPdu(header, payload));
}

/** Confirm Active and, at once, all that the client has to say in the finalization phase. */
export function activationFrames(session: ClientSession, share: ClientShare): Uint8Array[] {
  const confirmActive = encodeConfirmActive({
    shareId: share.shareId,
    originatorId: SERVER_CHANNEL_ID,
    sourceDescriptor: SOURCE_DESCRIPTOR,
    capabilitySets: clientCapabilities(session.options, share.desktop),
  });
  const header = { pduType: PduType.confirmActive, pduSource: session.userChannelId };
  const control = (action: number): Uint8Array => encodeControl({ action, grantId: 0, controlId: 0 });
  const data = (pduType2: number, payload: Uint8Array): Uint8Array => dataFrame(session, share, pduType2, payload);
  return [
    ioFrame(session, encodeShareControl(header, confirmActive)),
    data(PduType2.synchronize, encodeSynchronize({ targetUser: SERVER_CHANNEL_ID })),
    data(PduType2.control, control(ControlAction.cooperate)),
    data(PduType2.control, control(ControlAction.requestControl)),
    data(PduType2.fontList, encodeFontList(EMPTY_FONT_LIST)),
  ];
}

/** What a client sends that leaves. */
export function disconnectFrame(): Uint8Array {
  return encodeDataFrame(encodeDomainPdu({ kind: 'disconnect-provider-ultimatum', reason: RN_USER_REQUESTED }));
}
