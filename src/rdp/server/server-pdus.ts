/** PDUs as a server sends them on the I/O channel: from a payload to the bytes that go into TLS. */
import { encodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { RN_PROVIDER_INITIATED } from '../connection/mcs/disconnect-provider-ultimatum.js';
import { sendData } from '../connection/mcs/send-data.js';
import { encodeDataFrame } from '../connection/x224/data.js';
import { encodeDeactivateAll } from '../session/deactivate-all.js';
import { encodeDemandActive } from '../session/demand-active.js';
import { encodeSetErrorInfo } from '../session/set-error-info.js';
import { encodeShareControl, PduType, SERVER_CHANNEL_ID } from '../session/share-control.js';
import { encodeDataPdu, PduType2 } from '../session/share-data.js';
import { encodeVirtualChannelChunk, splitVirtualChannelMessage } from '../session/virtual-channel-chunk.js';
import { serverCapabilities } from './server-capabilities.js';
import type { ServerOutput, ServerSession } from './server-state.js';

/** MCS id of the I/O channel, as Microsoft's servers number it; static virtual channels follow. */
export const IO_CHANNEL_ID = 1003;

/** "RDP" and a terminator. */
const SOURCE_DESCRIPTOR = Uint8Array.of(0x52, 0x44, 0x50, 0x00);

/** A frame with user data for the I/O channel. */
export function ioFrame(userData: Uint8Array): Uint8Array {
  return encodeDataFrame(encodeDomainPdu(sendData('send-data-indication', SERVER_CHANNEL_ID, IO_CHANNEL_ID, userData)));
}

/** Frames with a message on a static virtual channel. */
export function channelFrames(channelId: number, message: Uint8Array): Uint8Array[] {
  return splitVirtualChannelMessage(message).map((chunk) => {
    const userData = encodeVirtualChannelChunk(chunk);
    return encodeDataFrame(encodeDomainPdu(sendData('send-data-indication', SERVER_CHANNEL_ID, channelId, userData)));
  });
}

/** A frame with a Data PDU. */
export function dataFrame(session: ServerSession, pduType2: number, payload: Uint8Array): Uint8Array {
  const { shareId } = session;
  return ioFrame(encodeDataPdu({ shareId, pduSource: SERVER_CHANNEL_ID, pduType2 }, payload));
}

function controlFrame(pduType: number, body: Uint8Array): Uint8Array {
  return ioFrame(encodeShareControl({ pduType, pduSource: SERVER_CHANNEL_ID }, body));
}

export function demandActiveFrame(session: ServerSession): Uint8Array {
  const capabilitySets = serverCapabilities(session.desktop);
  const { shareId } = session;
  return controlFrame(
    PduType.demandActive,
    encodeDemandActive({ shareId, sourceDescriptor: SOURCE_DESCRIPTOR, capabilitySets, sessionId: 0 }),
  );
}

export function deactivateAllFrame({ shareId }: ServerSession): Uint8Array {
  return controlFrame(PduType.deactivateAll, encodeDeactivateAll({ shareId, sourceDescriptor: Uint8Array.of(0) }));
}

/** Set Error Info for a client that understands it, then the end of the MCS domain. */
export function farewell(session: ServerSession, errorInfo: number): ServerOutput[] {
  const outputs: ServerOutput[] = [];
  if (session.settings.supportsErrorInfo) {
    outputs.push({ type: 'send', bytes: dataFrame(session, PduType2.setErrorInfo, encodeSetErrorInfo({ errorInfo })) });
  }
  const ultimatum = encodeDomainPdu({ kind: 'disconnect-provider-ultimatum', reason: RN_PROVIDER_INITIATED });
  outputs.push({ type: 'send', bytes: encodeDataFrame(ultimatum) });
  return outputs;
}

/** The farewell to a client that is refused, and the end of the connection. */
export function refuse(session: ServerSession, errorInfo: number): ServerOutput[] {
  return [...farewell(session, errorInfo), { type: 'end', reason: 'refused' }];
}
