import { expect, test, vi } from 'vitest';
import type { SessionCreated } from '../../src/contract/api.js';
import { sessionId, targetId } from '../../src/contract/ids.js';
import { DatabaseError } from '../../src/database/errors.js';
import { nextId, session, user } from '../database/samples.js';
import { type HttpBench, makeHttpBench, SAME_SITE } from './bench.js';

const ID = '0198c0de-0000-7000-8000-000000000001';
const SESSION_REQUEST = { targetId: 't', connectionMethod: 'native', authenticationMethod: 'password' };
const TARGET = { name: 'build-07', address: '192.0.2.7', port: 3389, recording: 'preferred' };

async function kinds(bench: HttpBench): Promise<string[]> {
  return (await bench.rows()).map((row) => row.kind);
}

test('a sign-in link gives a cookie that scripts and other sites cannot use, once', async () => {
  const bench = await makeHttpBench();
  const token = (await bench.identity.firstAdministratorLink()) ?? '';
  const send = () =>
    bench.app.inject({ method: 'POST', url: '/api/v1/sign-in', headers: SAME_SITE, payload: { token } });
  const response = await send();
  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({
    userName: 'administrator',
    displayName: 'Administrator',
    roles: ['administrator'],
  });
  const [cookie = ''] = [response.headers['set-cookie'] ?? []].flat();
  expect(cookie).toMatch(/^__Host-witness=[A-Za-z0-9_-]{43}; /);
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Max-Age=43200'])
    expect(cookie).toContain(part);
  expect(cookie).not.toContain('Domain');
  const headers = { ...SAME_SITE, cookie: cookie.split(';')[0] };
  expect((await bench.app.inject({ url: '/api/v1/me', headers })).statusCode).toBe(200);
  expect((await send()).json()).toMatchObject({ type: 'urn:witness:problem:sign-in-refused' });
  const out = await bench.app.inject({ method: 'POST', url: '/api/v1/sign-out', headers });
  expect(out.statusCode).toBe(204);
  expect((await bench.app.inject({ url: '/api/v1/me', headers })).statusCode).toBe(401);
  expect(await kinds(bench)).toEqual([
    'user.created',
    'sign-in.link-issued',
    'sign-in.succeeded',
    'sign-in.failed',
    'sign-in.ended',
  ]);
  expect(JSON.stringify(await bench.rows())).not.toContain(token);
});

test('guessing sign-in tokens locks the address out', async () => {
  const bench = await makeHttpBench();
  const guess = () =>
    bench.app.inject({ method: 'POST', url: '/api/v1/sign-in', headers: SAME_SITE, payload: { token: 'guess' } });
  for (let i = 0; i < 10; i++) expect((await guess()).statusCode).toBe(401);
  const response = await guess();
  expect(response.statusCode).toBe(429);
  expect(response.headers['retry-after']).toBe('900');
  expect(await kinds(bench)).toHaveLength(10);
});

test('routes of recordings know who asks', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['auditor'], 'ada');
  const response = await bench.app.inject({ url: `/api/v1/recordings/${ID}`, headers });
  expect(response.json()).toEqual({ watcher: 'ada' });
  expect(response.headers['cache-control']).toBe('no-store');
});

test('targets are added, changed and removed, each audited first', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['administrator']);
  const add = () => bench.app.inject({ method: 'POST', url: '/api/v1/targets', headers, payload: TARGET });
  const added = await add();
  expect(added.statusCode).toBe(201);
  const { id } = added.json<{ id: string }>();
  expect(added.json()).toMatchObject({ id, ...TARGET, recordingSetting: 'preferred', kind: 'resource' });
  expect((await add()).json()).toMatchObject({ type: 'urn:witness:problem:name-taken', status: 409 });
  const url = `/api/v1/targets/${id}`;
  const changed = await bench.app.inject({ method: 'PATCH', url, headers, payload: { recording: 'off' } });
  const now = { ...added.json<object>(), recording: 'off', recordingSetting: 'off' };
  expect(changed.json()).toEqual({ ...now, credentialDropped: false });
  expect((await bench.app.inject({ url: '/api/v1/targets', headers })).json()).toEqual({ targets: [now] });
  expect((await bench.app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(204);
  expect((await bench.app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(404);
  const changes = (await bench.rows()).filter((row) => row.kind === 'policy.changed').map((row) => row.data['change']);
  expect(changes).toEqual(['target-added', 'target-recording', 'target-removed']);
});

test('[invariant 5] no audit, no effect: nothing changes and nothing is shown', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['administrator']);
  const [id, link] = [
    targetId(nextId()),
    await bench.identity.issueLink((await bench.database.users.list())[0]?.id ?? fail()),
  ];
  await bench.database.targets.create({ id, kind: 'ip', createdAtMs: 0, recordingSetting: 'required', ...pick() });
  vi.spyOn(bench.database.auditEvents, 'insert').mockRejectedValue(new DatabaseError('full', 'SQLite SQLITE_FULL'));
  const requests = [
    { method: 'POST', url: '/api/v1/targets', payload: { ...TARGET, name: 'another' } },
    { method: 'PATCH', url: `/api/v1/targets/${id}`, payload: { recording: 'off' } },
    { method: 'DELETE', url: `/api/v1/targets/${id}` },
    { method: 'POST', url: '/api/v1/sign-in', payload: { token: link } },
    { method: 'POST', url: '/api/v1/sign-out' },
    { method: 'GET', url: '/api/v1/audit/events' },
  ] as const;
  for (const request of requests) {
    const response = await bench.app.inject({ ...request, headers });
    expect(response.json(), request.url).toMatchObject({ type: 'urn:witness:problem:audit-unavailable', status: 503 });
    expect(response.headers['set-cookie']).toBeUndefined();
  }
  expect(await bench.database.targets.list()).toMatchObject([{ id, recordingSetting: 'required' }]);
  expect((await bench.app.inject({ url: '/api/v1/me', headers })).statusCode).toBe(200);
});

