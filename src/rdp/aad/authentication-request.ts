/** Authentication Request PDU, [MS-RDPBCGR] 2.2.18.2: an RDP Assertion. It signs a person in: keep it out of logs. */
import { DecodeError } from '../wire/errors.js';
import { decodeAadField, encodeAadField } from './aad-json.js';

const FIELD = 'rdp_assertion';

/** @throws DecodeError */
export function decodeAuthenticationRequest(pdu: Uint8Array): string {
  const assertion = decodeAadField(pdu, FIELD);
  if (typeof assertion !== 'string') throw new DecodeError('invalid', 'authenticationRequestPdu', 0, FIELD);
  return assertion;
}

export function encodeAuthenticationRequest(assertion: string): Uint8Array {
  return encodeAadField(FIELD, assertion);
}
