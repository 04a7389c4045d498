import { expect, test, vi } from 'vitest';
import type { Explanation } from '../../src/contract/explanation.js';
import type { HostInfo } from '../../src/contract/inventory.js';
import { runExplain } from '../../src/cli/explain.js';
import { DatabaseError } from '../../src/database/errors.js';
import { abilitiesWith } from '../../src/policy/gateway-abilities.js';
import { storeSession } from '../database/samples.js';
import { makeHttpBench } from './bench.js';

test('the host has everything switched on at first, and operators change it under the eyes of the audit log', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['operator']);
  const get = async () => (await bench.app.inject({ url: '/api/v1/host', headers })).json<HostInfo>();
  const put = (payload: object) => bench.app.inject({ method: 'PUT', url: '/api/v1/host', headers, payload });
  const first = await get();
  expect(first).toMatchObject({ sku: 'premium', nativeClient: true, recording: 'required', policyVersion: 1 });
  const changed = await put({ sku: 'standard', recording: 'preferred' });
  expect(changed.statusCode).toBe(200);
  expect(changed.json()).toEqual({ ...first, sku: 'standard', recording: 'preferred', policyVersion: 2 });
  expect(await get()).toEqual(changed.json());
  // Nothing new is no change.
  expect((await put({ sku: 'standard' })).json()).toMatchObject({ policyVersion: 2 });
  expect((await bench.rows()).filter(({ kind }) => kind === 'policy.changed')).toMatchObject([
    {
      actor: expect.stringMatching(/^user:/) as string,
      data: {
        change: 'host',
        sku: { was: 'premium', is: 'standard' },
        recording: { was: 'required', is: 'preferred' },
        endSessions: false,
      },
    },
  ]);
  for (const wrong of [{ sku: 'gold' }, { ipConnect: 'perhaps' }, { colour: 'blue' }, { resourceId: 'no path' }]) {
    expect((await put(wrong)).statusCode, JSON.stringify(wrong)).toBe(400);
  }
});

test('recording is not turned on over the heads of live portal sessions with Microsoft Entra ID', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['administrator']);
  const put = (payload: object) => bench.app.inject({ method: 'PUT', url: '/api/v1/host', headers, payload });
  await put({ recording: 'off' });
  const target = { name: 'build-07', address: '192.0.2.7', port: 3389 };
  const added = await bench.app.inject({ method: 'POST', url: '/api/v1/targets', headers, payload: target });
  const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', recorded: false } as const;
  const session = await storeSession(bench.database, { ...facts, targetId: added.json<{ id: never }>().id });
  await bench.database.sessions.update(session.id, { state: 'live' });
  const refused = await put({ recording: 'required' });
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toMatchObject({
    type: 'urn:witness:problem:sessions-in-the-way',
    sessions: [{ id: session.id, userName: session.userName, targetName: 'build-07' }],
    remedy: expect.stringContaining('endSessions') as string,
  });
  expect((await put({ recording: 'required', endSessions: true })).json()).toMatchObject({ recording: 'required' });
  expect(await bench.database.sessions.get(session.id)).toMatchObject({
    disconnectRequestedAtMs: expect.any(Number) as number,
  });
});

test('[invariant 5] the host does not change when audit does not take it', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['administrator']);
  vi.spyOn(bench.database.auditEvents, 'insert').mockRejectedValue(new DatabaseError('full', 'SQLite SQLITE_FULL'));
  const response = await bench.app.inject({ method: 'PUT', url: '/api/v1/host', headers, payload: { sku: 'basic' } });
  expect(response.json()).toMatchObject({ type: 'urn:witness:problem:audit-unavailable' });
  expect((await bench.app.inject({ url: '/api/v1/host', headers })).json()).toMatchObject({
    sku: 'premium',
    policyVersion: 1,
  });
});

test('policy explains itself for facts that a person types, with every reason', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['user']);
  const ask = async (query: string) => {
    const response = await bench.app.inject({ url: `/api/v1/policy/explain${query}`, headers });
    return { status: response.statusCode, ...response.json<Explanation>() };
  };
  const codes = async (query: string) => (await ask(query)).reasons.map(({ code }) => code);
  expect(await ask('')).toMatchObject({ status: 200, outcome: 'allowed', recorded: true, policyVersion: 1 });
  const refused = await ask(
    '?connectionMethod=portal&authenticationMethod=entra&targetRecording=required&vmLogin=false',
  );
  expect(refused).toMatchObject({ outcome: 'denied', recorded: false });
  expect(refused.reasons.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['entra-role', 'portal-entra-recording']),
  );
  for (const { sentence, remedy } of refused.reasons) expect(`${sentence} ${remedy}`).toMatch(/^[A-Z].+\. [A-Z].+\.$/);
  expect(refused.facts).toMatchObject({ vmLogin: false, targetRecording: 'required', port: 3389 });
  expect(await codes('?sku=basic')).toEqual(['sku-native', 'recording-sku']);
  expect(await codes('?targetKind=ip&port=3390')).toEqual(['native-ip-port']);
  expect(await codes('?protocol=ssh&port=22')).toEqual(['ssh-not-supported']);
  for (const wrong of ['?sku=gold', '?port=0', '?peered=perhaps', '?colour=blue']) {
    expect((await ask(wrong)).status, wrong).toBe(400);
  }
});

test('policy explains itself by what is set up beside the gateway, and shows the limits it was started with, nothing else', async () => {
  const bench = await makeHttpBench({ abilities: abilitiesWith({ entra: true, kdcs: false }) });
  const headers = await bench.signIn(['auditor']);
  const explain = async (method: string) => {
    const url = `/api/v1/policy/explain?connectionMethod=native&authenticationMethod=${method}`;
    return (await bench.app.inject({ url, headers })).json<Explanation>().reasons.map(({ code }) => code);
  };
  expect(await explain('entra')).toEqual(['recording-required']);
  expect(await explain('kerberos')).toContain('kerberos-not-available');
  expect((await bench.app.inject({ url: '/api/v1/host/limits', headers })).json()).toEqual({
    maxSessionMs: 28_800_000,
    idleTimeoutMs: 900_000,
    sessionsPerUser: 2,
    sessionsPerHost: 0,
  });
});

test('the command line explains with the same words', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['user']);
  vi.stubEnv('WITNESS_DATA', '/nonexistent/witness');
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const facts = ['connectionMethod=portal', 'authenticationMethod=kerberos', 'crossRealm=true', 'port=3390'];
    await runExplain(facts);
    const response = await bench.app.inject({ url: `/api/v1/policy/explain?${facts.join('&')}`, headers });
    expect(JSON.parse(String(said.mock.calls[0]?.[0]))).toEqual(response.json());
    await expect(runExplain(['sku=gold'])).rejects.toThrow('"sku" must be equal to one of the allowed values: basic');
    await expect(runExplain(['colour=blue'])).rejects.toThrow('there is no "colour" here');
    await expect(runExplain(['port'])).rejects.toThrow('not of the form name=value');
  } finally {
    said.mockRestore();
    vi.unstubAllEnvs();
  }
});
