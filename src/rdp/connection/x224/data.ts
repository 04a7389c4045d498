/** X.224 Data TPDU, ITU-T X.224 section 13.7: the three bytes between TPKT and MCS in every slow-path PDU. */
import { Reader } from '../../wire/reader.js';
import { decodeTpkt, encodeTpkt } from '../../wire/tpkt.js';
import { TPDU_DATA } from './tpdu.js';

/** Bytes of the header. */
export const DATA_TPDU_HEADER_BYTES = 3;

const LENGTH_INDICATOR = 2;
const END_OF_TSDU = 0x80;

/** Takes the header. RDP never segments, so the end-of-TSDU mark is required. */
export function decodeDataHeader(reader: Reader): void {
  if (reader.u8() !== LENGTH_INDICATOR) throw reader.error('invalid', 'length indicator');
  if (reader.u8() !== TPDU_DATA) throw reader.error('invalid', 'not a data TPDU');
  if (reader.u8() !== END_OF_TSDU) throw reader.error('unsupported', 'segmented TSDU');
}

/** Opens a whole TPKT frame: a reader of the MCS PDU in its data TPDU, and nothing left over behind it. */
export function openDataFrame(frame: Uint8Array, structure: string): Reader {
  const reader = new Reader(frame, 'tpktHeader');
  const tpdu = decodeTpkt(reader, 'x224Data');
  reader.end();
  decodeDataHeader(tpdu);
  return tpdu.sub(tpdu.remaining, structure);
}

/** The whole frame that carries an MCS PDU: TPKT, data TPDU, `mcsPdu`. */
export function encodeDataFrame(mcsPdu: Uint8Array): Uint8Array {
  const tpdu = new Uint8Array(DATA_TPDU_HEADER_BYTES + mcsPdu.length);
  tpdu[0] = LENGTH_INDICATOR;
  tpdu[1] = TPDU_DATA;
  tpdu[2] = END_OF_TSDU;
  tpdu.set(mcsPdu, DATA_TPDU_HEADER_BYTES);
  return encodeTpkt(tpdu);
}
