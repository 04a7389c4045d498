import { generateKeyPair, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OidcSettings } from '../../src/identity/oidc/oidc-sign-in.js';
import { type HttpBench, HOST, makeHttpBench, SAME_SITE } from '../http/bench.js';
import { signed, startLyingIssuer } from './support/lying-issuer.js';
import { CLIENT_ID, CLIENT_SECRET, type OidcServer, startOidcServer } from './support/oidc-server.js';

const REDIRECT = `https://${HOST}/api/v1/sign-in/oidc/callback`;
const TENANT = '5a3c2f5e-0000-4000-8000-000000000001';
const ADA = {
  oid: 'aaaaaaaa-0000-4000-8000-000000000001',
  tid: TENANT,
  preferred_username: 'Ada@Example.com',
  name: 'Ada Lovelace',
  roles: ['Witness.Auditor'],
};
let provider: OidcServer;

beforeAll(async () => {
  provider = await startOidcServer(REDIRECT);
});
afterAll(() => provider.close());
beforeEach(() => void provider.accounts.set('ada', ADA));

function settings(change: Partial<OidcSettings> = {}): OidcSettings {
  return {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUri: REDIRECT,
    name: 'Microsoft',
    roles: new Map([
      ['Witness.Auditor', 'auditor'],
      ['group-of-operators', 'operator'],
    ]),
    defaultRole: null,
    subjectClaim: 'oid',
    tenants: [],
    ...change,
  };
}

const makeBench = (change: Partial<OidcSettings> = {}) => makeHttpBench({}, { oidc: settings(change) });

interface Begun {
  readonly url: string;
  readonly cookie: string;
}

async function begin(bench: HttpBench): Promise<Begun> {
  const response = await bench.app.inject({ url: '/api/v1/sign-in/oidc' });
  expect(response.statusCode).toBe(303);
  const cookie = String(response.headers['set-cookie']).split(';')[0] ?? '';
  return { url: String(response.headers.location), cookie };
}

async function callback(bench: HttpBench, back: URL, cookie: string) {
  const url = `${back.pathname}${back.search}`;
  const response = await bench.app.inject({ url, headers: { host: HOST, cookie } });
  const set = [response.headers['set-cookie'] ?? []].flat().map((line) => line.split(';')[0] ?? '');
  return {
    location: response.headers.location,
    session: set.find((line) => /^__Host-witness=.+/.test(line)) ?? null,
  };
}

async function signIn(bench: HttpBench, login: string) {
  const { url, cookie } = await begin(bench);
  return callback(bench, await provider.signIn(url, login), cookie);
}

async function me(bench: HttpBench, session: string | null): Promise<unknown> {
  const headers = { ...SAME_SITE, cookie: session ?? '' };
  return (await bench.app.inject({ url: '/api/v1/me', headers })).json();
}

const failures = async (bench: HttpBench) =>
  (await bench.rows()).filter(({ kind }) => kind === 'sign-in.failed').map(({ data }) => data['reason']);

test('the request to the provider has PKCE, state and nonce, and no secret', async () => {
  const bench = await makeBench();
  const { url, cookie } = await begin(bench);
  const query = new URL(url).searchParams;
  expect(query.get('response_type')).toBe('code');
  expect(query.get('redirect_uri')).toBe(REDIRECT);
  expect(query.get('code_challenge_method')).toBe('S256');
  for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name), name).toMatch(/^[\w-]{43}$/);
  expect(url).not.toContain(CLIENT_SECRET);
  const verifier = cookie.split('.').at(-1) ?? '';
  expect(verifier).toMatch(/^[\w-]{43}$/);
  expect(url).not.toContain(verifier);
});

test('a person who signs in for the first time is added, with the roles that the settings give', async () => {
  const bench = await makeBench();
  const { location, session } = await signIn(bench, 'ada');
  expect(location).toBe('/');
  expect(await me(bench, session)).toEqual({
    userName: 'ada@example.com',
    displayName: 'Ada Lovelace',
    roles: ['auditor'],
  });
  const rows = await bench.rows();
  expect(rows.map(({ kind }) => kind)).toEqual(['user.created', 'sign-in.succeeded']);
  expect(rows[0]?.data).toMatchObject({ subject: ADA.oid, issuer: provider.issuer, roles: ['auditor'] });
  expect(rows[1]?.data).toMatchObject({ method: 'oidc', userName: 'ada@example.com' });
});

