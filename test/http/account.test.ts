import { expect, test } from 'vitest';
import type { ApiTokenCreated, SignInLink, UserInfo } from '../../src/contract/api.js';
import { session, user } from '../database/samples.js';
import { type HttpBench, makeHttpBench, SAME_SITE } from './bench.js';

const PASSWORD = 'correct horse battery staple';
const OTHER = 'a quite different password';
type Headers = Record<string, string>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

function client(bench: HttpBench, headers: Headers) {
  return async (method: Method, path: string, payload?: object) => {
    const response = await bench.app.inject({
      method,
      url: `/api/v1${path}`,
      headers,
      ...(payload !== undefined && { payload }),
    });
    const body: unknown = response.body === '' ? null : response.json();
    return { status: response.statusCode, body, problem: problemOf(body), setCookie: cookiesOf(response.headers) };
  };
}

function problemOf(body: unknown): string | null {
  const type: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'type') : null;
  return typeof type === 'string' ? (type.split(':').at(-1) ?? null) : null;
}

function cookiesOf(headers: Record<string, unknown>): readonly string[] {
  return ([headers['set-cookie'] ?? []] as unknown[]).flat().map(String);
}

const cookieHeader = (lines: readonly string[]): Headers => ({
  ...SAME_SITE,
  cookie: lines.map((line) => line.split(';')[0]).join('; '),
});

test('a person sets a password after the link, signs in with it, changes it, and is told what is wrong', async () => {
  const bench = await makeHttpBench();
  const me = client(bench, await bench.signIn(['user'], 'ada'));
  const anybody = client(bench, SAME_SITE);
  expect((await me('GET', '/account')).body).toMatchObject({
    hasPassword: false,
    mayHavePassword: true,
    currentPasswordNeeded: false,
    passwordMinLength: 12,
  });
  const weak = await me('PUT', '/account/password', { newPassword: 'short' });
  expect(weak).toMatchObject({ status: 400, problem: 'password-weak' });
  expect(JSON.stringify(weak.body)).toContain('12 characters or more');
  expect((await me('PUT', '/account/password', { newPassword: PASSWORD })).status).toBe(204);

  expect((await anybody('GET', '/sign-in/methods')).body).toEqual({ password: true, provider: null });
  const wrong = await anybody('POST', '/sign-in/password', { userName: 'ada', password: OTHER });
  expect(wrong).toMatchObject({ status: 401, problem: 'password-refused', setCookie: [] });
  const unknown = await anybody('POST', '/sign-in/password', { userName: 'nobody', password: OTHER });
  expect(unknown).toEqual(wrong);

  const right = await anybody('POST', '/sign-in/password', { userName: 'Ada', password: PASSWORD });
  expect(right.body).toEqual({ userName: 'ada', displayName: 'ada', roles: ['user'] });
  const [session, browser] = right.setCookie;
  expect(session).toMatch(/^__Host-witness=[A-Za-z0-9_-]{43}; /);
  expect(browser).toMatch(/^__Host-witness-browser=[\w.-]+; /);
  for (const cookie of right.setCookie) {
    for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']) expect(cookie).toContain(part);
  }
  const again = client(bench, cookieHeader(right.setCookie));
  expect((await again('PUT', '/account/password', { newPassword: OTHER })).problem).toBe('current-password-wrong');
  const change = { currentPassword: PASSWORD, newPassword: OTHER };
  expect((await again('PUT', '/account/password', change)).status).toBe(204);
  expect((await me('GET', '/me')).status).toBe(401);
  expect(JSON.stringify(await bench.rows())).not.toMatch(new RegExp(`${PASSWORD}|${OTHER}`));
});

