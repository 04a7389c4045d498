/** MCS Connect-Response, ITU-T T.125 section 11.2 and [MS-RDPBCGR] 2.2.1.4: carries the GCC conference create response. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import {
  BER_ENUMERATED,
  BER_INTEGER,
  BER_OCTET_STRING,
  BER_SEQUENCE,
  readApplication,
  readElement,
  readUnsigned,
  writeApplication,
  writeElement,
  writeUnsigned,
} from './ber.js';

const CONNECT_RESPONSE = 102;

export interface ConnectResponse {
  /** RT_SUCCESSFUL or the reason of the refusal (T.125 Result). */
  readonly result: number;
  readonly calledConnectId: number;
  /** Contents of the SEQUENCE: see `decodeDomainParameters`. */
  readonly domainParameters: Uint8Array;
  /** The GCC conference create response. */
  readonly userData: Uint8Array;
}

/** Decodes the MCS PDU, which must be all that `reader` has left. */
export function decodeConnectResponse(reader: Reader): ConnectResponse {
  const body = readApplication(reader, CONNECT_RESPONSE, 'Connect-Response');
  reader.end();
  const result = readUnsigned(body, BER_ENUMERATED, 'result');
  const calledConnectId = readUnsigned(body, BER_INTEGER, 'calledConnectId');
  const domainParameters = readElement(body, BER_SEQUENCE, 'domainParameters').rest();
  const userData = readElement(body, BER_OCTET_STRING, 'userData').rest();
  body.end();
  return { result, calledConnectId, domainParameters, userData };
}

export function encodeConnectResponse(value: ConnectResponse): Uint8Array {
  const body = new Writer();
  writeUnsigned(body, BER_ENUMERATED, value.result);
  writeUnsigned(body, BER_INTEGER, value.calledConnectId);
  writeElement(body, BER_SEQUENCE, value.domainParameters);
  writeElement(body, BER_OCTET_STRING, value.userData);
  const writer = new Writer();
  writeApplication(writer, CONNECT_RESPONSE, body.finish());
  return writer.finish();
}
