/** Policy from the command line, on a data folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  addRole,
  addTargetCommand,
  importTargetsCommand,
  listRoles,
  listTargets,
  setHost,
  setTarget,
  showHost,
} from '../../src/cli/inventory.js';
import { openDatabase } from '../../src/database/open.js';
import { storeSession } from '../database/samples.js';

vi.setConfig({ testTimeout: 60_000 });

const FIXTURES = new URL('../fixtures/azure/', import.meta.url).pathname;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-cli-'));
  vi.stubEnv('WITNESS_DATA', join(folder, 'data'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function said(command: Promise<void>, output = vi.spyOn(process.stdout, 'write')): Promise<string> {
  const before = output.mock.calls.length;
  output.mockReturnValue(true);
  await command;
  return output.mock.calls
    .slice(before)
    .map(([text]) => String(text))
    .join('');
}

test('host, targets and roles are set and shown, each change in a chain of the command line', async () => {
  await expect(showHost()).rejects.toThrow('set WITNESS_DATA');
  expect(await said(setHost(['sku=standard', 'recording=off']))).toContain('Policy version 2');
  expect(await said(showHost())).toMatch(/sku +standard\n/);
  await said(addTargetCommand(['name=desk', 'address=10.0.0.4', 'port=3390']));
  expect(await said(importTargetsCommand(`${FIXTURES}vm-list.json`, { nics: `${FIXTURES}nic-list.json` }))).toMatch(
    /^3 added, .* 1 left out\n {2}stopped: /,
  );
  await said(setTarget('desk', ['recording=preferred']));
  const targets = await said(listTargets());
  expect(targets).toMatch(/^desk +resource +10\.0\.0\.4:3390 +preferred +-/m);
  expect(targets).toMatch(/^ledger-db +resource +10\.1\.0\.4:3389 +off \(host\) +joined +peered/m);
  await said(addRole(['principal=ada', 'role=Reader', 'scope=/subscriptions/s1']));
  expect(await said(listRoles())).toMatch(/user +ada +Reader +\/subscriptions\/s1 +manual/);
  await expect(addTargetCommand(['name=desk', 'address=10.0.0.4'])).rejects.toThrow('another target with this name');
  await expect(addRole(['principal=ada', 'role=King', 'scope=/'])).rejects.toThrow('"role" must be equal to one of');
  await expect(importTargetsCommand(`${FIXTURES}ORIGIN.md`, {})).rejects.toThrow('is not JSON');
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'data', 'witness.db') });
  const query = { chainId: 'gateway-1-commands' as never, first: 1, last: Number.MAX_SAFE_INTEGER };
  const rows = await database.auditEvents.page(query, 100);
  await database.close();
  expect(
    rows.filter(({ kind }) => kind === 'policy.changed').map(({ actor, data }) => [actor, data['change']]),
  ).toEqual(
    ['host', 'target-added', 'targets-imported', 'target-recording', 'role-assigned'].map((one) => [
      'command-line',
      one,
    ]),
  );
});

test('[invariant 1] recording is not turned on over the heads of live sessions here either', async () => {
  await said(setHost(['recording=off']));
  await said(addTargetCommand(['name=desk', 'address=10.0.0.4']));
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'data', 'witness.db') });
  try {
    const target = await database.targets.getByName('desk');
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', recorded: false } as const;
    const session = await storeSession(database, { ...facts, targetId: target?.id ?? ('' as never) });
    await database.sessions.update(session.id, { state: 'live' });
    await expect(setTarget('desk', ['recording=required'])).rejects.toThrow(session.id);
    expect(await database.targets.getByName('desk')).toMatchObject({ recordingSetting: null });
    await said(setTarget('desk', ['recording=required', 'endSessions=true']));
    expect(await database.targets.getByName('desk')).toMatchObject({ recordingSetting: 'required' });
    expect((await database.sessions.get(session.id))?.disconnectRequestedAtMs).not.toBeNull();
  } finally {
    await database.close();
  }
});

test('a target that gets another address loses its stored credential, and the person is told', async () => {
  await said(addTargetCommand(['name=desk', 'address=10.0.0.4']));
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'data', 'witness.db') });
  try {
    const target = await database.targets.getByName('desk');
    if (target === null) throw new Error('no target');
    const account = { userName: 'svc', domain: '', restrictedAdmin: false } as const;
    const kept = { store: 'embedded', secret: 'sealed', updatedAtMs: 1, updatedBy: 'command-line' } as const;
    await database.targetCredentials.set({ targetId: target.id, ...account, ...kept });
    expect(await said(setTarget('desk', ['recording=preferred']))).toBe('desk is changed.\n');
    expect(await said(setTarget('desk', ['address=10.0.0.5']))).toMatch(
      /credential was dropped: .*credential set desk\n$/,
    );
    expect(await database.targetCredentials.list()).toEqual([]);
  } finally {
    await database.close();
  }
});
