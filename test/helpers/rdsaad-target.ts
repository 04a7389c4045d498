/**
 * A target that speaks RDS AAD Auth from the specification ([MS-RDPBCGR] 2.2.18, 5.4.5.4) and shows the demo desktop to
 * whom it lets in. It checks everything that an assertion says: signature, nonce, time, token, and the key of the token.
 */
import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import {
  calculateJwkThumbprint,
  compactVerify,
  createRemoteJWKSet,
  decodeJwt,
  importJWK,
  jwtVerify,
  type JWK,
} from 'jose';
import { DesktopSession } from '../../src/demo/desktop-session.js';
import { readUntil } from '../../src/gateway/rdp/connection-start.js';
import { AadMessageScan } from '../../src/rdp/aad/aad-json.js';
import { decodeAuthenticationRequest } from '../../src/rdp/aad/authentication-request.js';
import {
  E_ACCESSDENIED,
  encodeAuthenticationResult,
  S_OK,
  SEC_E_INVALID_TOKEN,
} from '../../src/rdp/aad/authentication-result.js';
import { encodeServerNonce } from '../../src/rdp/aad/server-nonce.js';
import { PROTOCOL_RDSAAD } from '../../src/rdp/connection/security-protocols.js';
import type { TestAuthority } from './entra-authority.js';

export interface RdsAadOptions {
  readonly authority: TestAuthority;
  /** Name of this target in the resource that tokens are for. */
  readonly host: string;
  /** Who may sign in here, by their `sub`. */
  readonly people: ReadonlySet<string>;
  /** Says this nonce instead of a fresh one. */
  readonly nonce?: string;
  /** What it ends with, whoever asks; left out: what it finds. */
  readonly result?: number;
}

/** What a target found of one request. */
export interface Found {
  readonly result: number;
  readonly why: string;
}

/** For `speak` of an RdpTarget. */
export function rdsAad(options: RdsAadOptions, found: Found[]): (tls: TLSSocket) => void {
  return (tls) => {
    serve(tls, options, found).catch(() => tls.destroy());
  };
}

async function serve(tls: TLSSocket, options: RdsAadOptions, found: Found[]): Promise<void> {
  const nonce = options.nonce ?? randomBytes(24).toString('base64url');
  tls.write(encodeServerNonce(nonce));
  const scan = new AadMessageScan();
  const request = await readUntil(tls, 'the authentication request', 10_000, (bytes) => {
    const size = scan.size(bytes);
    return size === null ? null : { value: Buffer.from(bytes.subarray(0, size)), taken: size };
  });
  const why = await problemOf(decodeAuthenticationRequest(request), nonce, options);
  const result = options.result ?? RESULTS[why];
  found.push({ result, why });
  tls.write(encodeAuthenticationResult(result));
  if (result !== S_OK) {
    tls.end();
    return;
  }
  const maxSize = { width: 1024, height: 768 };
  // It lives as long as its connection.
  void new DesktopSession({
    socket: tls,
    requestedProtocols: PROTOCOL_RDSAAD,
    maxSize,
    clock: Date.now,
    onClose: () => {},
  });
  tls.resume();
}

const RESULTS = {
  none: S_OK,
  signature: SEC_E_INVALID_TOKEN,
  nonce: SEC_E_INVALID_TOKEN,
  time: SEC_E_INVALID_TOKEN,
  'aad-nonce': SEC_E_INVALID_TOKEN,
  token: SEC_E_INVALID_TOKEN,
  'token-key': SEC_E_INVALID_TOKEN,
  resource: SEC_E_INVALID_TOKEN,
  person: E_ACCESSDENIED,
} as const;

interface Assertion {
  readonly ts: string;
  readonly at: string;
  readonly u: string;
  readonly nonce: string;
  readonly cnf: { readonly jwk: JWK };
  readonly client_claims: string;
}

async function problemOf(
  assertion: string,
  nonce: string,
  { authority, host, people }: RdsAadOptions,
): Promise<keyof typeof RESULTS> {
  const claims = decodeJwt(assertion) as unknown as Assertion;
  const verified = await compactVerify(assertion, await importJWK(claims.cnf.jwk, 'RS256')).catch(() => null);
  if (verified?.protectedHeader.kid === undefined) return 'signature';
  if (claims.nonce !== nonce) return 'nonce';
  if (Math.abs(Date.now() / 1000 - Number(claims.ts)) > 300) return 'time';
  const { aad_nonce: aadNonce } = JSON.parse(claims.client_claims) as { aad_nonce: string };
  if (!authority.nonces.delete(aadNonce)) return 'aad-nonce';
  const resource = authority.scope.replace('{host}', host).replace(/\/[^/]*$/, '');
  const keys = createRemoteJWKSet(new URL(authority.jwksUri));
  const token = await jwtVerify(claims.at, keys, { issuer: authority.issuer, audience: resource }).catch(() => null);
  if (token === null) return 'token';
  if (claims.u !== resource) return 'resource';
  const { kid } = (token.payload['cnf'] ?? {}) as { kid?: string };
  if (kid !== (await calculateJwkThumbprint(claims.cnf.jwk))) return 'token-key';
  return people.has(String(token.payload.sub)) ? 'none' : 'person';
}
