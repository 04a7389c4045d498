/** MCS Connect-Initial, ITU-T T.125 section 11.1 and [MS-RDPBCGR] 2.2.1.3: carries the GCC conference create request. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import {
  BER_BOOLEAN,
  BER_OCTET_STRING,
  BER_SEQUENCE,
  readApplication,
  readElement,
  writeApplication,
  writeElement,
} from './ber.js';

const CONNECT_INITIAL = 101;
const BER_TRUE = 0xff;

export interface ConnectInitial {
  readonly callingDomainSelector: Uint8Array;
  readonly calledDomainSelector: Uint8Array;
  readonly upwardFlag: boolean;
  /** Contents of the SEQUENCEs: see `decodeDomainParameters`. */
  readonly targetParameters: Uint8Array;
  readonly minimumParameters: Uint8Array;
  readonly maximumParameters: Uint8Array;
  /** The GCC conference create request. */
  readonly userData: Uint8Array;
}

/** Decodes the MCS PDU, which must be all that `reader` has left. */
export function decodeConnectInitial(reader: Reader): ConnectInitial {
  const body = readApplication(reader, CONNECT_INITIAL, 'Connect-Initial');
  reader.end();
  const callingDomainSelector = readElement(body, BER_OCTET_STRING, 'callingDomainSelector').rest();
  const calledDomainSelector = readElement(body, BER_OCTET_STRING, 'calledDomainSelector').rest();
  const upward = readElement(body, BER_BOOLEAN, 'upwardFlag');
  const upwardFlag = upward.u8() !== 0;
  upward.end();
  const targetParameters = readElement(body, BER_SEQUENCE, 'targetParameters').rest();
  const minimumParameters = readElement(body, BER_SEQUENCE, 'minimumParameters').rest();
  const maximumParameters = readElement(body, BER_SEQUENCE, 'maximumParameters').rest();
  const userData = readElement(body, BER_OCTET_STRING, 'userData').rest();
  body.end();
  return {
    callingDomainSelector,
    calledDomainSelector,
    upwardFlag,
    targetParameters,
    minimumParameters,
    maximumParameters,
    userData,
  };
}

export function encodeConnectInitial(value: ConnectInitial): Uint8Array {
  const body = new Writer();
  writeElement(body, BER_OCTET_STRING, value.callingDomainSelector);
  writeElement(body, BER_OCTET_STRING, value.calledDomainSelector);
  writeElement(body, BER_BOOLEAN, Uint8Array.of(value.upwardFlag ? BER_TRUE : 0));
  writeElement(body, BER_SEQUENCE, value.targetParameters);
  writeElement(body, BER_SEQUENCE, value.minimumParameters);
  writeElement(body, BER_SEQUENCE, value.maximumParameters);
  writeElement(body, BER_OCTET_STRING, value.userData);
  const writer = new Writer();
  writeApplication(writer, CONNECT_INITIAL, body.finish());
  return writer.finish();
}
