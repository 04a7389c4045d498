/**
 * MCS Send Data Request (client to server) and Indication (server to client), ITU-T T.125 sections 11.32 and 11.33: the
 * envelope of every slow-path PDU and of static virtual channels.
 */
import { DecodeError } from '../../wire/errors.js';
import type { Reader } from '../../wire/reader.js';
import { TPKT_HEADER_BYTES, TPKT_VERSION } from '../../wire/tpkt.js';
import { Writer } from '../../wire/writer.js';
import { DATA_TPDU_HEADER_BYTES } from '../x224/data.js';
import { TPDU_DATA } from '../x224/tpdu.js';
import { choiceByte, SEND_DATA_INDICATION, SEND_DATA_REQUEST } from './choice.js';
import { MIN_USER_ID, readPerLength, readUserId, writePerLength, writePerLongLength, writeUserId } from './per.js';

/** `dataPriority`. */
export const PRIORITY_TOP = 0;
export const PRIORITY_HIGH = 1;
export const PRIORITY_MEDIUM = 2;
export const PRIORITY_LOW = 3;

/** `segmentation` of a PDU that is whole: begin and end. RDP has no others. */
export const SEGMENTATION_WHOLE = 3;

export interface SendData {
  readonly kind: 'send-data-request' | 'send-data-indication';
  readonly initiator: number;
  readonly channelId: number;
  /** 0 to 3, PRIORITY_*. */
  readonly dataPriority: number;
  /** 0 to 3. */
  readonly segmentation: number;
  readonly userData: Uint8Array;
}

/** Where the user data of a whole frame are. */
export interface SendDataLocation {
  readonly kind: SendData['kind'];
  readonly initiator: number;
  readonly channelId: number;
  /** Offset of the user data from the start of the frame. */
  readonly offset: number;
  readonly sizeBytes: number;
}

const REQUEST_BYTE = choiceByte(SEND_DATA_REQUEST);
const INDICATION_BYTE = choiceByte(SEND_DATA_INDICATION);
const CHOICE_MASK = 0xfc;
const MCS_OFFSET = TPKT_HEADER_BYTES + DATA_TPDU_HEADER_BYTES;

/** Choice, initiator, channel, priority and the shortest length. */
const MIN_HEADER_BYTES = 7;

/** Decodes what follows the first byte. */
export function decodeSendData(kind: SendData['kind'], reader: Reader): SendData {
  const initiator = readUserId(reader);
  const channelId = reader.u16be();
  const flags = reader.u8();
  const userData = reader.bytes(readPerLength(reader));
  return { kind, initiator, channelId, dataPriority: flags >> 6, segmentation: (flags >> 4) & 3, userData };
}

/** Encodes the MCS PDU. A request has the two-byte form of length that clients use, an indication the shortest. */
export function encodeSendData(value: SendData): Uint8Array {
  const request = value.kind === 'send-data-request';
  const writer = new Writer().u8(request ? REQUEST_BYTE : INDICATION_BYTE);
  writeUserId(writer, value.initiator);
  writer.u16be(value.channelId).u8((value.dataPriority << 6) | (value.segmentation << 4));
  if (request) writePerLongLength(writer, value.userData.length);
  else writePerLength(writer, value.userData.length);
  return writer.bytes(value.userData).finish();
}

/** A whole PDU of high priority, as both sides send them. */
export function sendData(kind: SendData['kind'], initiator: number, channelId: number, userData: Uint8Array): SendData {
  return { kind, initiator, channelId, dataPriority: PRIORITY_HIGH, segmentation: SEGMENTATION_WHOLE, userData };
}

/**
 * For the relay's hot path: finds the user data in a whole frame (TPKT) without making a reader or a view. Null when the
 * frame is anything but a send data PDU: fast-path, or another PDU for `decodeDomainPdu`. Throws DecodeError when it is
 * one and does not hold what it says.
 */
export function locateSendData(frame: Uint8Array): SendDataLocation | null {
  if (frame[0] !== TPKT_VERSION || frame[TPKT_HEADER_BYTES + 1] !== TPDU_DATA) return null;
  const choice = (frame[MCS_OFFSET] ?? 0) & CHOICE_MASK;
  if (choice !== REQUEST_BYTE && choice !== INDICATION_BYTE) return null;
  if (frame.length < MCS_OFFSET + MIN_HEADER_BYTES) throw new DecodeError('truncated', 'sendData', frame.length);
  const at = (offset: number): number => frame[MCS_OFFSET + offset] ?? 0;
  const first = at(6);
  const long = first >= 0x80;
  const sizeBytes = long ? ((first & 0x7f) << 8) | at(7) : first;
  const offset = MCS_OFFSET + MIN_HEADER_BYTES + (long ? 1 : 0);
  if (offset + sizeBytes > frame.length) throw new DecodeError('truncated', 'sendData', offset, `${sizeBytes} bytes`);
  return {
    kind: choice === REQUEST_BYTE ? 'send-data-request' : 'send-data-indication',
    initiator: ((at(1) << 8) | at(2)) + MIN_USER_ID,
    channelId: (at(3) << 8) | at(4),
    offset,
    sizeBytes,
  };
}
