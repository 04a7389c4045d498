/** Server Nonce PDU, [MS-RDPBCGR] 2.2.18.1: what the assertion has to repeat. */
import { DecodeError } from '../wire/errors.js';
import { decodeAadField, encodeAadField } from './aad-json.js';

const FIELD = 'ts_nonce';

/** @throws DecodeError */
export function decodeServerNonce(pdu: Uint8Array): string {
  const nonce = decodeAadField(pdu, FIELD);
  if (typeof nonce !== 'string' || nonce === '') throw new DecodeError('invalid', 'serverNoncePdu', 0, FIELD);
  return nonce;
}

export function encodeServerNonce(nonce: string): Uint8Array {
  return encodeAadField(FIELD, nonce);
}
