/** The MCS domain PDUs that RDP uses, ITU-T T.125 section 7 part 7 and [MS-RDPBCGR] 2.2.1.5 to 2.2.1.9 and 2.2.2.3. */
import type { Reader } from '../../wire/reader.js';
import {
  decodeAttachUserConfirm,
  encodeAttachUserConfirm,
  encodeAttachUserRequest,
  type AttachUserConfirm,
  type AttachUserRequest,
} from './attach-user.js';
import {
  decodeChannelJoinConfirm,
  decodeChannelJoinRequest,
  encodeChannelJoinConfirm,
  encodeChannelJoinRequest,
  type ChannelJoinConfirm,
  type ChannelJoinRequest,
} from './channel-join.js';
import * as choices from './choice.js';
import {
  decodeDisconnectProviderUltimatum,
  encodeDisconnectProviderUltimatum,
  type DisconnectProviderUltimatum,
} from './disconnect-provider-ultimatum.js';
import { decodeErectDomainRequest, encodeErectDomainRequest, type ErectDomainRequest } from './erect-domain-request.js';
import { decodeSendData, encodeSendData, type SendData } from './send-data.js';

export type DomainPdu =
  | ErectDomainRequest
  | AttachUserRequest
  | AttachUserConfirm
  | ChannelJoinRequest
  | ChannelJoinConfirm
  | SendData
  | DisconnectProviderUltimatum;

function decodeChoice(reader: Reader): DomainPdu {
  const first = reader.u8();
  switch (first >> 2) {
    case choices.ERECT_DOMAIN_REQUEST:
      return decodeErectDomainRequest(reader);
    case choices.ATTACH_USER_REQUEST:
      return { kind: 'attach-user-request' };
    case choices.ATTACH_USER_CONFIRM:
      return decodeAttachUserConfirm(first, reader);
    case choices.CHANNEL_JOIN_REQUEST:
      return decodeChannelJoinRequest(reader);
    case choices.CHANNEL_JOIN_CONFIRM:
      return decodeChannelJoinConfirm(first, reader);
    case choices.SEND_DATA_REQUEST:
      return decodeSendData('send-data-request', reader);
    case choices.SEND_DATA_INDICATION:
      return decodeSendData('send-data-indication', reader);
    case choices.DISCONNECT_PROVIDER_ULTIMATUM:
      return decodeDisconnectProviderUltimatum(first, reader);
    default:
      throw reader.error('unsupported', `MCS choice ${first >> 2}`);
  }
}

/** Decodes one domain PDU, which must be all that `reader` has left. */
export function decodeDomainPdu(reader: Reader): DomainPdu {
  const pdu = decodeChoice(reader);
  reader.end();
  return pdu;
}

/** Encodes the MCS PDU, for `encodeDataFrame`. */
export function encodeDomainPdu(pdu: DomainPdu): Uint8Array {
  switch (pdu.kind) {
    case 'erect-domain-request':
      return encodeErectDomainRequest(pdu);
    case 'attach-user-request':
      return encodeAttachUserRequest();
    case 'attach-user-confirm':
      return encodeAttachUserConfirm(pdu);
    case 'channel-join-request':
      return encodeChannelJoinRequest(pdu);
    case 'channel-join-confirm':
      return encodeChannelJoinConfirm(pdu);
    case 'send-data-request':
    case 'send-data-indication':
      return encodeSendData(pdu);
    // The one kind that is left: another would not compile here.
    default:
      return encodeDisconnectProviderUltimatum(pdu);
  }
}
