/**
 * Basic Security Header (TS_SECURITY_HEADER), [MS-RDPBCGR] 2.2.8.1.1.2.1. With TLS only some PDUs have one: Client Info,
 * licensing, and those of the message channel.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** `flags`. */
export const SEC_EXCHANGE_PKT = 0x0001;
export const SEC_TRANSPORT_REQ = 0x0002;
export const SEC_TRANSPORT_RSP = 0x0004;
export const SEC_ENCRYPT = 0x0008;
export const SEC_RESET_SEQNO = 0x0010;
export const SEC_IGNORE_SEQNO = 0x0020;
export const SEC_INFO_PKT = 0x0040;
export const SEC_LICENSE_PKT = 0x0080;
export const SEC_LICENSE_ENCRYPT = 0x0200;
export const SEC_REDIRECTION_PKT = 0x0400;
export const SEC_SECURE_CHECKSUM = 0x0800;
export const SEC_AUTODETECT_REQ = 0x1000;
export const SEC_AUTODETECT_RSP = 0x2000;
export const SEC_HEARTBEAT = 0x4000;
export const SEC_FLAGSHI_VALID = 0x8000;

export interface SecurityHeader {
  /** SEC_*. */
  readonly flags: number;
  /** Means something only with SEC_FLAGSHI_VALID; kept as sent. */
  readonly flagsHi: number;
}

/** Takes the header and leaves the PDU in `reader`. Encrypted PDUs (Standard RDP Security) are "unsupported". */
export function decodeSecurityHeader(reader: Reader): SecurityHeader {
  const header = { flags: reader.u16(), flagsHi: reader.u16() };
  if (header.flags & SEC_ENCRYPT) throw reader.error('unsupported', 'Standard RDP Security');
  return header;
}

/** The header and the PDU behind it: user data of an MCS send data PDU. */
export function encodeSecured(header: SecurityHeader, pdu: Uint8Array): Uint8Array {
  return new Writer().u16(header.flags).u16(header.flagsHi).bytes(pdu).finish();
}
