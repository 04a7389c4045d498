/** GCC Conference Create Response, ITU-T T.124 section 8.7 and [MS-RDPBCGR] 2.2.1.4: user data of MCS Connect-Response. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { readPerLength, writePerLength } from '../mcs/per.js';
import { expectBytes, readConnectDataKey, writeConnectDataKey } from './connect-data.js';
import { decodeServerDataBlocks, encodeServerDataBlocks, type ServerDataBlock } from './server-data-blocks.js';

const MIN_NODE_ID = 1001;

/** Choice conferenceCreateResponse with user data. */
const CHOICE = 0x14;

/** One set of user data with the non-standard key "McDn". */
const USER_DATA_KEY: readonly number[] = [0x01, 0xc0, 0x00, 0x4d, 0x63, 0x44, 0x6e];

/** [MS-RDPBCGR] 2.2.1.4 has clients ignore connectPDU's length, because Microsoft's servers write this one always. */
const CONNECT_PDU_LENGTH = 0x2a;

/** `result` of a conference that was created. */
export const GCC_RESULT_SUCCESS = 0;

/** What Microsoft's servers answer. */
export const DEFAULT_NODE_ID = 31_219;
export const DEFAULT_TAG = 1;

export interface ConferenceCreateResponse {
  readonly nodeId: number;
  /** One octet. */
  readonly tag: number;
  /** Three bits; GCC_RESULT_SUCCESS or the reason of the refusal. */
  readonly result: number;
  readonly serverData: readonly ServerDataBlock[];
}

function readTag(reader: Reader): number {
  if (reader.u8() !== 1) throw reader.error('unsupported', 'size of tag');
  return reader.u8();
}

function writeTag(writer: Writer, tag: number): void {
  if (!Number.isInteger(tag) || tag < 0 || tag > 0xff) throw new RangeError(`GCC tag ${tag}`);
  writer.u8(1).u8(tag);
}

/** Decodes the response, which must be all that `reader` has left. */
export function decodeConferenceCreateResponse(reader: Reader): ConferenceCreateResponse {
  readConnectDataKey(reader);
  readPerLength(reader);
  expectBytes(reader, [CHOICE], 'conferenceCreateResponse');
  const nodeId = reader.u16be() + MIN_NODE_ID;
  const tag = readTag(reader);
  const result = (reader.u8() >> 4) & 0x07;
  expectBytes(reader, USER_DATA_KEY, 'user data key');
  const userData = reader.sub(readPerLength(reader), 'server data');
  reader.end();
  return { nodeId, tag, result, serverData: decodeServerDataBlocks(userData) };
}

export function encodeConferenceCreateResponse(value: ConferenceCreateResponse): Uint8Array {
  const userData = encodeServerDataBlocks(value.serverData);
  const writer = new Writer();
  writeConnectDataKey(writer);
  writePerLength(writer, CONNECT_PDU_LENGTH);
  writer.u8(CHOICE).u16be(value.nodeId - MIN_NODE_ID);
  writeTag(writer, value.tag);
  writer.u8(value.result << 4).bytes(Uint8Array.from(USER_DATA_KEY));
  writePerLength(writer, userData.length);
  return writer.bytes(userData).finish();
}