test('a session request goes to policy, and a denial says all its reasons', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['user']);
  const send = () => bench.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload: SESSION_REQUEST });
  const reasons = [{ code: 'target-unknown', sentence: 'There is no such target.', remedy: 'Choose another.' }];
  bench.sessions.answer = { denied: reasons };
  const denied = await send();
  expect(denied.statusCode).toBe(403);
  expect(denied.json()).toMatchObject({ type: 'urn:witness:problem:session-denied', reasons });
  const rule = { code: 'portal-entra-recording', sentence: 'It cannot be recorded.', remedy: 'Use a native client.' };
  bench.sessions.answer = { denied: [...reasons, rule] };
  const refused = await send();
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toMatchObject({ type: 'urn:witness:problem:recording-rule', reasons: [...reasons, rule] });
  const created: SessionCreated = {
    sessionId: sessionId(ID),
    expiresAt: '2026-01-02T03:04:05.000Z',
    recorded: true,
    routingToken: 'token',
    channels: [],
    oneTime: { userName: 'witness-1234', password: 'one-time' },
    xfreerdp: 'xfreerdp',
    rdpFile: 'full address',
  };
  bench.sessions.answer = { created };
  const allowed = await send();
  expect(allowed.statusCode).toBe(201);
  expect(allowed.json()).toEqual(created);
  expect(allowed.headers['cache-control']).toBe('no-store');
  expect(bench.sessions.asked[2]).toMatchObject([{ userName: 'user', roles: ['user'] }, SESSION_REQUEST, '127.0.0.1']);
});

test('people see their own sessions, reviewers see all, page by page', async () => {
  const bench = await makeHttpBench();
  const mine = await bench.signIn(['user'], 'ada');
  const ada = (await bench.database.users.getByName('ada')) ?? fail();
  const other = user();
  await bench.database.users.create(other);
  const stored = [session(ada), session(other), session(ada)];
  for (const one of stored) await bench.database.sessions.create(one);
  const [first, foreign, last] = stored.map((one) => one.id);
  const get = async (url: string, headers: Record<string, string>) => bench.app.inject({ url, headers });
  const list = async (query: string, headers: Record<string, string>) => {
    const page = (await get(`/api/v1/sessions${query}`, headers)).json<{
      sessions: { id: string }[];
      next: string | null;
    }>();
    return { ids: page.sessions.map((one) => one.id), next: page.next };
  };
  expect(await list('', mine)).toEqual({ ids: [last, first], next: null });
  expect((await get(`/api/v1/sessions/${foreign}`, mine)).statusCode).toBe(404);
  const all = await bench.signIn(['auditor']);
  expect(await list('?limit=2', all)).toEqual({ ids: [last, foreign], next: foreign });
  expect(await list(`?limit=2&before=${foreign}`, all)).toEqual({ ids: [first], next: null });
  expect((await get(`/api/v1/sessions/${foreign}`, all)).json()).toMatchObject({ id: foreign, targetName: 'build-07' });
});

test('a session is ended by its own person or an operator, and only while it lives', async () => {
  const bench = await makeHttpBench();
  const mine = await bench.signIn(['user'], 'ada');
  const ada = (await bench.database.users.getByName('ada')) ?? fail();
  const stored = session(ada);
  await bench.database.sessions.create(stored);
  const end = async (headers: Record<string, string>) => {
    const url = `/api/v1/sessions/${stored.id}/disconnect`;
    return (await bench.app.inject({ method: 'POST', url, headers })).statusCode;
  };
  expect(await end(await bench.signIn(['user'], 'eve'))).toBe(404);
  expect(await end(mine)).toBe(202);
  expect(await end(await bench.signIn(['operator']))).toBe(202);
  expect(bench.sessions.asked).toMatchObject([
    [stored.id, { userName: 'ada' }],
    [stored.id, { userName: 'operator' }],
  ]);
  bench.sessions.ends = false;
  expect(await end(mine)).toBe(409);
});

test('an export is itself in the audit log, before its first row', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['auditor']);
  const get = (query: string) => bench.app.inject({ url: `/api/v1/audit/events${query}`, headers });
  const response = await get('?format=ndjson&from=2020-01-01T00:00:00Z');
  expect(response.headers['content-type']).toMatch('application/x-ndjson');
  expect(response.headers['content-disposition']).toContain('witness-audit.ndjson');
  const lines = response.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.at(-2)).toMatchObject({ kind: 'export.made', data: { format: 'ndjson', userName: 'auditor' } });
  expect(lines.at(-1)).toEqual({ end: { rows: lines.length - 1, next: `gateway-1:${lines.length - 1}` } });
  const rest = await get('?after=gateway-1:2&format=csv');
  expect(rest.body.split('\r\n')[1]).toMatch(/^gateway-1,3,/);
  for (const query of ['?after=nonsense', '?from=yesterday', '?format=xml']) {
    expect((await get(query)).statusCode, query).toBe(400);
  }
});

function pick() {
  return { name: TARGET.name, address: TARGET.address, port: TARGET.port };
}

function fail(): never {
  throw new Error('there is no such row');
}
