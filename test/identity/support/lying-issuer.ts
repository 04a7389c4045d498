/** A provider that gives whatever ID token a test has it give: what holds is for the gateway to find out. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface LyingIssuer {
  readonly issuer: string;
  /** Makes the next ID token from the claims of a good one and the key that the provider publishes. */
  token: (good: JWTPayload, key: CryptoKey) => Promise<string>;
  /** Claims that a good token needs beside its time. */
  claims: JWTPayload;
  close(): Promise<void>;
}

export async function startLyingIssuer(): Promise<LyingIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lying: LyingIssuer = {
    issuer,
    token: signed,
    claims: {},
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('content-type', 'application/json');
    const nowS = Math.floor(Date.now() / 1000);
    const good = { iss: issuer, aud: 'witness', iat: nowS, exp: nowS + 60, ...lying.claims };
    const answers: Record<string, () => Promise<unknown>> = {
      '/.well-known/openid-configuration': async () => metadata,
      '/jwks': async () => ({ keys: [jwk] }),
      '/token': async () => ({
        access_token: 'a',
        token_type: 'Bearer',
        id_token: await lying.token(good, privateKey),
      }),
    };
    const body = await answers[request.url ?? '']?.();
    response.statusCode = body === undefined ? 404 : 200;
    response.end(JSON.stringify(body ?? {}));
  };
  return lying;
}

/** As an honest provider does it. */
export function signed(claims: JWTPayload, key: CryptoKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
}
