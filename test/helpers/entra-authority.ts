/**
 * An authority as Microsoft Entra ID is one for RDP, on loopback: a real OpenID Connect provider that issues access tokens
 * for a target, bound to a key, of type `pop`, and answers the nonce challenge. [MS-RDPBCGR] 4.11.3, 4.11.4.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { onTestFinished } from 'vitest';
import { silenceAdvice, Visitor } from '../identity/support/oidc-server.js';

export const ENTRA_CLIENT_ID = 'client-of-the-gateway';
const USER_SCOPE = 'user_impersonation';

export interface TestAuthority {
  readonly issuer: string;
  readonly jwksUri: string;
  /** Nonces that were given and not used. */
  readonly nonces: Set<string>;
  /** Access tokens for this scope; `{host}` stands for the target's address. */
  readonly scope: string;
  /** Signs somebody in as a browser does; gives where the authority sends them back to. */
  signIn(authorizationUrl: string, login: string): Promise<URL>;
}

/** Runs until the test ends, or until `onEnd` says. */
export async function startAuthority(
  redirectUri: string,
  onEnd: (close: () => Promise<void>) => void = onTestFinished,
): Promise<TestAuthority> {
  silenceAdvice();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration(redirectUri));
  // Microsoft's authority says so of tokens that are bound to a key.
  provider.use(async (context, next) => {
    await next();
    const body: unknown = context.body;
    if (typeof body === 'object' && body !== null && 'token_type' in body) body.token_type = 'pop';
  });
  const nonces = new Set<string>();
  const answer = provider.callback();
  server.on('request', (request, response) => {
    void bodyOf(request).then((body) => {
      if (request.method === 'POST' && body === 'grant_type=srv_challenge') {
        const nonce = randomBytes(16).toString('base64url');
        nonces.add(nonce);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ Nonce: nonce }));
        return;
      }
      if (request.method === 'POST') Object.assign(request, { body });
      void answer(request, response);
    });
  });
  onEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    nonces,
    scope: `ms-device-service://termsrv.wvd.microsoft.com/name/{host}/${USER_SCOPE}`,
    signIn: (url, login) => new Visitor(issuer).signIn(url, login),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const resourceOf = (scope: unknown): string => String(scope).replace(/\/[^/]*$/, '');

function configuration(redirectUri: string): ConstructorParameters<typeof Provider>[1] {
  return {
    clients: [
      {
        client_id: ENTRA_CLIENT_ID,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['keys-of-a-test'] },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    extraTokenClaims: (context) => {
      const confirmation: unknown = context.oidc.body?.['req_cnf'];
      if (typeof confirmation !== 'string') return undefined;
      return { cnf: JSON.parse(Buffer.from(confirmation, 'base64url').toString()) as Record<string, unknown> };
    },
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: (context) => resourceOf(context.oidc.params?.['scope'] ?? ''),
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: `${resource}/${USER_SCOPE}`,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // Nobody is asked for consent, as in a tenant whose administrator has given it.
    loadExistingGrant: async (context) => {
      const { client, session, params } = context.oidc;
      const grant = new context.oidc.provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      const scope = String(params?.['scope']);
      grant.addResourceScope(resourceOf(scope), scope);
      await grant.save();
      return grant;
    },
  };
}