test('guessing a password over HTTP locks the name out, says for how long, and says it of unknown names too', async () => {
  const bench = await makeHttpBench();
  await bench.signIn(['user'], 'ada');
  for (const userName of ['ada', 'nobody']) {
    let last: Awaited<ReturnType<HttpBench['app']['inject']>> | null = null;
    for (let i = 0; i < 11; i++) {
      last = await bench.app.inject({
        method: 'POST',
        url: '/api/v1/sign-in/password',
        headers: SAME_SITE,
        remoteAddress: `198.51.100.${i}`,
        payload: { userName, password: OTHER },
      });
    }
    expect(last?.statusCode).toBe(429);
    expect(last?.headers['retry-after']).toBe('900');
  }
});

test('signing in is limited more strictly than the rest', async () => {
  const bench = await makeHttpBench({}, { lockOut: { failures: 1000, windowMs: 1, lockedMs: 1 } });
  const send = () =>
    bench.app.inject({ method: 'POST', url: '/api/v1/sign-in', headers: SAME_SITE, payload: { token: 'x' } });
  for (let i = 0; i < 60; i++) expect((await send()).statusCode).toBe(401);
  expect((await send()).json()).toMatchObject({ type: 'urn:witness:problem:too-many-requests' });
  expect((await bench.app.inject('/api/v1/health')).statusCode).toBe(200);
});

test('a person makes, sees and revokes tokens, and the secret is shown once', async () => {
  const bench = await makeHttpBench();
  const me = client(bench, await bench.signIn(['auditor'], 'ada'));
  const ask = { name: 'Export every night', scopes: ['audit:export'], lifetimeDays: 90 };
  const made = await me('POST', '/account/tokens', ask);
  expect(made.status).toBe(201);
  const { token, ...info } = made.body as ApiTokenCreated;
  expect((await me('GET', '/account/tokens')).body).toEqual({ tokens: [info] });
  const beyond = await me('POST', '/account/tokens', { ...ask, scopes: ['audit:export', 'inventory:write'] });
  expect(beyond).toMatchObject({ status: 403, problem: 'scope-not-allowed' });
  expect(JSON.stringify(beyond.body)).toContain('inventory:write');
  for (const change of [
    { scopes: [] },
    { scopes: ['all'] },
    { lifetimeDays: 0 },
    { lifetimeDays: 367 },
    { name: '' },
  ]) {
    expect((await me('POST', '/account/tokens', { ...ask, ...change })).status).toBe(400);
  }
  const program = client(bench, { authorization: `Bearer ${token}` });
  expect((await program('GET', '/account/tokens')).problem).toBe('scope-missing');
  expect((await program('GET', '/health')).problem).toBe('scope-missing');
  expect((await me('DELETE', `/account/tokens/${info.id}`)).status).toBe(204);
  expect((await me('DELETE', `/account/tokens/${info.id}`)).status).toBe(404);
  expect((await program('GET', '/audit/events')).problem).toBe('token-refused');
  expect(JSON.stringify(await bench.rows())).not.toContain(token);
});

test('a person sees and ends their web sessions, one or all', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['user'], 'ada');
  const ada = (await bench.database.users.getByName('ada'))?.id;
  if (ada === undefined) throw new Error('there is no such row');
  const elsewhere = async () => {
    const result = await bench.identity.signIn(await bench.identity.issueLink(ada), '198.51.100.7', 'Elsewhere/1.0');
    if (result.kind !== 'signed-in') throw new Error('no sign-in');
    return client(bench, { ...SAME_SITE, cookie: `__Host-witness=${result.secret}` });
  };
  const [me, there] = [client(bench, headers), await elsewhere()];
  const { sessions } = (await me('GET', '/account/sessions')).body as { sessions: { id: string; current: boolean }[] };
  expect(sessions).toMatchObject([{ current: false, userAgent: 'Elsewhere/1.0' }, { current: true }]);
  expect((await me('DELETE', `/account/sessions/${sessions[0]?.id}`)).status).toBe(204);
  expect((await there('GET', '/me')).status).toBe(401);
  expect((await me('DELETE', '/account/sessions/none')).status).toBe(404);
  const another = await elsewhere();
  expect((await me('POST', '/account/sign-out-everywhere')).status).toBe(204);
  for (const one of [me, another]) expect((await one('GET', '/me')).status).toBe(401);
});