test('the same person stays the same under another name and with other roles', async () => {
  const bench = await makeBench();
  await signIn(bench, 'ada');
  const changed = { ...ADA, preferred_username: 'countess@example.com', name: 'Ada King', roles: undefined };
  provider.accounts.set('ada', { ...changed, groups: ['group-of-operators', 'another'] });
  const { session } = await signIn(bench, 'ada');
  expect(await me(bench, session)).toEqual({
    userName: 'ada@example.com',
    displayName: 'Ada King',
    roles: ['operator'],
  });
  expect(await bench.database.users.list()).toHaveLength(1);
  const change = (await bench.rows()).find(({ kind }) => kind === 'user.changed');
  expect(change?.data).toMatchObject({ by: 'provider', wasRoles: ['auditor'], roles: ['operator'] });
});

test('a name that somebody has already is not taken over', async () => {
  const bench = await makeBench();
  await bench.identity.createUser('ada@example.com', 'The local Ada', ['administrator']);
  const { session } = await signIn(bench, 'ada');
  expect(await me(bench, session)).toMatchObject({
    userName: expect.stringMatching(/^ada@example\.com#[0-9a-f]{8}$/),
    roles: ['auditor'],
  });
  provider.accounts.set('namesake', { ...ADA, oid: 'bbbbbbbb-0000-4000-8000-000000000002' });
  await signIn(bench, 'namesake');
  expect(new Set((await bench.database.users.list()).map(({ userName }) => userName)).size).toBe(3);
});

test('whoever is disabled here, has no role, comes from elsewhere or is nobody certain is refused', async () => {
  const bench = await makeBench({ tenants: [TENANT] });
  const { session } = await signIn(bench, 'ada');
  const [ada] = await bench.database.users.list();
  if (ada === undefined) throw new Error('there is no such row');
  await bench.database.users.update(ada.id, { disabledAtMs: Date.now() });
  provider.accounts.set('no-role', { ...ADA, oid: 'b', roles: ['Other.App'] });
  provider.accounts.set('overage', { ...ADA, oid: 'c', roles: [], hasgroups: true });
  provider.accounts.set('stranger', { ...ADA, oid: 'd', tid: 'another-tenant' });
  provider.accounts.set('nobody', { ...ADA, oid: undefined });
  const expected = {
    ada: 'disabled',
    'no-role': 'no-role',
    overage: 'groups-overage',
    stranger: 'tenant',
    nobody: 'claim-missing',
  };
  for (const [login, reason] of Object.entries(expected)) {
    const result = await signIn(bench, login);
    expect(result).toEqual({ location: `/sign-in?problem=${reason}`, session: null });
  }
  expect(await failures(bench)).toEqual(Object.values(expected));
  expect(await me(bench, session)).toMatchObject({ status: 401 });
  expect(await bench.database.users.list()).toHaveLength(1);
});

test('people without a mapped role get the default role where there is one', async () => {
  const bench = await makeBench({ defaultRole: 'user', subjectClaim: 'sub', clientSecret: CLIENT_SECRET });
  provider.accounts.set('bob', { name: 'Bob' });
  const { session } = await signIn(bench, 'bob');
  expect(await me(bench, session)).toEqual({ userName: 'bob', displayName: 'Bob', roles: ['user'] });
});

test('an answer is good once, in the browser that asked, and with what that browser kept', async () => {
  const bench = await makeBench();
  const { url, cookie } = await begin(bench);
  const back = await provider.signIn(url, 'ada');
  const other = await begin(bench);
  const verifier = cookie.split('.').at(-1) ?? '';
  const wrong = 'x'.repeat(43);
  const refusedAs = async (from: URL, kept: string) => (await callback(bench, from, kept)).location;
  expect(await refusedAs(back, '')).toBe('/sign-in?problem=attempt');
  expect(await refusedAs(back, other.cookie)).toBe('/sign-in?problem=attempt');
  const forged = new URL(back);
  forged.searchParams.set('state', wrong);
  expect(await refusedAs(forged, cookie)).toBe('/sign-in?problem=attempt');
  // Each of these uses its code up at the provider.
  for (const spoilt of ['nonce', 'verifier'] as const) {
    const fresh = await begin(bench);
    const [state, nonce, code] = fresh.cookie.split('.');
    const kept = spoilt === 'nonce' ? [state, wrong, code] : [state, nonce, wrong];
    const answer = await provider.signIn(fresh.url, 'ada');
    expect(await refusedAs(answer, kept.join('.')), spoilt).toBe('/sign-in?problem=provider-failed');
  }
  expect((await bench.database.users.list()).length).toBe(0);
  expect((await callback(bench, back, cookie)).location).toBe('/');
  expect(await refusedAs(back, cookie)).toBe('/sign-in?problem=provider-failed');
  const audited = JSON.stringify(await bench.rows());
  for (const secret of [CLIENT_SECRET, back.searchParams.get('code') ?? '-', verifier]) {
    expect(audited).not.toContain(secret);
  }
});

test('giving up at the provider is told on the sign-in page', async () => {
  const bench = await makeBench();
  const { url, cookie } = await begin(bench);
  const back = await provider.giveUp(url);
  expect(back.searchParams.get('error')).toBe('access_denied');
  expect(await callback(bench, back, cookie)).toEqual({ location: '/sign-in?problem=provider-refused', session: null });
});

test('a provider that is away is told on the sign-in page, and asked again the next time', async () => {
  const lying = await startLyingIssuer();
  await lying.close();
  const bench = await makeBench({ issuer: lying.issuer });
  const send = () => bench.app.inject({ url: '/api/v1/sign-in/oidc' });
  for (let i = 0; i < 2; i++) expect((await send()).headers.location).toBe('/sign-in?problem=provider-failed');
});

test('an ID token that is not what it should be signs nobody in', async () => {
  const lying = await startLyingIssuer();
  try {
    const bench = await makeBench({ issuer: lying.issuer });
    const { privateKey: foreign } = await generateKeyPair('RS256');
    const hour = 3600;
    const nowS = Math.floor(Date.now() / 1000);
    const attempt = async (token: typeof lying.token) => {
      const { url, cookie } = await begin(bench);
      const query = new URL(url).searchParams;
      lying.claims = { ...ADA, sub: 'ada', nonce: query.get('nonce') ?? '' };
      lying.token = token;
      const back = new URL(REDIRECT);
      back.search = new URLSearchParams({ code: 'c', state: query.get('state') ?? '' }).toString();
      return (await callback(bench, back, cookie)).location;
    };
    const bad: Record<string, typeof lying.token> = {
      'signed by another key': (good) => signed(good, foreign),
      'not signed': async (good) => new UnsecuredJWT(good).encode(),
      'cut off': async (good, key) => (await signed(good, key)).slice(0, -5),
      'for another client': (good, key) => signed({ ...good, aud: 'another' }, key),
      'of another issuer': (good, key) => signed({ ...good, iss: 'https://issuer.example' }, key),
      expired: (good, key) => signed({ ...good, iat: nowS - 2 * hour, exp: nowS - hour }, key),
      'from an earlier sign-in': (good, key) => signed({ ...good, nonce: 'earlier' }, key),
      'no token': async () => 'none',
    };
    for (const [name, token] of Object.entries(bad)) {
      expect({ name, location: await attempt(token) }).toEqual({ name, location: '/sign-in?problem=provider-failed' });
    }
    expect(await bench.database.users.list()).toEqual([]);
    expect(await attempt(signed)).toBe('/');
  } finally {
    await lying.close();
  }
});

test('answers that belong to no attempt fill no audit log and keep nobody out', async () => {
  const bench = await makeBench();
  const nonsense = new URL(`${REDIRECT}?code=x&state=y`);
  for (let i = 0; i < 10; i++) expect((await callback(bench, nonsense, '')).location).toBe('/sign-in?problem=attempt');
  expect((await callback(bench, nonsense, '')).location).toBe('/sign-in?problem=locked-out');
  expect(await failures(bench)).toHaveLength(10);
  expect((await signIn(bench, 'ada')).location).toBe('/');
});
