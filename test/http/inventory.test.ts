/** Targets and role assignments over the HTTP API, and what the Azure CLI printed of them. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { ImportReport, RoleAssignment, TargetDetails } from '../../src/contract/inventory.js';
import { type HttpBench, makeHttpBench } from './bench.js';

const SUBSCRIPTION = '/subscriptions/11111111-aaaa-4aaa-8aaa-111111111111';
const NETWORKS = `${SUBSCRIPTION}/resourceGroups/network/providers/Microsoft.Network/virtualNetworks`;

const fixture = async (name: string): Promise<unknown[]> =>
  JSON.parse(await readFile(new URL(`../fixtures/azure/${name}.json`, import.meta.url), 'utf8')) as unknown[];

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Sent<Answer> {
  readonly status: number;
  readonly body: Answer;
}

class Client {
  readonly bench: HttpBench;
  readonly #headers: Record<string, string>;

  constructor(bench: HttpBench, headers: Record<string, string>) {
    this.bench = bench;
    this.#headers = headers;
  }

  static async open(...roles: Parameters<HttpBench['signIn']>[0]): Promise<Client> {
    const bench = await makeHttpBench();
    return new Client(bench, await bench.signIn(roles));
  }

  async send<Answer>(method: Method, path: string, payload?: object): Promise<Sent<Answer>> {
    const options = { method, url: `/api/v1${path}`, headers: this.#headers };
    const response = await this.bench.app.inject({ ...options, ...(payload && { payload }) });
    const body: unknown = response.body === '' ? null : response.json();
    return { status: response.statusCode, body: body as Answer };
  }

  async targets(): Promise<readonly TargetDetails[]> {
    return (await this.send<{ targets: TargetDetails[] }>('GET', '/targets')).body.targets;
  }

  async roles(): Promise<readonly RoleAssignment[]> {
    return (await this.send<{ roleAssignments: RoleAssignment[] }>('GET', '/role-assignments')).body.roleAssignments;
  }

  async changes(): Promise<unknown[]> {
    return (await this.bench.rows()).filter(({ kind }) => kind === 'policy.changed').map(({ data }) => data['change']);
  }
}

describe('a target', () => {
  test('is kept with its place in the network, and leaves recording to the host unless it says otherwise', async () => {
    const client = await Client.open('administrator');
    const place = {
      resourceId: `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/desk`,
      nicId: `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/desk`,
      virtualNetworkId: `${NETWORKS}/spoke`,
      peered: true,
      entraJoined: true,
      realm: 'EXAMPLE.ORG',
      certificatePolicy: 'pinned',
    };
    const sha256 = Array.from({ length: 32 }, () => 'AB').join(':');
    const typed = { name: 'desk', address: '10.0.0.4', ...place, certificateSha256: sha256 };
    const added = await client.send<TargetDetails>('POST', '/targets', typed);
    expect(added.status).toBe(201);
    const whole = { ...typed, kind: 'resource', port: 3389, certificateSha256: 'ab'.repeat(32) };
    expect(added.body).toEqual({ ...whole, id: added.body.id, recording: 'required', recordingSetting: null });
    expect((await client.send('GET', `/targets/${added.body.id}`)).body).toEqual(added.body);
    await client.send('PUT', '/host', { recording: 'preferred' });
    expect(await client.targets()).toMatchObject([{ recording: 'preferred', recordingSetting: null }]);
    const change = { port: 3390, realm: null, recording: 'off' };
    const changed = await client.send('PATCH', `/targets/${added.body.id}`, change);
    expect(changed.body).toMatchObject({ ...change, recordingSetting: 'off', name: 'desk' });
    const back = await client.send('PATCH', `/targets/${added.body.id}`, { recording: null });
    expect(back.body).toMatchObject({ recording: 'preferred', recordingSetting: null });
    expect(await client.changes()).toEqual(['target-added', 'host', 'target-changed', 'target-recording']);
    const { policyVersion } = (await client.send<{ policyVersion: number }>('GET', '/host')).body;
    expect(policyVersion).toBe(5);
  });

  test.each([
    ['a resource id with an address', { kind: 'ip', resourceId: '/vm' }, 400],
    ['a peering with no network', { peered: true }, 400],
    ['a pin with no certificate', { certificatePolicy: 'pinned' }, 400],
    ['a certificate that is none', { certificateSha256: 'abc' }, 400],
    ['a resource id that is no path', { resourceId: 'vm-1' }, 400],
    ['a port that is none', { port: 70_000 }, 400],
    ['a resource that is there, in another case', { name: 'twin', resourceId: '/SUBSCRIPTIONS/S1/VM' }, 409],
    ['a name that is there', { name: 'first' }, 409],
  ] as const)('with %s is refused with a reason', async (_, fields, status) => {
    const client = await Client.open('administrator');
    await client.send('POST', '/targets', { name: 'first', address: 'first', resourceId: '/subscriptions/s1/vm' });
    const target = { name: 'another', address: '10.0.0.4', ...fields };
    const refused = await client.send<{ detail: string }>('POST', '/targets', target);
    expect({ status: refused.status, detail: refused.body.detail }).toEqual({
      status,
      detail: expect.stringMatching(/.{20}/),
    });
    expect(await client.targets()).toHaveLength(1);
    expect(await client.changes()).toEqual(['target-added']);
  });

  test('is described by administrators; operators say whether it is recorded', async () => {
    const bench = await makeHttpBench();
    const administrator = new Client(bench, await bench.signIn(['administrator']));
    const operator = new Client(bench, await bench.signIn(['operator']));
    const { body } = await administrator.send<TargetDetails>('POST', '/targets', { name: 'desk', address: 'desk' });
    expect((await operator.send('PATCH', `/targets/${body.id}`, { recording: 'off' })).status).toBe(200);
    expect((await operator.send('PATCH', `/targets/${body.id}`, { address: 'evil', recording: 'off' })).status).toBe(
      403,
    );
    expect(await administrator.targets()).toMatchObject([{ address: 'desk', recording: 'off' }]);
  });
});

describe('a role assignment', () => {
  test('is there for administrators from the start, and others are added and removed', async () => {
    const client = await Client.open('administrator');
    const builtIn = { principalKind: 'product-role', principal: 'administrator', role: 'Reader', scope: '/' };
    expect(await client.roles()).toMatchObject([{ ...builtIn, source: 'built-in' }]);
    const typed = { principal: 'ada', role: 'Contributor', scope: `${SUBSCRIPTION}/resourceGroups/rg` };
    const added = await client.send<RoleAssignment>('POST', '/role-assignments', typed);
    expect(added).toMatchObject({ status: 201, body: { ...typed, principalKind: 'user', source: 'manual' } });
    const twin = await client.send('POST', '/role-assignments', {
      ...typed,
      principal: 'ADA',
      scope: `${typed.scope}/`,
    });
    expect(twin).toMatchObject({ status: 409, body: { type: 'urn:witness:problem:assignment-exists' } });
    const wrong = await client.send('POST', '/role-assignments', { ...typed, principalKind: 'product-role' });
    expect(wrong.status).toBe(400);
    expect((await client.send('POST', '/role-assignments', { ...typed, role: 'Billing Reader' })).status).toBe(400);
    for (const { id } of await client.roles()) {
      expect((await client.send('DELETE', `/role-assignments/${id}`)).status).toBe(204);
      expect((await client.send('DELETE', `/role-assignments/${id}`)).status).toBe(404);
    }
    expect(await client.roles()).toEqual([]);
    expect(await client.changes()).toEqual(['role-assigned', 'role-unassigned', 'role-unassigned']);
  });
});

describe('what the Azure CLI printed', () => {
  test('becomes targets, with address, network, peering and join, and says what is left out', async () => {
    const client = await Client.open('administrator');
    await client.send('PUT', '/host', { virtualNetworkId: `${NETWORKS}/hub` });
    const files = { vms: await fixture('vm-list'), nics: await fixture('nic-list') };
    const report = await client.send<ImportReport>('POST', '/targets/import', files);
    expect(report.body).toEqual({
      added: 3,
      changed: 0,
      unchanged: 0,
      removed: 0,
      skipped: [{ name: 'stopped', reason: expect.stringContaining('IP address') as string }],
    });
    expect(await client.targets()).toMatchObject([
      { name: 'agent', address: '10.2.0.7', virtualNetworkId: `${NETWORKS}/spoke`, peered: true, entraJoined: false },
      { name: 'agent (TEST)', address: '10.3.0.9', nicId: null, virtualNetworkId: null, peered: false },
      {
        name: 'ledger-db',
        kind: 'resource',
        address: '10.1.0.4',
        port: 3389,
        nicId: expect.stringMatching(/ledger-db-nic$/) as string,
        virtualNetworkId: `${NETWORKS}/hub`,
        peered: false,
        entraJoined: true,
        recordingSetting: null,
      },
    ]);
    // Once more: what people set stays, what Azure says anew is taken over.
    const [agent] = await client.targets();
    await client.send('PATCH', `/targets/${agent?.id ?? ''}`, {
      name: 'build agent',
      recording: 'off',
      entraJoined: true,
    });
    files.nics = JSON.parse(JSON.stringify(files.nics).replaceAll('10.2.0.7', '10.2.0.77')) as unknown[];
    const again = await client.send<ImportReport>('POST', '/targets/import', files);
    expect(again.body).toMatchObject({ added: 0, changed: 1, unchanged: 2 });
    const changed = (await client.targets()).find(({ name }) => name === 'build agent');
    expect(changed).toMatchObject({ address: '10.2.0.77', recordingSetting: 'off', entraJoined: true });
    expect((await client.changes()).filter((change) => change === 'targets-imported')).toHaveLength(2);
  });

  test('takes the stored credential from a machine whose address is another one now, and says so', async () => {
    const client = await Client.open('administrator');
    const files = { vms: await fixture('vm-list'), nics: await fixture('nic-list') };
    await client.send('POST', '/targets/import', files);
    const [agent, other] = await client.targets();
    if (agent === undefined || other === undefined) throw new Error('no targets');
    for (const { id } of [agent, other]) {
      await client.send('PUT', `/targets/${id}/credential`, { userName: 'svc', password: 'correct horse battery' });
    }
    // It was known under another address meanwhile, and has got a credential there.
    await client.send('PATCH', `/targets/${agent.id}`, { address: '10.9.9.9' });
    await client.send('PUT', `/targets/${agent.id}/credential`, { userName: 'svc', password: 'correct horse battery' });
    const { body } = await client.send<ImportReport>('POST', '/targets/import', files);
    expect(body).toMatchObject({ changed: 1, credentialsDropped: [agent.name] });
    const left = await client.send<{ credentials: { targetId: string }[] }>('GET', '/credentials');
    expect(left.body.credentials.map(({ targetId }) => targetId)).toEqual([other.id]);
  });

  test('becomes role assignments: those that decide, of people and groups, without conditions', async () => {
    const client = await Client.open('administrator');
    const roleAssignments = await fixture('role-assignment-list');
    const send = (payload: object) => client.send<ImportReport>('POST', '/role-assignments/import', payload);
    const { body } = await send({ roleAssignments });
    expect(body).toMatchObject({ added: 2, removed: 0, unchanged: 0 });
    expect(body.skipped.map(({ name, reason }) => [name, reason.slice(0, 30)])).toEqual([
      ['03', 'it has a condition, which this'],
      ['04', 'the role Storage Blob Data Con'],
      ['05', 'a principal of the type Servic'],
    ]);
    expect((await client.roles()).filter(({ source }) => source === 'azure')).toMatchObject([
      { principalKind: 'user', principalName: 'ada@example.org', role: 'Reader', scope: SUBSCRIPTION },
      { principalKind: 'group', principalName: 'Finance desktop', role: 'Virtual Machine User Login' },
    ]);
    expect((await send({ roleAssignments })).body).toMatchObject({ added: 0, removed: 0, unchanged: 2 });
    // What the directory has taken away goes only when it is asked for, and never what was typed here.
    await client.send('POST', '/role-assignments', { principal: 'bob', role: 'Reader', scope: '/' });
    expect((await send({ roleAssignments: roleAssignments.slice(1) })).body).toMatchObject({ removed: 0 });
    expect((await send({ roleAssignments: roleAssignments.slice(1), replace: true })).body).toMatchObject({
      removed: 1,
    });
    expect((await client.roles()).map(({ principalName, principal }) => principalName ?? principal)).toEqual([
      'administrator',
      'Finance desktop',
      'bob',
    ]);
  });

  test('that is something else changes nothing and says so', async () => {
    const client = await Client.open('administrator');
    const vms = [
      null,
      7,
      'text',
      [],
      {},
      { id: 'x', name: 'y' },
      { id: '/a/virtualMachines/z', name: 'z', privateIps: '<>' },
    ];
    const { body } = await client.send<ImportReport>('POST', '/targets/import', { vms });
    expect(body).toMatchObject({ added: 0, changed: 0 });
    expect(body.skipped).toHaveLength(vms.length);
    expect((await client.send('POST', '/targets/import', { vms: {} })).status).toBe(400);
    expect(await client.changes()).toEqual([]);
  });
});