test('an administrator adds people, changes roles, disables and enables, and every step is audited first', async () => {
  const bench = await makeHttpBench();
  const root = client(bench, await bench.signIn(['administrator'], 'root'));
  const before = (await bench.rows()).length;
  const added = await root('POST', '/users', { userName: ' Ada@Example ', displayName: 'Ada', roles: ['user'] });
  expect(added).toMatchObject({ status: 400, problem: 'invalid-request' });
  const right = await root('POST', '/users', { userName: 'Ada@Example', displayName: 'Ada', roles: ['user', 'user'] });
  expect(right.status).toBe(201);
  const { user, token } = right.body as SignInLink;
  expect(user).toMatchObject({ userName: 'ada@example', roles: ['user'], external: false, hasPassword: false });
  const again = await root('POST', '/users', { userName: 'ADA@example', displayName: 'Eve', roles: [] });
  expect(again).toMatchObject({ status: 409, problem: 'user-name-taken' });
  const signedIn = await client(bench, SAME_SITE)('POST', '/sign-in', { token });
  const ada = client(bench, cookieHeader(signedIn.setCookie));
  const changed = await root('PATCH', `/users/${user.id}`, { roles: ['operator', 'auditor'], displayName: 'Ada L' });
  expect(changed.body).toMatchObject({ roles: ['auditor', 'operator'], displayName: 'Ada L' });
  expect((await ada('GET', '/me')).body).toMatchObject({ roles: ['auditor', 'operator'] });
  expect((await root('PATCH', `/users/${user.id}`, { disabled: true })).body).toMatchObject({ disabled: true });
  expect((await ada('GET', '/me')).status).toBe(401);
  expect((await root('POST', `/users/${user.id}/link`, { reset: false })).problem).toBe('user-disabled');
  expect((await root('PATCH', `/users/${user.id}`, { disabled: false })).body).toMatchObject({ disabled: false });
  expect((await ada('GET', '/me')).status).toBe(401);
  expect((await root('PATCH', '/users/nobody', { disabled: true })).status).toBe(404);
  expect((await bench.rows()).slice(before).map(({ kind }) => kind)).toEqual([
    'user.created',
    'sign-in.link-issued',
    'sign-in.succeeded',
    'user.changed',
    'user.changed',
    'user.changed',
  ]);
  const { users } = (await root('GET', '/users')).body as { users: UserInfo[] };
  expect(users.map(({ userName }) => userName)).toEqual(['ada@example', 'root']);
});

test('whoever is disabled is disconnected, too', async () => {
  const bench = await makeHttpBench();
  const root = client(bench, await bench.signIn(['administrator'], 'root'));
  const [ada, bob] = [user({ userName: 'ada' }), user({ userName: 'bob' })];
  for (const one of [ada, bob]) await bench.database.users.create(one);
  const [open, over, foreign] = [session(ada), session(ada), session(bob)];
  for (const one of [open, over, foreign]) {
    await bench.database.sessions.create(one);
    await bench.database.sessions.update(one.id, { state: 'connecting', startedAtMs: 0 });
  }
  await bench.database.sessions.update(over.id, { state: 'ended', endedAtMs: 0, endReason: 'disconnected' });
  expect((await root('PATCH', `/users/${ada.id}`, { disabled: true })).status).toBe(200);
  expect(await bench.database.sessions.listDisconnectRequested('gateway-1')).toEqual([open.id]);
  const asked = (await bench.rows()).filter(({ kind }) => kind === 'session.disconnect-requested');
  expect(asked).toMatchObject([{ sessionId: open.id, data: { because: 'person-disabled' } }]);
});

