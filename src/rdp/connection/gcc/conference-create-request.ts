/** GCC Conference Create Request, ITU-T T.124 section 8.7 and [MS-RDPBCGR] 2.2.1.3: user data of MCS Connect-Initial. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { readPerLength, writePerLength } from '../mcs/per.js';
import { decodeClientDataBlocks, encodeClientDataBlocks, type ClientDataBlock } from './client-data-blocks.js';
import { expectBytes, readConnectDataKey, writeConnectDataKey } from './connect-data.js';

export interface ConferenceCreateRequest {
  readonly clientData: readonly ClientDataBlock[];
}

/**
 * What the PDU holds before its user data, the same from every client: choice conferenceCreateRequest with user data, the
 * numeric conference name "1", one set of user data with the non-standard key "Duca".
 */
const REQUEST_HEADER: readonly number[] = [0x00, 0x08, 0x00, 0x10, 0x00, 0x01, 0xc0, 0x00, 0x44, 0x75, 0x63, 0x61];

/** Bytes of the length before user data of 128 bytes or more. */
const USER_DATA_LENGTH_BYTES = 2;

/** Decodes the request, which must be all that `reader` has left. */
export function decodeConferenceCreateRequest(reader: Reader): ConferenceCreateRequest {
  readConnectDataKey(reader);
  const lengthBytes = readPerLength(reader);
  // IronRDP's length leaves out the one before the user data; servers read on.
  if (lengthBytes !== reader.remaining && lengthBytes + USER_DATA_LENGTH_BYTES !== reader.remaining) {
    reader.sub(lengthBytes, 'connectPDU');
    reader.end();
  }
  const connectPdu = reader.sub(reader.remaining, 'connectPDU');
  expectBytes(connectPdu, REQUEST_HEADER, 'conferenceCreateRequest');
  const userData = connectPdu.sub(readPerLength(connectPdu), 'client data');
  connectPdu.end();
  return { clientData: decodeClientDataBlocks(userData) };
}

export function encodeConferenceCreateRequest(value: ConferenceCreateRequest): Uint8Array {
  const userData = encodeClientDataBlocks(value.clientData);
  const connectPdu = new Writer().bytes(Uint8Array.from(REQUEST_HEADER));
  writePerLength(connectPdu, userData.length);
  connectPdu.bytes(userData);
  const writer = new Writer();
  writeConnectDataKey(writer);
  writePerLength(writer, connectPdu.length);
  return writer.bytes(connectPdu.finish()).finish();
}
