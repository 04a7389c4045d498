/** What policy is decided on, as both databases keep it. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrations } from '../../migrations/index.js';
import { targetId } from '../../src/contract/ids.js';
import { openDatabase } from '../../src/database/open.js';
import type { RoleAssignmentRecord } from '../../src/database/role-assignments.js';
import type { NewTarget } from '../../src/database/targets.js';
import { nextPolicyVersion, readHost, readPolicyVersion, writeHost } from '../../src/inventory/host.js';
import { onBothDatabases } from './engines.js';
import { hashOf, nextId, NOW_MS, storeSession } from './samples.js';

const VM = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/build-07';

function target(change: Partial<NewTarget> = {}): NewTarget {
  const id = targetId(nextId());
  const where = { address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: NOW_MS };
  return { id, name: `build-${id}`, kind: 'ip', ...where, ...change };
}

function assignment(change: Partial<RoleAssignmentRecord> = {}): RoleAssignmentRecord {
  return {
    id: nextId(),
    principalKind: 'user',
    principal: 'ada',
    principalName: null,
    role: 'Reader',
    scope: '/subscriptions/s1',
    source: 'manual',
    createdAtMs: NOW_MS,
    ...change,
  };
}

await onBothDatabases('policy facts', (engine) => {
  test('targets of the first schema keep what was said of them', async () => {
    const location = await engine.location();
    const first = await openDatabase(location, { '0001-initial': migrations['0001-initial'] ?? fail() });
    await sql`
      insert into targets (id, name, kind, address, port, recording_setting, created_at_ms)
      values ('t1', 'build-07', 'ip', '192.0.2.7', 3390, 'off', 7), ('t2', 'desk', 'resource', 'desk', 3389, 'required', 8)
    `.execute(first.kysely);
    await first.close();
    const now = await openDatabase(location);
    const unknown = { nicId: null, virtualNetworkId: null, peered: false, entraJoined: false, realm: null };
    const trust = { certificatePolicy: 'trust-on-first-use', certificateSha256: null };
    expect(await now.targets.get(targetId('t1'))).toEqual({
      id: 't1',
      name: 'build-07',
      kind: 'ip',
      address: '192.0.2.7',
      port: 3390,
      recordingSetting: 'off',
      resourceId: null,
      createdAtMs: 7,
      ...unknown,
      ...trust,
    });
    expect(await now.targets.getByName('desk')).toMatchObject({
      kind: 'resource',
      recordingSetting: 'required',
      resourceId: expect.stringMatching(/virtualMachines\/t2$/) as string,
    });
    await now.close();
  });

  test('a target keeps its place in the network, and changes only where it is told to', async () => {
    const database = await engine.open();
    const full = target({
      kind: 'resource',
      resourceId: VM,
      nicId: '/nic',
      virtualNetworkId: '/vnet',
      peered: true,
      entraJoined: true,
      realm: 'EXAMPLE.ORG',
      certificatePolicy: 'pinned',
      certificateSha256: hashOf('a'),
    });
    await database.targets.create(full);
    expect(await database.targets.get(full.id)).toEqual(full);
    expect(await database.targets.update(full.id, { recordingSetting: 'off', peered: false })).toBe(true);
    expect(await database.targets.list()).toEqual([{ ...full, recordingSetting: 'off', peered: false }]);
    expect(await database.targets.update(targetId('nobody'), { peered: true })).toBe(false);
  });

  test.each([
    ['a resource without its id', { kind: 'resource' }],
    ['a peering with a network that is not named', { peered: true }],
    ['a pin without a certificate', { certificatePolicy: 'pinned' }],
    ['a second target with the same resource', { kind: 'resource', resourceId: VM }],
  ] as const)('%s is refused', async (_name, change) => {
    const database = await engine.open();
    await database.targets.create(target({ kind: 'resource', resourceId: VM }));
    await expect(database.targets.create(target(change))).rejects.toMatchObject({ code: 'constraint' });
  });

  test('role assignments are found by user, by group and by role of the product, whatever their case', async () => {
    const database = await engine.open();
    const [byName, byObject, byGroup] = [
      assignment({ principal: 'Ada' }),
      assignment({ principal: 'f00d', principalName: 'ada@example.org' }),
      assignment({ principalKind: 'group', principal: 'group-1', role: 'Owner' }),
    ];
    for (const one of [byName, byObject, byGroup, assignment({ principal: 'bob' })]) {
      await database.roleAssignments.create(one);
    }
    const ids = async (users: string[], groups: string[] = [], productRoles: string[] = []) =>
      (await database.roleAssignments.listFor({ users, groups, productRoles })).map(({ id }) => id);
    expect(await ids(['ada'])).toEqual([byName.id]);
    expect(await ids(['ADA@example.org'])).toEqual([byObject.id]);
    expect(await ids(['F00D'])).toEqual([byObject.id]);
    expect(await ids(['group-1'])).toEqual([]);
    expect(await ids([], ['group-1'])).toEqual([byGroup.id]);
    expect(await ids(['administrator'])).toEqual([]);
    expect(await ids([], [], ['administrator'])).toEqual(['administrators-read-everything']);
    await expect(database.roleAssignments.create(assignment({ principal: 'bob' }))).rejects.toMatchObject({
      code: 'constraint',
    });
    expect(await database.roleAssignments.remove(byName.id)).toBe(true);
    expect(await database.roleAssignments.remove(byName.id)).toBe(false);
    expect(await ids(['ada'])).toEqual([]);
  });

  test('the host has defaults until somebody sets it, and policy a version that only grows', async () => {
    const database = await engine.open();
    const first = await readHost(database, 'preferred');
    expect(first).toMatchObject({ sku: 'premium', recording: 'preferred', nativeClient: true, policyVersion: 1 });
    const { policyVersion: _version, ...configuration } = first;
    await writeHost(database, { ...configuration, sku: 'basic', recording: 'off' }, NOW_MS);
    expect(await nextPolicyVersion(database, NOW_MS)).toBe(2);
    expect(await readHost(database, 'required')).toEqual({
      ...first,
      sku: 'basic',
      recording: 'off',
      policyVersion: 2,
    });
    const versions = await Promise.all(Array.from({ length: 8 }, () => nextPolicyVersion(database, NOW_MS)));
    expect(versions.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await readPolicyVersion(database)).toBe(10);
  });

  test('a session remembers the link and the name that were decided on, and open sessions are found by facts', async () => {
    const database = await engine.open();
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', protocol: 'rdp' } as const;
    const linked = await storeSession(database, { ...facts, recorded: false, throughLink: true, signInName: 'ada@a' });
    const plain = await storeSession(database);
    const over = await storeSession(database, { ...facts, recorded: false });
    await database.sessions.update(over.id, { state: 'ended', endedAtMs: NOW_MS, endReason: 'test' });
    expect(await database.sessions.get(linked.id)).toMatchObject({ throughLink: true, signInName: 'ada@a' });
    expect(await database.sessions.get(plain.id)).toMatchObject({ throughLink: false, signInName: null });
    expect((await database.sessions.listOpenWith(facts)).map(({ id }) => id)).toEqual([linked.id]);
  });
});

function fail(): never {
  throw new Error('there is no such migration');
}
