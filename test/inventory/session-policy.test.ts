/** From the database to the decision: which rows make which facts. */
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/contract/api.js';
import { targetId, userId } from '../../src/contract/ids.js';
import type { Database } from '../../src/database/open.js';
import type { NewTarget } from '../../src/database/targets.js';
import { readHost, writeHost } from '../../src/inventory/host.js';
import { type Asked, type Person, SessionPolicy } from '../../src/inventory/session-policy.js';
import { sqliteEngine } from '../database/engines.js';
import { nextId, NOW_MS, user } from '../database/samples.js';

const S = '/subscriptions/s1/resourceGroups/rg';
const VM = `${S}/providers/Microsoft.Compute/virtualMachines/vm`;
const engine = sqliteEngine();

interface Setting {
  readonly target?: Partial<NewTarget>;
  readonly assignments?: readonly (readonly [
    principal: string,
    role: 'Reader' | 'Virtual Machine User Login',
    scope: string,
  ])[];
  readonly person?: Partial<Person>;
  readonly asked?: Partial<Asked>;
}

async function decide(database: Database, { target, assignments = [], person, asked }: Setting) {
  const id = targetId(nextId());
  const basics = { address: '10.0.0.4', port: 3389, recordingSetting: null, createdAtMs: NOW_MS } as const;
  await database.targets.create({ ...basics, id, name: id, kind: 'resource', resourceId: VM, ...target });
  for (const [principal, role, scope] of assignments) {
    const who = {
      principalKind: principal.startsWith('group') ? 'group' : 'user',
      principal,
      principalName: null,
    } as const;
    await database.roleAssignments.create({ ...who, id: nextId(), role, scope, source: 'manual', createdAtMs: NOW_MS });
  }
  const policy = new SessionPolicy({ database, recording: 'required', clock: () => NOW_MS });
  const ada: Person = { id: userId('u1'), userName: 'ada', roles: ['user'], ...person };
  const native = { connectionMethod: 'native', authenticationMethod: 'password' } as const;
  return policy.decide(ada, id, { ...native, ...asked });
}

describe('a decision about a session', () => {
  test('needs Reader on target, network interface, host and peered network, each asked for by its own reason', async () => {
    const database = await engine.open();
    const target = { nicId: `${S}/nic`, virtualNetworkId: '/subscriptions/s2/vnet', peered: true };
    const { decision, facts } = await decide(database, { target, assignments: [['ada', 'Reader', VM]] });
    expect(decision.reasons).toEqual(['reader-nic', 'reader-host', 'reader-network']);
    expect(facts).toMatchObject({ readerOnTarget: true, peered: true, policyVersion: 1 });
  });

  test.each([
    ['their name', 'ADA', {}],
    ['their id', 'u1', {}],
    ['a group of theirs', 'group-1', { groups: ['group-1'] }],
  ] as const)('finds assignments that are made out to %s', async (_, principal, person) => {
    const database = await engine.open();
    const { decision } = await decide(database, { assignments: [[principal, 'Reader', '/']], person });
    expect(decision).toMatchObject({ outcome: 'allowed', reasons: ['recording-required'] });
    expect(decision.outcome === 'allowed' && decision.permit?.policyVersion).toBe(1);
  });

  test('finds assignments that are made out to their object id at the provider', async () => {
    const database = await engine.open();
    const ada = user();
    await database.users.create(ada);
    const identity = { issuer: 'https://login.example', subject: 'F00D', user_id: ada.id, created_at_ms: NOW_MS };
    await database.credentials.addExternal(identity);
    const setting: Setting = { assignments: [['f00d', 'Reader', '/']], person: { id: ada.id } };
    expect((await decide(database, setting)).decision.outcome).toBe('allowed');
  });

  test('lets administrators in without an assignment that somebody typed, and others not', async () => {
    const roles = async (...of: Role[]) =>
      (await decide(await engine.open(), { person: { roles: of } })).decision.reasons;
    expect(await roles('administrator')).toEqual(['recording-required']);
    expect(await roles('user')).toEqual(['reader-target', 'reader-host']);
    expect(await roles('auditor')).toEqual(['role-missing', 'reader-target', 'reader-host']);
  });

  test('takes the setting of the target before that of the host', async () => {
    const database = await engine.open();
    const { policyVersion: _version, ...host } = await readHost(database, 'required');
    await writeHost(database, { ...host, recording: 'off' }, NOW_MS);
    const person: Partial<Person> = { roles: ['administrator'] };
    expect((await decide(database, { person })).decision.reasons).toEqual(['recording-off']);
    const target = { recordingSetting: 'preferred', resourceId: `${VM}2` } as const;
    expect((await decide(database, { person, target })).decision.reasons).toEqual(['recording-preferred']);
  });

  test.each([
    ['ada', null, ['kerberos-upn']],
    ['ada@example.org', null, []],
    ['ada@EXAMPLE.org', 'example.ORG', []],
    ['ada@other.org', 'example.org', ['kerberos-cross-realm']],
  ] as const)('reads realm and form of the name %s for Kerberos (target of %s)', async (signInName, realm, reasons) => {
    const asked = { connectionMethod: 'portal', authenticationMethod: 'kerberos', signInName } as const;
    const setting = { target: { realm }, person: { roles: ['administrator'] as const }, asked };
    const { decision } = await decide(await engine.open(), setting);
    const kerberos = decision.reasons.filter((code) => ['kerberos-upn', 'kerberos-cross-realm'].includes(code));
    expect(kerberos).toEqual(reasons);
  });

  test('says of a target that is not there only that', async () => {
    const database = await engine.open();
    const policy = new SessionPolicy({ database, recording: 'required', clock: () => NOW_MS });
    const ada: Person = { id: userId('u1'), userName: 'ada', roles: ['administrator'] };
    const asked = { connectionMethod: 'native', authenticationMethod: 'password' } as const;
    const { decision, target } = await policy.decide(ada, targetId('nowhere'), asked);
    expect({ target, reasons: decision.reasons }).toEqual({ target: null, reasons: ['target-unknown'] });
  });
});
