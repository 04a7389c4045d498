/**
 * The outside of Kerberos messages, RFC 4120 5.4: enough to tell a request to a KDC and its realm, and an answer of a KDC,
 * from everything else that somebody could want to send through the proxy.
 */
import { latin1FromBytes } from '../connection/text.js';
import { contextTag, DER_BIT_STRING, DER_INTEGER, DER_SEQUENCE, readDer, readField, unsignedOf } from '../nla/der.js';
import { DecodeError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { DER_GENERAL_STRING } from './kdc-proxy-message.js';

const APPLICATION = 0x60;
const AS_REQ = 10;
const AS_REP = 11;
const TGS_REQ = 12;
const TGS_REP = 13;
const KRB_ERROR = 30;
const PVNO = 5;
const KRB_ERR_RESPONSE_TOO_BIG = 52;

export interface KdcRequest {
  readonly kind: 'as-req' | 'tgs-req';
  readonly realm: string;
}

/** Reads a request to a KDC. @throws DecodeError for anything else */
export function decodeKdcRequest(bytes: Uint8Array): KdcRequest {
  const reader = new Reader(bytes, 'kerberosMessage');
  const type = reader.peekU8() - APPLICATION;
  if (type !== AS_REQ && type !== TGS_REQ) throw reader.error('unsupported', 'no AS-REQ or TGS-REQ');
  const request = readDer(readDer(reader, APPLICATION + type, 'kdcReq'), DER_SEQUENCE, 'kdcReq');
  reader.end();
  if (unsignedOf(readField(request, 1, DER_INTEGER, 'pvno')) !== PVNO) throw request.error('invalid', 'pvno');
  if (unsignedOf(readField(request, 2, DER_INTEGER, 'msg-type')) !== type) throw request.error('invalid', 'msg-type');
  skipField(request, 3, 'padata');
  const body = readDer(readDer(request, contextTag(4), 'req-body'), DER_SEQUENCE, 'req-body');
  readField(body, 0, DER_BIT_STRING, 'kdc-options');
  skipField(body, 1, 'cname');
  const realm = latin1FromBytes(readField(body, 2, DER_GENERAL_STRING, 'realm').rest());
  return { kind: type === AS_REQ ? 'as-req' : 'tgs-req', realm };
}

/** What a KDC answered. @throws DecodeError for anything else */
export function decodeKdcReply(bytes: Uint8Array): { readonly tooBigForUdp: boolean } {
  const reader = new Reader(bytes, 'kerberosMessage');
  const type = reader.peekU8() - APPLICATION;
  if (![AS_REP, TGS_REP, KRB_ERROR].includes(type)) throw reader.error('invalid', 'no answer of a KDC');
  const reply = readDer(readDer(reader, APPLICATION + type, 'kdcRep'), DER_SEQUENCE, 'kdcRep');
  reader.end();
  if (type !== KRB_ERROR) return { tooBigForUdp: false };
  readField(reply, 0, DER_INTEGER, 'pvno');
  readField(reply, 1, DER_INTEGER, 'msg-type');
  for (const [number, name] of [
    [2, 'ctime'],
    [3, 'cusec'],
    [4, 'stime'],
    [5, 'susec'],
  ] as const) {
    skipField(reply, number, name);
  }
  const errorCode = unsignedOf(readField(reply, 6, DER_INTEGER, 'error-code'));
  return { tooBigForUdp: errorCode === KRB_ERR_RESPONSE_TOO_BIG };
}

/** Size of the answer that begins `bytes`, length included, as it comes over TCP; null when more bytes are needed. */
export function kdcReplySize(bytes: Uint8Array, limit: number): number | null {
  if (bytes.length < 4) return null;
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const length = ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
  if (length > limit) throw new DecodeError('limit', 'kerberosMessage', 0);
  return length + 4;
}

/** An optional field whose contents do not matter here. */
function skipField(reader: Reader, number: number, structure: string): void {
  if (reader.remaining > 0 && reader.peekU8() === contextTag(number)) readDer(reader, contextTag(number), structure);
}
