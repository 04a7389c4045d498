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
