/** A gateway as its settings make it, and a real identity provider: a person signs in, and nothing secret is left behind. */
import { afterAll, expect, it } from 'vitest';
import { CLIENT_ID, CLIENT_SECRET, type OidcServer, startOidcServer } from '../identity/support/oidc-server.js';
import { useLab } from '../peers/lab.js';
import { ApiClient, type ApiResponse } from './support/api-client.js';
import { startGatewayProcess } from './support/gateway-process.js';
import { rememberSecret } from './support/secrets.js';

const TIMEOUT_MS = 90_000;
/** Nobody goes there: the test carries the answer to the gateway itself. */
const REDIRECT = 'https://gateway.example/api/v1/sign-in/oidc/callback';
const lab = useLab();
let provider: OidcServer | null = null;
afterAll(() => provider?.close());

function cookiesOf(response: ApiResponse): string {
  const lines = [response.headers['set-cookie'] ?? []].flat();
  return lines.map((line) => line.split(';')[0]).join('; ');
}

it(
  'a person of the provider signs in with the role that the settings give to theirs there',
  async () => {
    provider = await startOidcServer(REDIRECT);
    provider.accounts.set('ada', { oid: 'o-1', preferred_username: 'ada@example.com', name: 'Ada', groups: ['0d1f'] });
    rememberSecret('the secret of the gateway at its provider', CLIENT_SECRET);
    const gateway = await startGatewayProcess(lab, {
      settings: {
        WITNESS_OIDC_ISSUER: provider.issuer,
        WITNESS_OIDC_CLIENT_ID: CLIENT_ID,
        WITNESS_OIDC_CLIENT_SECRET: CLIENT_SECRET,
        WITNESS_OIDC_REDIRECT: REDIRECT,
        WITNESS_OIDC_ROLES: '0d1f=auditor',
        WITNESS_OIDC_NAME: 'Contoso',
        WITNESS_LOCAL_PASSWORDS: 'off',
      },
    });
    const anybody = new ApiClient(gateway.httpPort);
    expect(await anybody.json('GET', '/api/v1/sign-in/methods')).toEqual({ password: false, provider: 'Contoso' });
    const begun = await anybody.send('GET', '/api/v1/sign-in/oidc');
    const back = await provider.signIn(String(begun.headers['location']), 'ada');
    rememberSecret('an authorization code', back.searchParams.get('code') ?? '');
    const callback = `${back.pathname}${back.search}`;
    const finished = await anybody.send('GET', callback, undefined, { cookie: cookiesOf(begun) });
    expect([finished.status, finished.headers['location']]).toEqual([303, '/']);
    const ada = new ApiClient(gateway.httpPort, cookiesOf(finished));
    expect(await ada.json('GET', '/api/v1/me')).toEqual({
      userName: 'ada@example.com',
      displayName: 'Ada',
      roles: ['auditor'],
    });
    const rows = (await gateway.api.audit()).filter(({ data }) => data['userName'] === 'ada@example.com');
    expect(rows.map(({ kind }) => kind)).toEqual(['user.created', 'sign-in.succeeded']);
  },
  TIMEOUT_MS,
);
