/**
 * Server X.224 Connection Confirm, [MS-RDPBCGR] 2.2.1.2: which security protocol was selected, or why none.
 */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { openConnectionTpdu, TPDU_CONNECTION_CONFIRM, writeConnectionTpdu, type ConnectionReferences } from './tpdu.js';

const TYPE_RDP_NEG_RSP = 0x02;
const TYPE_RDP_NEG_FAILURE = 0x03;
const RDP_NEG_DATA_BYTES = 8;

/** `flags` of a negotiation response. */
export const EXTENDED_CLIENT_DATA_SUPPORTED = 0x01;
export const DYNVC_GFX_PROTOCOL_SUPPORTED = 0x02;
export const NEGRSP_FLAG_RESERVED = 0x04;
export const RESTRICTED_ADMIN_MODE_SUPPORTED = 0x08;
export const REDIRECTED_AUTHENTICATION_MODE_SUPPORTED = 0x10;

export type NegotiationResult =
  /** A server that knows Standard RDP Security only. */
  | { readonly kind: 'none' }
  /** `selectedProtocol` is one of PROTOCOL_*. */
  | { readonly kind: 'response'; readonly flags: number; readonly selectedProtocol: number }
  | { readonly kind: 'failure'; readonly flags: number; readonly failureCode: number };

export interface ConnectionConfirm extends ConnectionReferences {
  readonly negotiation: NegotiationResult;
  /** What follows, unknown to the specification; usually empty. */
  readonly trailing: Uint8Array;
}

function decodeNegotiation(reader: Reader): NegotiationResult {
  if (reader.remaining === 0) return { kind: 'none' };
  const type = reader.u8();
  const flags = reader.u8();
  if (reader.u16() !== RDP_NEG_DATA_BYTES) throw reader.error('invalid', 'rdpNegData length');
  const value = reader.u32();
  if (type === TYPE_RDP_NEG_RSP) return { kind: 'response', flags, selectedProtocol: value };
  if (type === TYPE_RDP_NEG_FAILURE) return { kind: 'failure', flags, failureCode: value };
  throw reader.error('invalid', 'rdpNegData type');
}

/** Decodes the TPDU (after TPKT), which must be all that `reader` has left. */
export function decodeConnectionConfirm(reader: Reader): ConnectionConfirm {
  const { references, variable } = openConnectionTpdu(reader, TPDU_CONNECTION_CONFIRM, 'x224Ccf');
  const negotiation = decodeNegotiation(variable);
  return { ...references, negotiation, trailing: variable.rest() };
}

function writeNegotiation(writer: Writer, negotiation: NegotiationResult): void {
  if (negotiation.kind === 'none') return;
  const failed = negotiation.kind === 'failure';
  writer
    .u8(failed ? TYPE_RDP_NEG_FAILURE : TYPE_RDP_NEG_RSP)
    .u8(negotiation.flags)
    .u16(RDP_NEG_DATA_BYTES);
  writer.u32(failed ? negotiation.failureCode : negotiation.selectedProtocol);
}

/** Encodes the TPDU, for `encodeTpkt`. */
export function encodeConnectionConfirm(value: ConnectionConfirm): Uint8Array {
  const variable = new Writer();
  writeNegotiation(variable, value.negotiation);
  variable.bytes(value.trailing);
  const writer = new Writer();
  writeConnectionTpdu(writer, TPDU_CONNECTION_CONFIRM, value, variable.finish());
  return writer.finish();
}