test('a reset withdraws password, web sessions and tokens; the new link lets the person set another password', async () => {
  const bench = await makeHttpBench();
  const root = client(bench, await bench.signIn(['administrator'], 'root'));
  const ada = client(bench, await bench.signIn(['user'], 'ada'));
  await ada('PUT', '/account/password', { newPassword: PASSWORD });
  const ask = { name: 'script', scopes: ['sessions:read'], lifetimeDays: 1 };
  const { token } = (await ada('POST', '/account/tokens', ask)).body as ApiTokenCreated;
  const program = client(bench, { authorization: `Bearer ${token}` });
  expect((await program('GET', '/sessions')).status).toBe(200);
  const id = (await bench.database.users.getByName('ada'))?.id ?? '';
  const kept = (await root('POST', `/users/${id}/link`, { reset: false })).body as SignInLink;
  expect(kept.user.hasPassword).toBe(true);
  expect((await ada('GET', '/me')).status).toBe(200);
  const reset = (await root('POST', `/users/${id}/link`, { reset: true })).body as SignInLink;
  expect(reset.user.hasPassword).toBe(false);
  const anybody = client(bench, SAME_SITE);
  expect((await ada('GET', '/me')).status).toBe(401);
  expect((await program('GET', '/sessions')).problem).toBe('token-refused');
  expect((await anybody('POST', '/sign-in', { token: kept.token })).problem).toBe('sign-in-refused');
  const old = await anybody('POST', '/sign-in/password', { userName: 'ada', password: PASSWORD });
  expect(old.problem).toBe('password-refused');
  const signedIn = await anybody('POST', '/sign-in', { token: reset.token });
  const back = client(bench, cookieHeader(signedIn.setCookie));
  expect((await back('PUT', '/account/password', { newPassword: OTHER })).status).toBe(204);
});

test('the last administrator can be neither disabled nor made something else', async () => {
  const bench = await makeHttpBench();
  const root = client(bench, await bench.signIn(['administrator'], 'root'));
  const id = (await bench.database.users.getByName('root'))?.id ?? '';
  for (const change of [{ disabled: true }, { roles: ['user'] }, { roles: [] }]) {
    expect((await root('PATCH', `/users/${id}`, change)).problem).toBe('last-administrator');
  }
  expect((await root('PATCH', `/users/${id}`, { displayName: 'Root' })).status).toBe(200);
  const second = await bench.identity.createUser('second', 'Second', ['administrator']);
  expect((await root('PATCH', `/users/${id}`, { roles: ['user'] })).status).toBe(200);
  const changed = await bench.identity.administration.update(second.id, { disabled: true }, 'test');
  expect(changed).toEqual({ kind: 'refused', reason: 'last-administrator' });
});

test('what the identity provider decides is not changed here, disabling is', async () => {
  const bench = await makeHttpBench();
  const root = client(bench, await bench.signIn(['administrator'], 'root'));
  const { id } = await bench.identity.createUser('ada', 'Ada', ['user']);
  await bench.database.credentials.addExternal({ issuer: 'i', subject: 's', user_id: id, created_at_ms: 0 });
  expect((await root('PATCH', `/users/${id}`, { roles: ['auditor'] })).problem).toBe('managed-by-provider');
  expect((await root('POST', `/users/${id}/link`, { reset: false })).problem).toBe('managed-by-provider');
  expect((await root('PATCH', `/users/${id}`, { disabled: true })).body).toMatchObject({
    disabled: true,
    external: true,
  });
});

test('an administrator signs somebody out everywhere', async () => {
  const bench = await makeHttpBench();
  const root = client(bench, await bench.signIn(['administrator'], 'root'));
  const ada = client(bench, await bench.signIn(['user'], 'ada'));
  const id = (await bench.database.users.getByName('ada'))?.id ?? '';
  expect((await root('POST', `/users/${id}/sign-out`)).status).toBe(204);
  expect((await ada('GET', '/me')).status).toBe(401);
  expect((await root('POST', '/users/nobody/sign-out')).status).toBe(404);
});
