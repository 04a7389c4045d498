/**
 * RDP Assertion, [MS-RDPBCGR] 2.2.18.2.1: a JWT that carries the access token and the target's nonce, signed with the key
 * that the token was bound to when it was issued.
 */
import { encodeUtf8 } from '../../contract/utf8.js';
import { base64Url } from './base64-url.js';

/** Public part of an RSA key, RFC 7517. */
export interface RsaPublicJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
}

/** What proves who signs in. */
export interface AssertionKey {
  readonly publicJwk: RsaPublicJwk;
  /** RFC 7638 thumbprint. */
  readonly keyId: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256. */
  readonly sign: (input: Uint8Array) => Uint8Array;
}

export interface AssertionClaims {
  readonly accessToken: string;
  /** What the token was asked for: scope without its last part. */
  readonly resourceUri: string;
  /** Of the authority, fresh for each sign-in; 4.11.3. */
  readonly aadNonce: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export function signAssertion(key: AssertionKey, claims: AssertionClaims, serverNonce: string): string {
  const header = { alg: 'RS256', kid: key.keyId };
  const payload = {
    ts: String(Math.floor(claims.timestamp)),
    at: claims.accessToken,
    u: claims.resourceUri,
    nonce: serverNonce,
    cnf: { jwk: key.publicJwk },
    client_claims: JSON.stringify({ aad_nonce: claims.aadNonce }),
  };
  const input = [header, payload].map((part) => base64Url(encodeUtf8(JSON.stringify(part)))).join('.');
  return `${input}.${base64Url(key.sign(encodeUtf8(input)))}`;
}
