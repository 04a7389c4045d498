import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { type Role, ROLES } from '../../src/contract/api.js';
import { type Scope, SCOPE_NAMES, SCOPES } from '../../src/contract/scopes.js';
import { type GuardedRoute, installGuard } from '../../src/http/guard.js';
import { recordingRoutes } from '../../src/http/recordings/routes.js';
import type { OidcSettings } from '../../src/identity/oidc/oidc-sign-in.js';
import { ACCESS, type AccessRow } from './access-table.js';
import { type HttpBench, makeHttpBench, SAME_SITE } from './bench.js';

const ID = '0198c0de-0000-7000-8000-000000000001';
/** Is asked nothing: requests of these tests are refused before, or fail for another reason than who asks. */
const OIDC: OidcSettings = {
  issuer: 'https://issuer.invalid',
  clientId: 'witness',
  clientSecret: null,
  redirectUri: 'https://gateway.example/api/v1/sign-in/oidc/callback',
  name: 'Issuer',
  roles: new Map(),
  defaultRole: null,
  subjectClaim: 'sub',
  tenants: [],
};

async function wholeServer(onRoute?: (route: GuardedRoute) => void): Promise<HttpBench> {
  const nothing = async () => null;
  const recordings = recordingRoutes({
    viewer: (request) => ({ actor: `user:${request.user.id}`, ...request.user }),
    loadRecording: nothing,
    findPlace: nothing,
    findVideo: nothing,
    audit: async () => {},
    store: {} as never,
    viewingKey: new Uint8Array(32),
    now: Date.now,
  });
  return makeHttpBench({ recordings, ...(onRoute && { onRoute }) }, { oidc: OIDC });
}

const address = (row: AccessRow): string =>
  `/api/v1${row.route.replace(':file', 'video-0001.mp4').replaceAll(/:\w+/g, ID)}`;

/** What tells that a request was refused because of who asked. */
const REFUSALS = ['role-missing', 'not-signed-in', 'scope-missing', 'token-refused'];

async function refusal(bench: HttpBench, row: AccessRow, headers: Record<string, string>): Promise<string | null> {
  const response = await bench.app.inject({ method: row.method, url: address(row), headers });
  const type = response.headers['content-type']?.toString() ?? '';
  if (!type.includes('problem+json')) return null;
  const name = response.json<{ type: string }>().type.split(':').at(-1) ?? '';
  return REFUSALS.includes(name) ? name : null;
}

async function tokenOf(bench: HttpBench, headers: Record<string, string>, scopes: readonly Scope[]): Promise<string> {
  const payload = { name: 'test', scopes, lifetimeDays: 1 };
  const made = await bench.app.inject({ method: 'POST', url: '/api/v1/account/tokens', headers, payload });
  expect(made.statusCode, made.body).toBe(201);
  return made.json<{ token: string }>().token;
}

test('every route is in the table and every row of the table is a route, with its roles and its scope', async () => {
  const routes: GuardedRoute[] = [];
  const bench = await wholeServer((route) => void routes.push(route));
  await bench.app.ready();
  const roles = (access: GuardedRoute['access'] | AccessRow['for']): string =>
    typeof access === 'string'
      ? access === 'signed-in'
        ? [...ROLES].join()
        : access
      : ROLES.filter((role) => access.includes(role)).join();
  const line = (method: string, route: string, who: string, scope: string | null): string =>
    `${method} ${route} ${who} ${scope ?? '-'}`;
  const actual = routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url, access, scope }) => line(method, url.replace('/api/v1', ''), roles(access), scope));
  const expected = ACCESS.map((row) => line(row.method, row.route, roles(row.for), row.scope));
  expect(actual.toSorted()).toEqual(expected.toSorted());
});

test('a route that does not say who may use it keeps the server from starting', async () => {
  const app = fastify();
  installGuard(app, { identity: {} as never, audit: {} as never });
  app.get('/forgotten', () => 'open to everybody');
  await expect(app.ready()).rejects.toThrow('GET /forgotten does not say who may use it');
});

