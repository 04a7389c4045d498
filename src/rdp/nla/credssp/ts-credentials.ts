/** TSCredentials and TSPasswordCreds, [MS-CSSP] 2.2.1.2: what a client hands over, encrypted, at the end. */
import { bytesFromUtf16 } from '../../connection/text.js';
import { Reader } from '../../wire/reader.js';
import { der, DER_INTEGER, DER_OCTET_STRING, DER_SEQUENCE, derField, derUnsigned } from '../der.js';
import { readDer, readField, unsignedOf } from '../der.js';
import { NlaError } from '../nla-error.js';

const PASSWORD = 1;
const SMART_CARD = 2;
const REMOTE_GUARD = 6;

export interface PasswordCredentials {
  readonly domainName: string;
  readonly userName: string;
  readonly password: string;
}

/** What a client with restricted admin hands over: nothing that the server could use elsewhere. */
export const RESTRICTED_ADMIN: PasswordCredentials = { domainName: '', userName: '', password: '' };

export function encodeTsCredentials({ domainName, userName, password }: PasswordCredentials): Uint8Array {
  const text = (value: string) => der(DER_OCTET_STRING, bytesFromUtf16(value));
  const fields = der(
    DER_SEQUENCE,
    derField(0, text(domainName)),
    derField(1, text(userName)),
    derField(2, text(password)),
  );
  return der(DER_SEQUENCE, derField(0, derUnsigned(DER_INTEGER, PASSWORD)), derField(1, der(DER_OCTET_STRING, fields)));
}

/**
 * Whether a client handed a password over: not the password, which the gateway has no use for. Throws NlaError for
 * credentials of other kinds, DecodeError.
 */
export function decodeTsCredentials(bytes: Uint8Array): { readonly withPassword: boolean } {
  const fields = readDer(new Reader(bytes, 'TSCredentials'), DER_SEQUENCE, 'TSCredentials');
  const credType = unsignedOf(readField(fields, 0, DER_INTEGER, 'credType'));
  if (credType === REMOTE_GUARD) throw new NlaError('remote-credential-guard');
  if (credType === SMART_CARD) throw new NlaError('smart-card');
  if (credType !== PASSWORD) throw fields.error('invalid', 'credType');
  const credentials = readField(fields, 1, DER_OCTET_STRING, 'credentials');
  const password = readDer(credentials, DER_SEQUENCE, 'TSPasswordCreds');
  readField(password, 0, DER_OCTET_STRING, 'domainName');
  readField(password, 1, DER_OCTET_STRING, 'userName');
  return { withPassword: readField(password, 2, DER_OCTET_STRING, 'password').remaining > 0 };
}
