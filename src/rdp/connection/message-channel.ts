/**
 * What may come over the MCS message channel, [MS-RDPBCGR] 2.2.14 (auto-detect), 2.2.15 (multitransport) and 2.2.16
 * (heartbeat): told apart by the security header and kept as it is, to be relayed or withheld.
 */
import type { Reader } from '../wire/reader.js';
import {
  decodeSecurityHeader,
  encodeSecured,
  SEC_AUTODETECT_REQ,
  SEC_AUTODETECT_RSP,
  SEC_HEARTBEAT,
  SEC_TRANSPORT_REQ,
  SEC_TRANSPORT_RSP,
  type SecurityHeader,
} from './security-header.js';

export type MessageChannelKind =
  | 'auto-detect-request'
  | 'auto-detect-response'
  | 'multitransport-request'
  | 'multitransport-response'
  | 'heartbeat'
  | 'unknown';

export interface MessageChannelPdu {
  readonly kind: MessageChannelKind;
  readonly header: SecurityHeader;
  /** What follows the security header. */
  readonly data: Uint8Array;
}

const KINDS: ReadonlyMap<number, MessageChannelKind> = new Map([
  [SEC_AUTODETECT_REQ, 'auto-detect-request'],
  [SEC_AUTODETECT_RSP, 'auto-detect-response'],
  [SEC_TRANSPORT_REQ, 'multitransport-request'],
  [SEC_TRANSPORT_RSP, 'multitransport-response'],
  [SEC_HEARTBEAT, 'heartbeat'],
]);

const KIND_MASK = [...KINDS.keys()].reduce((mask, flag) => mask | flag, 0);

/** Decodes user data of the message channel. A header that names no kind, or two, is "unknown". */
export function decodeMessageChannelPdu(reader: Reader): MessageChannelPdu {
  const header = decodeSecurityHeader(reader);
  return { kind: KINDS.get(header.flags & KIND_MASK) ?? 'unknown', header, data: reader.rest() };
}

export function encodeMessageChannelPdu(pdu: MessageChannelPdu): Uint8Array {
  return encodeSecured(pdu.header, pdu.data);
}