test.each(ROLES)(
  'the role %s reaches what the table gives it and nothing else, and refusals are audited',
  async (role) => {
    const bench = await wholeServer();
    // What signs out comes last: it ends the web session that the others need.
    const rows = ACCESS.toSorted(
      (one, other) => Number(one.route.includes('sign-out')) - Number(other.route.includes('sign-out')),
    );
    for (const row of rows) {
      const headers = await bench.signIn([role], `${role}-${rows.indexOf(row)}`);
      const before = (await bench.rows()).length;
      const reached = row.for === 'anyone' || row.for.includes(role);
      const name = `${row.method} ${row.route}`;
      expect({ name, refused: await refusal(bench, row, headers) }).toEqual({
        name,
        refused: reached ? null : 'role-missing',
      });
      if (reached) continue;
      expect((await bench.rows()).slice(before)).toMatchObject([
        { kind: 'request.refused', data: { reason: 'role-missing', method: row.method } },
      ]);
    }
  },
);

test('nobody who is not signed in reaches more than the table gives to anyone', async () => {
  const bench = await wholeServer();
  for (const row of ACCESS) {
    const name = `${row.method} ${row.route}`;
    const expected = row.for === 'anyone' ? null : 'not-signed-in';
    expect({ name, refused: await refusal(bench, row, SAME_SITE) }).toEqual({ name, refused: expected });
  }
});

test.each(ROLES)(
  'a token of the role %s reaches a route only with the scope of the route and the role for it',
  async (role) => {
    const bench = await wholeServer();
    const headers = await bench.signIn([role]);
    for (const scope of SCOPE_NAMES) {
      if (!(SCOPES[scope].roles as readonly Role[]).includes(role)) continue;
      const authorization = `Bearer ${await tokenOf(bench, headers, [scope])}`;
      for (const row of ACCESS) {
        const inScope = row.scope === scope;
        const inRole = row.for === 'anyone' || row.for.includes(role);
        const expected = inScope ? (inRole ? null : 'role-missing') : 'scope-missing';
        const name = `${scope}: ${row.method} ${row.route}`;
        expect({ name, refused: await refusal(bench, row, { authorization }) }).toEqual({ name, refused: expected });
      }
    }
  },
);

test('a token does no more than its person may do at that moment', async () => {
  const bench = await wholeServer();
  const headers = await bench.signIn(['administrator'], 'ada');
  await bench.signIn(['administrator'], 'root');
  const authorization = `Bearer ${await tokenOf(bench, headers, ['inventory:write', 'audit:export'])}`;
  const payload = { name: 'build-07', address: '192.0.2.7' };
  const add = () => bench.app.inject({ method: 'POST', url: '/api/v1/targets', headers: { authorization }, payload });
  // Neither Origin nor the header of the pages: no browser sends a token by itself.
  expect((await add()).statusCode).toBe(201);
  const ada = await bench.database.users.getByName('ada');
  if (ada === null) throw new Error('there is no such row');
  await bench.identity.administration.update(ada.id, { roles: ['auditor'] }, 'test');
  expect((await add()).json()).toMatchObject({ type: 'urn:witness:problem:role-missing' });
  const exported = await bench.app.inject({ url: '/api/v1/audit/events', headers: { authorization } });
  expect(exported.statusCode).toBe(200);
  await bench.identity.administration.update(ada.id, { disabled: true }, 'test');
  const refused = await bench.app.inject({ url: '/api/v1/audit/events', headers: { authorization } });
  expect(refused.json()).toMatchObject({ type: 'urn:witness:problem:token-refused', status: 401 });
});

test('what is no token is refused, whatever cookie comes with it', async () => {
  const bench = await wholeServer();
  const headers = await bench.signIn(['administrator']);
  for (const authorization of ['Bearer', 'Bearer x', 'Basic YTpi', 'Bearer a b', `Bearer ${'x'.repeat(300)}`]) {
    const response = await bench.app.inject({ url: '/api/v1/me', headers: { ...headers, authorization } });
    expect(response.json(), authorization).toMatchObject({ type: 'urn:witness:problem:token-refused' });
  }
});
