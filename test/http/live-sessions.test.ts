import { expect, test } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import type { LiveSessionList } from '../../src/contract/live-sessions.js';
import type { UserRecord } from '../../src/database/users.js';
import { nextId, NOW_MS, session, user } from '../database/samples.js';
import { type HttpBench, makeHttpBench } from './bench.js';

const VM = '/subscriptions/5c1b/resourcegroups/builds/providers/Microsoft.Compute/virtualMachines/build-07';

async function withSessions(): Promise<{ bench: HttpBench; owner: UserRecord }> {
  const bench = await makeHttpBench({ clock: () => NOW_MS + 150_000 });
  const { database } = bench;
  const owner = user();
  await database.users.create(owner);
  const place = { address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: 0 } as const;
  const vm = targetId(nextId());
  await database.targets.create({ id: vm, name: 'build-07', kind: 'resource', resourceId: VM, ...place });
  const sessions = [
    session(owner, { targetId: vm }),
    session(owner, { targetId: targetId('gone'), targetName: 'old', targetAddress: '192.0.2.9' }),
    session(owner),
    session(owner),
  ];
  for (const each of sessions) await database.sessions.create(each);
  const [first, second, third] = sessions;
  if (!first || !second || !third) throw new Error('no sessions');
  await database.sessions.update(first.id, { state: 'live', startedAtMs: NOW_MS });
  await database.sessions.update(second.id, { state: 'client-lost', startedAtMs: NOW_MS + 100_000 });
  await database.sessions.update(third.id, { state: 'ended', startedAtMs: NOW_MS, endedAtMs: NOW_MS + 1 });
  return { bench, owner };
}

test('live sessions have the fields of Azure Bastion, and those that ended or never began are not among them', async () => {
  const { bench, owner } = await withSessions();
  const headers = await bench.signIn(['auditor']);
  const { sessions } = (await bench.app.inject({ url: '/api/v1/sessions/live', headers })).json<LiveSessionList>();
  expect(sessions).toEqual([
    {
      sessionId: expect.any(String),
      startTime: new Date(NOW_MS).toISOString(),
      userName: owner.userName,
      protocol: 'rdp',
      targetResourceId: VM,
      targetHostName: 'build-07',
      targetIpAddress: '192.0.2.7',
      targetSubscriptionId: '5c1b',
      targetResourceGroup: 'builds',
      resourceType: 'VM',
      sessionDurationInMins: 2,
      state: 'live',
      connectionMethod: 'native',
      authenticationMethod: 'password',
      recording: 'none',
      clientAddress: null,
    },
    expect.objectContaining({
      targetHostName: 'old',
      targetIpAddress: '192.0.2.9',
      targetResourceId: null,
      targetSubscriptionId: null,
      targetResourceGroup: null,
      resourceType: 'IP',
      sessionDurationInMins: 0,
    }),
  ]);
});

test('a person sees their own live sessions only', async () => {
  const { bench } = await withSessions();
  const headers = await bench.signIn(['user']);
  const { sessions } = (await bench.app.inject({ url: '/api/v1/sessions/live', headers })).json<LiveSessionList>();
  expect(sessions).toEqual([]);
});

test('a request beyond a limit on sessions is a conflict that says which limit', async () => {
  const { bench } = await withSessions();
  const headers = await bench.signIn(['user']);
  const full = { code: 'sessions-of-user', sentence: 'Too many.', remedy: 'End one.' };
  bench.sessions.answer = { full };
  const payload = { targetId: 't', connectionMethod: 'native', authenticationMethod: 'password' };
  const response = await bench.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
  expect(response.statusCode).toBe(409);
  expect(response.json()).toMatchObject({ type: 'urn:witness:problem:session-limit', reasons: [full] });
});
