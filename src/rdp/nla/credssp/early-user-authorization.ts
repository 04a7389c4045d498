/** Early User Authorization Result PDU, [MS-RDPBCGR] 2.2.10.2: four bytes after CredSSP under PROTOCOL_HYBRID_EX. */
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';

export const AUTHORIZATION_RESULT_BYTES = 4;
export const AUTHZ_SUCCESS = 0;
export const AUTHZ_ACCESS_DENIED = 5;

export function encodeAuthorizationResult(result: number): Uint8Array {
  return new Writer().u32(result).finish();
}

/** True when the user may go on. */
export function decodeAuthorizationResult(pdu: Uint8Array): boolean {
  const reader = new Reader(pdu, 'EarlyUserAuthorizationResult');
  const result = reader.u32();
  if (result !== AUTHZ_SUCCESS && result !== AUTHZ_ACCESS_DENIED) throw reader.error('invalid', 'authorizationResult');
  return result === AUTHZ_SUCCESS;
}
