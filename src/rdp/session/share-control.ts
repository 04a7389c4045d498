/**
 * Share Control Header, [MS-RDPBCGR] 2.2.8.1.1.1.1: what every slow-path PDU of the active session begins with. One MCS
 * payload may hold several PDUs, one after another.
 */
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The low four bits of the field pduType. */
export const PduType = {
  demandActive: 0x1,
  confirmActive: 0x3,
  deactivateAll: 0x6,
  data: 0x7,
  serverRedirection: 0xa,
} as const;
export type PduType = (typeof PduType)[keyof typeof PduType];

/** The upper twelve bits of pduType, TS_PROTOCOL_VERSION. */
export const TS_PROTOCOL_VERSION = 1;

/** MCS channel id that servers send from. */
export const SERVER_CHANNEL_ID = 0x03ea;

export const SHARE_CONTROL_HEADER_BYTES = 6;

/** totalLength, pduType: the least that a PDU has. Windows XP sends a Deactivate All that ends here. */
const SHORTEST_HEADER_BYTES = 4;

/** In place of totalLength: a T.128 FlowPDU of eight bytes, which is to be ignored. */
const FLOW_MARKER = 0x8000;
const FLOW_PDU_BYTES = 8;

const MAX_TOTAL_LENGTH = 0xffff;

/** One PDU, not yet decoded further. */
export interface SharePdu {
  readonly kind: 'share';
  /** `PduType`, or a number that the specification does not name. */
  readonly pduType: number;
  readonly pduVersion: number;
  /** MCS channel id of the sender; 0 where a short PDU leaves it out. */
  readonly pduSource: number;
  /** View of the whole PDU, header included. */
  readonly bytes: Uint8Array;
  /** Reads what follows the header and ends where the PDU ends. */
  readonly body: Reader;
}

/** A T.128 FlowPDU, to be ignored. */
export interface FlowPdu {
  readonly kind: 'flow';
  readonly bytes: Uint8Array;
}

/** Takes one PDU from the reader. Throws "truncated" when totalLength is more than there is. */
export function decodeShareControl(reader: Reader): SharePdu | FlowPdu {
  const start = reader.offset;
  const totalLength = reader.u16();
  if (totalLength === FLOW_MARKER) {
    reader.skip(Math.min(FLOW_PDU_BYTES - 2, reader.remaining));
    return { kind: 'flow', bytes: reader.data.subarray(start, reader.offset) };
  }
  if (totalLength < SHORTEST_HEADER_BYTES) throw reader.error('invalid', 'totalLength');
  const body = reader.sub(totalLength - 2, reader.structure);
  const type = body.u16();
  return {
    kind: 'share',
    pduType: type & 0xf,
    pduVersion: type >> 4,
    pduSource: totalLength === SHORTEST_HEADER_BYTES ? 0 : body.u16(),
    bytes: reader.data.subarray(start, start + totalLength),
    body,
  };
}

/**
 * All PDUs of an MCS payload on the I/O channel, in order. Up to three bytes at the end are padding, because they are too
 * few for a header. Throws as `decodeShareControl` when it comes to a malformed one.
 */
export function* sharePdus(payload: Uint8Array): Generator<SharePdu | FlowPdu, void, undefined> {
  const reader = new Reader(payload, 'ShareControl');
  while (reader.remaining >= SHORTEST_HEADER_BYTES) yield decodeShareControl(reader);
}

/** The type of the PDU at `at` without decoding it; undefined for a FlowPDU and for too few bytes. */
export function peekPduType(bytes: Uint8Array, at = 0): number | undefined {
  if (at + SHORTEST_HEADER_BYTES > bytes.length) return undefined;
  if (bytes[at] === 0 && bytes[at + 1] === FLOW_MARKER >> 8) return undefined;
  const low = bytes[at + 2];
  return low === undefined ? undefined : low & 0xf;
}

/** Puts the header before `body`. Throws RangeError when the PDU does not fit 16 bits of length. */
export function encodeShareControl(
  header: { readonly pduType: number; readonly pduSource: number; readonly pduVersion?: number },
  body: Uint8Array,
): Uint8Array {
  const totalLength = SHARE_CONTROL_HEADER_BYTES + body.length;
  if (totalLength > MAX_TOTAL_LENGTH || totalLength === FLOW_MARKER) {
    throw new RangeError(`ShareControl: a PDU cannot have ${totalLength} bytes`);
  }
  return new Writer()
    .u16(totalLength)
    .u16(((header.pduVersion ?? TS_PROTOCOL_VERSION) << 4) | header.pduType)
    .u16(header.pduSource)
    .bytes(body)
    .finish();
}
