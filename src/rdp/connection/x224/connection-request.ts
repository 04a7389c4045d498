/**
 * Client X.224 Connection Request, [MS-RDPBCGR] 2.2.1.1: the first PDU of a connection, before TLS.
 */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { bytesFromLatin1, latin1FromBytes } from '../text.js';
import { openConnectionTpdu, TPDU_CONNECTION_REQUEST, writeConnectionTpdu, type ConnectionReferences } from './tpdu.js';

const TYPE_RDP_NEG_REQ = 0x01;
const TYPE_RDP_CORRELATION_INFO = 0x06;
const RDP_NEG_REQ_BYTES = 8;
const RDP_CORRELATION_INFO_BYTES = 36;
const CORRELATION_FIELD_BYTES = 16;
const COOKIE_PREFIX = 'Cookie: mstshash=';
const CR = 0x0d;
const LF = 0x0a;

/** `NegotiationRequest.flags`. */
export const RESTRICTED_ADMIN_MODE_REQUIRED = 0x01;
export const REDIRECTED_AUTHENTICATION_MODE_REQUIRED = 0x02;
export const CORRELATION_INFO_PRESENT = 0x08;

/** What precedes the negotiation request: nothing, a cookie with an identifier, or a routing token; without CR LF. */
export type Routing =
  | { readonly kind: 'none' }
  | { readonly kind: 'cookie'; readonly mstshash: string }
  | { readonly kind: 'token'; readonly token: string };

export interface CorrelationInfo {
  readonly flags: number;
  /** 16 bytes. */
  readonly correlationId: Uint8Array;
  /** 16 bytes. */
  readonly reserved: Uint8Array;
}

export interface NegotiationRequest {
  readonly flags: number;
  /** A combination of PROTOCOL_*. */
  readonly requestedProtocols: number;
  /** Present exactly when `flags` has CORRELATION_INFO_PRESENT. */
  readonly correlationInfo: CorrelationInfo | null;
}

export interface ConnectionRequest extends ConnectionReferences {
  readonly routing: Routing;
  /** Null for a client that knows Standard RDP Security only. */
  readonly negotiation: NegotiationRequest | null;
  /** What follows, unknown to the specification; usually empty. */
  readonly trailing: Uint8Array;
}

function routingLength(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF) return at;
  }
  return -1;
}

function decodeRouting(reader: Reader): Routing {
  if (reader.remaining === 0 || reader.peekU8() === TYPE_RDP_NEG_REQ) return { kind: 'none' };
  const length = routingLength(reader.data.subarray(reader.offset, reader.offset + reader.remaining));
  if (length === -1) throw reader.error('invalid', 'routing token or cookie without CR LF');
  const text = latin1FromBytes(reader.bytes(length));
  reader.skip(2);
  return text.startsWith(COOKIE_PREFIX)
    ? { kind: 'cookie', mstshash: text.slice(COOKIE_PREFIX.length) }
    : { kind: 'token', token: text };
}

function decodeCorrelationInfo(reader: Reader): CorrelationInfo {
  if (reader.u8() !== TYPE_RDP_CORRELATION_INFO) throw reader.error('invalid', 'rdpCorrelationInfo type');
  const flags = reader.u8();
  if (reader.u16() !== RDP_CORRELATION_INFO_BYTES) throw reader.error('invalid', 'rdpCorrelationInfo length');
  return {
    flags,
    correlationId: reader.bytes(CORRELATION_FIELD_BYTES),
    reserved: reader.bytes(CORRELATION_FIELD_BYTES),
  };
}

function decodeNegotiation(reader: Reader): NegotiationRequest | null {
  if (reader.remaining === 0 || reader.peekU8() !== TYPE_RDP_NEG_REQ) return null;
  reader.skip(1);
  const flags = reader.u8();
  if (reader.u16() !== RDP_NEG_REQ_BYTES) throw reader.error('invalid', 'rdpNegReq length');
  const requestedProtocols = reader.u32();
  const correlationInfo = flags & CORRELATION_INFO_PRESENT ? decodeCorrelationInfo(reader) : null;
  return { flags, requestedProtocols, correlationInfo };
}

/** Decodes the TPDU (after TPKT), which must be all that `reader` has left. */
export function decodeConnectionRequest(reader: Reader): ConnectionRequest {
  const { references, variable } = openConnectionTpdu(reader, TPDU_CONNECTION_REQUEST, 'x224Crq');
  const routing = decodeRouting(variable);
  const negotiation = decodeNegotiation(variable);
  return { ...references, routing, negotiation, trailing: variable.rest() };
}

function writeRouting(writer: Writer, routing: Routing): void {
  if (routing.kind === 'none') return;
  const text = routing.kind === 'cookie' ? COOKIE_PREFIX + routing.mstshash : routing.token;
  const bytes = bytesFromLatin1(text);
  if (routingLength(bytes) !== -1 || bytes[0] === TYPE_RDP_NEG_REQ) throw new RangeError('routing token is ambiguous');
  writer.bytes(bytes).u8(CR).u8(LF);
}

function writeNegotiation(writer: Writer, negotiation: NegotiationRequest): void {
  const { flags, requestedProtocols, correlationInfo } = negotiation;
  if ((correlationInfo !== null) !== ((flags & CORRELATION_INFO_PRESENT) !== 0)) {
    throw new RangeError('rdpNegReq: flags and rdpCorrelationInfo disagree');
  }
  writer.u8(TYPE_RDP_NEG_REQ).u8(flags).u16(RDP_NEG_REQ_BYTES).u32(requestedProtocols);
  if (correlationInfo === null) return;
  writer.u8(TYPE_RDP_CORRELATION_INFO).u8(correlationInfo.flags).u16(RDP_CORRELATION_INFO_BYTES);
  writer.bytes(correlationInfo.correlationId).bytes(correlationInfo.reserved);
}

/** Encodes the TPDU, for `encodeTpkt`. Throws RangeError when it does not fit a length indicator (254 bytes). */
export function encodeConnectionRequest(value: ConnectionRequest): Uint8Array {
  const variable = new Writer();
  writeRouting(variable, value.routing);
  if (value.negotiation !== null) writeNegotiation(variable, value.negotiation);
  variable.bytes(value.trailing);
  const writer = new Writer();
  writeConnectionTpdu(writer, TPDU_CONNECTION_REQUEST, value, variable.finish());
  return writer.finish();
}
