/** KDC_PROXY_MESSAGE, [MS-KKDCP] 2.2.2: a Kerberos message with its 4-byte length, and the realm that it is for. */
import { bytesFromLatin1, latin1FromBytes } from '../connection/text.js';
import {
  der,
  DER_INTEGER,
  DER_OCTET_STRING,
  DER_SEQUENCE,
  derField,
  readDer,
  readField,
  readOptional,
} from '../nla/der.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export const DER_GENERAL_STRING = 0x1b;
const LENGTH_BYTES = 4;

export interface KdcProxyMessage {
  /** Without its length. */
  readonly kerbMessage: Uint8Array;
  /** Null when the sender left it out. */
  readonly targetDomain: string | null;
}

/** Decodes the message, which must be all that `reader` has left. The hint for domain controllers is read over. */
export function decodeKdcProxyMessage(reader: Reader): KdcProxyMessage {
  const fields = readDer(reader, DER_SEQUENCE, 'kdcProxyMessage');
  reader.end();
  const message = readField(fields, 0, DER_OCTET_STRING, 'kerb-message');
  if (message.remaining < LENGTH_BYTES) throw message.error('truncated', 'length');
  const length = (message.u8() << 24) | (message.u8() << 16) | (message.u8() << 8) | message.u8();
  if (length >>> 0 !== message.remaining) throw message.error('invalid', 'length');
  const kerbMessage = message.rest();
  const domain = readOptional(fields, 1, DER_GENERAL_STRING, 'target-domain');
  readOptional(fields, 2, DER_INTEGER, 'dclocator-hint');
  fields.end();
  return { kerbMessage, targetDomain: domain === null ? null : latin1FromBytes(domain.rest()) };
}

export function encodeKdcProxyMessage({ kerbMessage, targetDomain }: KdcProxyMessage): Uint8Array {
  const domain = targetDomain === null ? null : der(DER_GENERAL_STRING, bytesFromLatin1(targetDomain));
  const message = der(DER_OCTET_STRING, withLength(kerbMessage));
  return der(DER_SEQUENCE, derField(0, message), derField(1, domain));
}

/** As Kerberos travels over TCP: length in network byte order first; RFC 4120 7.2.2. */
export function withLength(kerbMessage: Uint8Array): Uint8Array {
  const { length } = kerbMessage;
  return new Writer()
    .u8(length >>> 24)
    .u8((length >>> 16) & 0xff)
    .u8((length >>> 8) & 0xff)
    .u8(length & 0xff)
    .bytes(kerbMessage)
    .finish();
}
