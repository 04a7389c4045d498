/**
 * What the exchange before the MCS connection ([MS-CSSP], [MS-RDPBCGR] 5.4.5) says of the way a person signed in. It is
 * looked through for marks, not decoded: nothing else of it is wanted.
 */
import { latin1FromBytes, readUtf16 } from '../connection/text.js';
import { isEntraAccount } from '../connection/entra-account.js';
import { KERBEROS_OID, MS_KERBEROS_OID, NEGOEX_OID, PKU2U_OID } from '../nla/spnego/mechanisms.js';
import { DecodeError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { indexOf } from './index-of.js';

/** Signature of every NEGOEX message: "NEGOEXTS". */
const NEGOEX_MESSAGE = [0x4e, 0x45, 0x47, 0x4f, 0x45, 0x58, 0x54, 0x53];
/** Signature of every NTLM message: "NTLMSSP" and a terminator; [MS-NLMP] 2.2.1. */
const NTLM_MESSAGE = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00];
/** It and the type of AUTHENTICATE; [MS-NLMP] 2.2.1.3. */
const NTLM_AUTHENTICATE = [...NTLM_MESSAGE, 0x03, 0x00, 0x00, 0x00];
const DOMAIN_NAME_FIELDS_OFFSET = 28;
const USER_NAME_FIELDS_OFFSET = 36;
const NEGOTIATE_FLAGS_OFFSET = 60;
const NTLMSSP_NEGOTIATE_UNICODE = 0x01;

/** Which mechanism of NEGOEX, PKU2U and Kerberos a server chose; null while it has chosen none of them. */
export function chosenMechanism(fromServer: Uint8Array): 'negoex' | 'kerberos' | null {
  // A client names all that it knows; what a server names is what it took.
  const entra = [[...NEGOEX_OID], [...PKU2U_OID], NEGOEX_MESSAGE];
  if (entra.some((mark) => indexOf(fromServer, mark) !== -1)) return 'negoex';
  return [KERBEROS_OID, MS_KERBEROS_OID].some((mark) => indexOf(fromServer, [...mark]) !== -1) ? 'kerberos' : null;
}

/** True when either side has said anything in NTLM. That a client names it among what it knows is none of it. */
export function speaksNtlm(fromEither: Uint8Array): boolean {
  return indexOf(fromEither, NTLM_MESSAGE) !== -1;
}

/** True when a client's NTLM AUTHENTICATE message names an account of Microsoft Entra ID. */
export function ntlmNamesEntra(fromClient: Uint8Array): boolean {
  for (
    let at = indexOf(fromClient, NTLM_AUTHENTICATE);
    at !== -1;
    at = indexOf(fromClient, NTLM_AUTHENTICATE, at + 1)
  ) {
    const message = fromClient.subarray(at);
    const domain = ntlmName(message, DOMAIN_NAME_FIELDS_OFFSET);
    if (isEntraAccount({ domain, userName: ntlmName(message, USER_NAME_FIELDS_OFFSET) })) return true;
  }
  return false;
}

/** The name that the fields at `fieldsOffset` say; empty when the message is not whole. */
function ntlmName(message: Uint8Array, fieldsOffset: number): string {
  try {
    const fields = new Reader(message, 'AuthenticateMessage', fieldsOffset);
    const sizeBytes = fields.u16();
    fields.skip(2);
    const offset = fields.u32();
    const flags = new Reader(message, 'AuthenticateMessage', NEGOTIATE_FLAGS_OFFSET).u32();
    const name = new Reader(message, 'AuthenticateMessage', offset);
    if ((flags & NTLMSSP_NEGOTIATE_UNICODE) !== 0) return readUtf16(name, sizeBytes);
    return latin1FromBytes(name.bytes(sizeBytes));
  } catch (error) {
    if (error instanceof DecodeError) return '';
    throw error;
  }
}
