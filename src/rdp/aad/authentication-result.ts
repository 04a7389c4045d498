/** Authentication Result PDU, [MS-RDPBCGR] 2.2.18.3: an HRESULT, as a number or as its text. */
import { DecodeError } from '../wire/errors.js';
import { decodeAadField, encodeAadField } from './aad-json.js';

export const S_OK = 0x0000_0000;
export const E_ACCESSDENIED = 0x8007_0005;
export const SEC_E_INVALID_TOKEN = 0x8009_0308;

const FIELD = 'authentication_result';
const NUMBER = /^(?:\d{1,10}|-\d{1,10}|0x[0-9a-f]{1,8})$/i;

/** The HRESULT as an unsigned number. @throws DecodeError */
export function decodeAuthenticationResult(pdu: Uint8Array): number {
  const said = decodeAadField(pdu, FIELD);
  const value = typeof said === 'string' && NUMBER.test(said) ? Number(said) : said;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
    throw new DecodeError('invalid', 'authenticationResultPdu', 0, FIELD);
  }
  return value >>> 0;
}

export function encodeAuthenticationResult(hresult: number): Uint8Array {
  return encodeAadField(FIELD, hresult);
}

const NTSTATUS_AS_HRESULT = 0x1000_0000;
const NTSTATUS_ERROR = 0xc000_0000;

/** The NTSTATUS inside an HRESULT (HRESULT_FROM_NT), [MS-ERREF] 2.1; null when there is none. */
export function ntStatusOf(hresult: number): number | null {
  const isNtStatus = (hresult & NTSTATUS_AS_HRESULT) !== 0 && (hresult & NTSTATUS_ERROR) >>> 0 === NTSTATUS_ERROR;
  return isNtStatus ? (hresult & ~NTSTATUS_AS_HRESULT) >>> 0 : null;
}
