import { expect, test } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import { NOW_MS } from '../database/samples.js';
import { makeHttpBench } from './bench.js';

const PASSWORD = 'correct horse battery staple';
const ID = targetId('target-1');
const URL = `/api/v1/targets/${ID}/credential`;

async function openBench() {
  const bench = await makeHttpBench();
  const about = { kind: 'ip', address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: NOW_MS } as const;
  await bench.database.targets.create({ id: ID, name: 'build-07', ...about });
  return bench;
}

test('a password goes in and never comes out: not listed, not logged, not in a refusal', async () => {
  const bench = await openBench();
  const headers = await bench.signIn(['administrator']);
  const put = (payload: object) => bench.app.inject({ method: 'PUT', url: URL, headers, payload });
  const stored = await put({ userName: 'svc', domain: 'CORP', password: PASSWORD });
  const listed = await bench.app.inject({ url: '/api/v1/credentials', headers });
  const refused = await put({ userName: 'svc', domain: 'A\\B', password: PASSWORD });
  const unknown = await put({ userName: 'svc', password: PASSWORD, [PASSWORD]: 1 });
  expect([stored, listed, refused, unknown].map(({ statusCode }) => statusCode)).toEqual([204, 200, 400, 400]);
  expect(listed.json()).toEqual({
    credentials: [
      {
        targetId: ID,
        targetName: 'build-07',
        userName: 'svc',
        domain: 'CORP',
        restrictedAdmin: false,
        store: 'embedded',
        updatedAt: expect.any(String),
      },
    ],
  });
  const removed = await bench.app.inject({ method: 'DELETE', url: URL, headers });
  expect(removed.statusCode).toBe(204);
  expect((await bench.app.inject({ method: 'DELETE', url: URL, headers })).statusCode).toBe(404);
  const rows = await bench.rows();
  expect(rows.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['credential.set', 'credential.cleared']));
  const said = [rows, stored.body, listed.body, refused.body, removed.body];
  expect(JSON.stringify(said)).not.toContain(PASSWORD);
});

test('credentials are an administrator’s business and nobody else’s', async () => {
  const bench = await openBench();
  for (const role of ['operator', 'auditor', 'user'] as const) {
    const headers = await bench.signIn([role]);
    const payload = { userName: 'svc', password: PASSWORD };
    expect((await bench.app.inject({ method: 'PUT', url: URL, headers, payload })).statusCode).toBe(403);
    expect((await bench.app.inject({ method: 'DELETE', url: URL, headers })).statusCode).toBe(403);
    expect((await bench.app.inject({ url: '/api/v1/credentials', headers })).statusCode).toBe(403);
  }
  expect(await bench.database.targetCredentials.list()).toEqual([]);
});

test('a credential that is typed for a session reaches the request, and no answer', async () => {
  const bench = await openBench();
  const headers = await bench.signIn(['user']);
  const credential = { userName: 'ada', password: PASSWORD };
  const asked = { targetId: ID, connectionMethod: 'native', authenticationMethod: 'password' };
  const payload = { ...asked, credential };
  const response = await bench.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
  expect(bench.sessions.asked).toMatchObject([[expect.anything(), payload, '127.0.0.1']]);
  expect(response.body).not.toContain(PASSWORD);
});

test('the credential of a target goes with the target', async () => {
  const bench = await openBench();
  const headers = await bench.signIn(['administrator']);
  const payload = { userName: 'svc', password: PASSWORD };
  await bench.app.inject({ method: 'PUT', url: URL, headers, payload });
  const removed = await bench.app.inject({ method: 'DELETE', url: `/api/v1/targets/${ID}`, headers });
  expect(removed.statusCode).toBe(204);
  expect(await bench.database.targetCredentials.list()).toEqual([]);
  expect((await bench.rows()).map(({ kind }) => kind)).toContain('credential.cleared');
});

test.each([
  ['address', { address: '192.0.2.66' }],
  ['port', { port: 3390 }],
  ['certificate that it may show', { certificatePolicy: 'trust-on-first-use', certificateSha256: null }],
  ['address and certificate at once', { address: '192.0.2.66', certificateSha256: null, certificatePolicy: 'ca' }],
])(
  'a target with another %s loses its credential with the change, on record before, and says so',
  async (_what, change) => {
    const bench = await openBench();
    await bench.database.targets.update(ID, { certificatePolicy: 'pinned', certificateSha256: 'ab'.repeat(32) });
    const headers = await bench.signIn(['administrator']);
    await bench.app.inject({ method: 'PUT', url: URL, headers, payload: { userName: 'svc', password: PASSWORD } });
    const patch = (payload: object) =>
      bench.app.inject({ method: 'PATCH', url: `/api/v1/targets/${ID}`, headers, payload });
    const harmless = await patch({ name: 'build-08', recording: 'off' });
    expect([harmless.statusCode, harmless.json()]).toMatchObject([200, { credentialDropped: false }]);
    expect(await bench.database.targetCredentials.list()).toHaveLength(1);
    const changed = await patch(change);
    expect([changed.statusCode, changed.json()]).toMatchObject([200, { credentialDropped: true }]);
    expect(await bench.database.targetCredentials.list()).toEqual([]);
    const cleared = (await bench.rows()).filter(({ kind }) => kind === 'credential.cleared');
    expect(cleared).toMatchObject([{ data: { targetId: ID, userName: 'svc', reason: 'target-changed' } }]);
    const again = await patch({ address: '192.0.2.67' });
    expect(again.json()).toMatchObject({ credentialDropped: false });
  },
);

test('a change of the address brings its own credential, from a person and from no token', async () => {
  const bench = await openBench();
  const headers = await bench.signIn(['administrator']);
  const patch = (payload: object) =>
    bench.app.inject({ method: 'PATCH', url: `/api/v1/targets/${ID}`, headers, payload });
  await bench.app.inject({ method: 'PUT', url: URL, headers, payload: { userName: 'old', password: PASSWORD } });
  const payload = { address: '192.0.2.66', credential: { userName: 'new', password: PASSWORD } };
  const changed = await patch(payload);
  expect([changed.statusCode, changed.json()]).toMatchObject([200, { credentialDropped: false }]);
  expect(changed.body).not.toContain(PASSWORD);
  expect(await bench.database.targetCredentials.list()).toMatchObject([{ targetId: ID, userName: 'new' }]);
  const kinds = (await bench.rows()).map(({ kind }) => kind).filter((kind) => kind.startsWith('credential.'));
  expect(kinds).toEqual(['credential.set', 'credential.cleared', 'credential.set']);
  const operator = await bench.signIn(['operator']);
  const url = `/api/v1/targets/${ID}`;
  const denied = await bench.app.inject({
    method: 'PATCH',
    url,
    headers: operator,
    payload: { credential: payload.credential },
  });
  expect(denied.statusCode).toBe(403);
  const asked = { name: 'ci', scopes: ['inventory:write'], lifetimeDays: 1 };
  const made = await bench.app.inject({ method: 'POST', url: '/api/v1/account/tokens', headers, payload: asked });
  const authorization = `Bearer ${made.json<{ token: string }>().token}`;
  const byToken = (given: object) =>
    bench.app.inject({ method: 'PATCH', url, headers: { authorization }, payload: given });
  expect((await byToken({ credential: payload.credential })).statusCode).toBe(403);
  expect((await byToken({ address: '192.0.2.68' })).json()).toMatchObject({ credentialDropped: true });
});
