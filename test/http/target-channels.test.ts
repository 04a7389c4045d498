import { expect, test } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import { nextId } from '../database/samples.js';
import { type HttpBench, makeHttpBench } from './bench.js';

async function withTarget(): Promise<{ bench: HttpBench; url: string; id: ReturnType<typeof targetId> }> {
  const bench = await makeHttpBench();
  const id = targetId(nextId());
  const target = { id, name: 'build-07', kind: 'ip', address: '192.0.2.7', port: 3389 } as const;
  await bench.database.targets.create({ ...target, recordingSetting: 'required', createdAtMs: 0 });
  return { bench, url: `/api/v1/targets/${id}/channels`, id };
}

test('a target allows and withholds channels where it differs from the gateway, audited before it holds', async () => {
  const { bench, url, id } = await withTarget();
  const headers = await bench.signIn(['operator']);
  const before = await bench.app.inject({ url, headers });
  expect(before.json()).toEqual({ overrides: {}, allowed: ['clipboard-to-target', 'drives'] });
  const overrides = { drives: false, printers: true };
  const put = await bench.app.inject({ method: 'PUT', url, headers, payload: overrides });
  expect(put.json()).toEqual({ overrides, allowed: ['clipboard-to-target', 'printers'] });
  expect((await bench.app.inject({ url, headers })).json()).toEqual(put.json());
  expect((await bench.rows()).at(-1)).toMatchObject({
    kind: 'policy.changed',
    data: { change: 'target-channels', targetId: id, was: {}, channels: overrides },
  });
  await bench.app.inject({ method: 'PUT', url, headers, payload: {} });
  expect(await bench.database.targetChannels.get(id)).toEqual({});
});

test('all targets are listed with what holds for each, beside the setting of the gateway', async () => {
  const { bench, id } = await withTarget();
  await bench.database.targetChannels.set(id, { drives: false, printers: true }, 1);
  const other = targetId(nextId());
  const target = { id: other, name: 'ledger', kind: 'ip', address: '192.0.2.8', port: 3389 } as const;
  await bench.database.targets.create({ ...target, recordingSetting: null, createdAtMs: 0 });
  const headers = await bench.signIn(['auditor']);
  expect((await bench.app.inject({ url: '/api/v1/channels', headers })).json()).toEqual({
    gateway: ['clipboard-to-target', 'drives'],
    targets: [
      {
        targetId: id,
        name: 'build-07',
        overrides: { drives: false, printers: true },
        allowed: ['clipboard-to-target', 'printers'],
      },
      { targetId: other, name: 'ledger', overrides: {}, allowed: ['clipboard-to-target', 'drives'] },
    ],
  });
});

test('uses that do not exist and targets that do not exist are refused', async () => {
  const { bench, url } = await withTarget();
  const headers = await bench.signIn(['administrator']);
  for (const payload of [{ telepathy: true }, { drives: 'yes' }]) {
    expect((await bench.app.inject({ method: 'PUT', url, headers, payload })).statusCode).toBe(400);
  }
  const nowhere = '/api/v1/targets/nothing/channels';
  expect((await bench.app.inject({ method: 'PUT', url: nowhere, headers, payload: {} })).statusCode).toBe(404);
  expect((await bench.app.inject({ url: nowhere, headers })).statusCode).toBe(404);
});

test('what a removed target said goes with it', async () => {
  const { bench, id } = await withTarget();
  await bench.database.targetChannels.set(id, { drives: false }, 1);
  await bench.database.targets.remove(id);
  expect(await bench.database.targetChannels.get(id)).toEqual({});
});
