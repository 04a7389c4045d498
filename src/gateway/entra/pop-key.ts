/**
 * The proof-of-possession key of one sign-in with Entra ID: an access token is bound to it when it is issued, and the
 * assertion that carries the token is signed with it. [MS-RDPBCGR] 4.11.4, RFC 7638.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { AssertionKey, RsaPublicJwk } from '../../rdp/aad/rdp-assertion.js';

const MODULUS_BITS = 2048;

/** PKCS #8, DER: whoever keeps it seals it, and overwrites it afterwards. */
export async function createPopKey(): Promise<Buffer> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}

export function assertionKeyOf(pkcs8: Buffer): AssertionKey {
  const privateKey = createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' });
  const { n = '', e = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicJwk: RsaPublicJwk = { kty: 'RSA', n, e };
  return { publicJwk, keyId: thumbprintOf(publicJwk), sign: (input) => sign('sha256', input, privateKey) };
}

/** The members in the order of the alphabet, without blanks. */
function thumbprintOf({ e, kty, n }: RsaPublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

/** `req_cnf` of the token request. */
export function confirmationOf(keyId: string): string {
  return Buffer.from(JSON.stringify({ kid: keyId })).toString('base64url');
}
