/** The pages of targets and role assignments, in Chromium on the real server. */
import { beforeEach, describe, expect, it } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import { storeSession } from '../database/samples.js';
import { requirePeers } from '../setup/requirements.js';
import { useGatewayPages } from './support/gateway-pages.js';
import { look } from './support/look.js';

const FIXTURES = new URL('../fixtures/azure/', import.meta.url).pathname;

describe.runIf(requirePeers('chromium'))('in the browser', () => {
  const pages = useGatewayPages();
  beforeEach(() => pages.serve());
  const rowOf = (text: string) => pages.rowOf(text);
  const choose = (label: RegExp, value: string) => pages.choose(label, value);

  it('an administrator adds a target by keyboard, imports others, changes and removes one', async () => {
    const { bench, complaints, page } = pages;
    await pages.signIn('administrator');
    await page.getByRole('link', { name: 'Targets' }).click();
    await page.getByText('There are no targets').waitFor();
    await look(page, 'targets-none');
    await page.getByRole('button', { name: 'Add a target' }).focus();
    await page.keyboard.press('Enter');
    // It takes the focus when it opens.
    await page.getByRole('dialog', { name: 'Add a target' }).waitFor();
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type('front-desk');
    await page.keyboard.press('Tab');
    await page.keyboard.type('10.0.0.4');
    await page.getByText('Network, sign-in and certificate').click();
    await page.getByRole('checkbox', { name: /Its network is peered/ }).check();
    await look(page, 'targets-add');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').getByText('give its "virtualNetworkId"').waitFor();
    await look(page, 'targets-add-refused');
    await page.getByRole('checkbox', { name: /Its network is peered/ }).uncheck();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await rowOf('front-desk').getByText('by the host').waitFor();

    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByLabel(/az vm list/).setInputFiles(`${FIXTURES}vm-list.json`);
    await page.getByLabel(/az network nic list/).setInputFiles(`${FIXTURES}nic-list.json`);
    await look(page, 'targets-import');
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByText('3 added, 0 changed').waitFor();
    await look(page, 'targets-imported');
    await page.getByRole('button', { name: 'Done' }).click();
    await rowOf('ledger-db').getByText('Joined').waitFor();

    await page.getByRole('button', { name: 'Change ledger-db' }).click();
    await choose(/^Recording/, 'off');
    await page.getByRole('button', { name: 'Save' }).click();
    await rowOf('ledger-db').getByText('Not recorded').waitFor();
    await look(page, 'targets');
    const desk = await bench.database.targets.getByName('front-desk');
    const account = { targetId: desk?.id ?? targetId(''), userName: 'svc', domain: '', restrictedAdmin: false };
    const kept = { store: 'embedded', secret: 'sealed', updatedAtMs: 1, updatedBy: 'command-line' } as const;
    await bench.database.targetCredentials.set({ ...account, ...kept });
    await page.getByRole('button', { name: 'Change front-desk' }).click();
    await page.getByLabel('Address', { exact: true }).fill('10.0.0.5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Its stored credential was dropped').waitFor();
    await look(page, 'targets-credential-dropped');
    await page.getByRole('button', { name: 'Done' }).click();
    await rowOf('front-desk').getByText('10.0.0.5').waitFor();
    await page.getByRole('button', { name: 'Change front-desk' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Remove front-desk, really' }).click();
    await rowOf('front-desk').waitFor({ state: 'detached' });
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });

  it('an operator says what is recorded, and is asked before live sessions end for it', async () => {
    const { bench, complaints, page, url } = pages;
    await pages.signIn('operator');
    const desk = { name: 'desk', address: '10.0.0.4', port: 3389, recording: 'off' };
    const administrator = await bench.signIn(['administrator']);
    await bench.app.inject({ method: 'POST', url: '/api/v1/targets', headers: administrator, payload: desk });
    const targetId = (await bench.database.targets.getByName('desk'))?.id ?? ('' as never);
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', recorded: false } as const;
    const session = await storeSession(bench.database, { ...facts, targetId });
    await bench.database.sessions.update(session.id, { state: 'live' });
    await page.goto(`${url}/targets`);
    await rowOf('desk').waitFor();
    expect(await page.getByRole('button', { name: 'Add a target' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Change desk' }).click();
    expect(await page.getByRole('dialog').getByRole('textbox').count()).toBe(0);
    await choose(/^Recording/, 'required');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText(`${session.userName} on build-07`).waitFor();
    await look(page, 'targets-sessions-in-the-way');
    await page.getByRole('button', { name: 'End these sessions and change the target' }).click();
    await rowOf('desk').getByText('Will be recorded').waitFor();
    expect((await bench.database.sessions.get(session.id))?.disconnectRequestedAtMs).not.toBeNull();
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
  });

  it('an administrator assigns, imports and removes roles; an operator looks on; a user sees neither page', async () => {
    const { bench, complaints, page } = pages;
    await pages.signIn('administrator');
    await page.getByRole('link', { name: 'Roles' }).click();
    await rowOf('Every administrator').getByText('There from the start').waitFor();
    await page.getByRole('button', { name: 'Assign a role' }).click();
    await page.getByLabel('User name or object id').fill('bob');
    await choose(/^Role/, 'Virtual Machine User Login');
    await page.getByLabel(/^Scope/).fill('/subscriptions/s1');
    await look(page, 'roles-assign');
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await rowOf('bob').getByText('Virtual Machine User Login').waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByLabel(/az role assignment list/).setInputFiles(`${FIXTURES}role-assignment-list.json`);
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByText('which this gateway cannot evaluate').waitFor();
    await look(page, 'roles-imported');
    await page.getByRole('button', { name: 'Done' }).click();
    await rowOf('Finance desktop').waitFor();
    await look(page, 'roles');
    await page.getByRole('button', { name: 'Remove Virtual Machine User Login of bob' }).click();
    await look(page, 'roles-remove');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await rowOf('bob').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);

    const { id } = (await bench.database.users.getByName('ada')) ?? ({} as never);
    await bench.database.kysely.updateTable('users').set({ roles: '["operator"]' }).where('id', '=', id).execute();
    await page.reload();
    await rowOf('Finance desktop').waitFor();
    expect(await page.getByRole('button', { name: /Assign|Import|Remove/ }).count()).toBe(0);
    await bench.database.kysely.updateTable('users').set({ roles: '["user"]' }).where('id', '=', id).execute();
    await page.reload();
    await page.getByRole('alert').getByText('None of your roles includes this').waitFor();
    expect(await page.getByRole('link', { name: /Targets|Roles/ }).count()).toBe(0);
  });
});
