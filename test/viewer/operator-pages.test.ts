/** The pages of live sessions, the host, channels and the explanation of policy, in Chromium on the real server. */
import { beforeEach, describe, expect, it } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import { readHost, writeHost } from '../../src/inventory/host.js';
import { localMachine } from '../../src/policy/scopes.js';
import { nextId, storeSession } from '../database/samples.js';
import { requirePeers } from '../setup/requirements.js';
import { useGatewayPages } from './support/gateway-pages.js';
import { look } from './support/look.js';

describe.runIf(requirePeers('chromium'))('in the browser', () => {
  const pages = useGatewayPages();
  beforeEach(() => pages.serve());
  const rowOf = (text: string) => pages.rowOf(text);
  const dialog = () => pages.dialog();
  /** '' when what has the focus has no name; a dialog that closes gives it back in a moment. */
  const focusedName = () => pages.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

  const addTarget = async (name: string, port = 3389) => {
    const id = targetId(nextId());
    const where = { address: '192.0.2.7', port, recordingSetting: null, createdAtMs: 0 } as const;
    await pages.bench.database.targets.create({ id, name, kind: 'resource', resourceId: localMachine(name), ...where });
    return id;
  };
  const connectSomebody = async (overrides: Parameters<typeof storeSession>[1] = {}) => {
    const session = await storeSession(pages.bench.database, overrides);
    await pages.bench.database.sessions.update(session.id, { state: 'live', startedAtMs: Date.now() - 300_000 });
    return session;
  };

  it('live sessions come and go by themselves, and an operator ends one by keyboard, after a second question', async () => {
    const { bench, page, complaints } = pages;
    await pages.signIn('operator');
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText('Nobody is connected').waitFor();
    const first = await connectSomebody({ targetName: 'ledger-db' });
    const other = await connectSomebody({ targetName: 'front-desk' });
    const disconnect = page.getByRole('button', { name: `Disconnect the session of ${first.userName} on ledger-db` });
    await disconnect.waitFor();
    await rowOf('ledger-db').getByText('5 min').waitFor();
    await look(page, 'live');
    await disconnect.focus();
    await page.keyboard.press('Enter');
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(bench.sessions.asked).toEqual([]);
    await expect.poll(focusedName).toContain('on ledger-db');
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Disconnect' }).focus();
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    expect(bench.sessions.asked).toMatchObject([[first.id, { userName: 'ada' }]]);
    await bench.database.sessions.update(first.id, { state: 'ended', endedAtMs: Date.now() });
    await rowOf('ledger-db').waitFor({ state: 'detached' });
    // Its button had the focus: the keyboard goes on in the table.
    await expect.poll(focusedName).toBe('Live sessions');

    await rowOf('front-desk')
      .getByRole('button', { name: /Disconnect/ })
      .click();
    bench.sessions.ends = false;
    await bench.database.sessions.update(other.id, { state: 'ended', endedAtMs: Date.now() });
    await page.getByText('Nobody is connected').waitFor({ state: 'attached' });
    await dialog().getByRole('button', { name: 'Disconnect' }).click();
    await dialog().getByRole('alert').getByText('or is being ended already').waitFor();
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
  });

  it('live sessions of others are looked at by auditors, who end none, and are hidden from users', async () => {
    const { bench, page } = pages;
    const session = await connectSomebody();
    await pages.signIn('auditor');
    await page.goto(`${pages.url}/live`);
    await rowOf(session.userName).waitFor();
    expect(await page.getByRole('button', { name: /Disconnect/ }).count()).toBe(0);
    await page.route('**/api/v1/sessions/live', (route) => route.abort());
    await page.getByRole('alert').getByText('The request did not get an answer.').waitFor();
    expect(await rowOf(session.userName).count()).toBe(1);
    await page.unroute('**/api/v1/sessions/live');
    await page.getByRole('alert').waitFor({ state: 'detached' });

    await page.context().clearCookies();
    await page.goto(await pages.linkOf('bob', ['user']));
    await pages.sessionsShown();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText('Nobody is connected').waitFor();
    const shown = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    expect(shown).toEqual(['Sessions', 'Live', 'Connect', 'Why?']);
    await page.goto(`${pages.url}/host`);
    await page.getByRole('alert').getByText('None of your roles includes this').first().waitFor();
    expect((await bench.rows()).filter(({ kind }) => kind === 'request.refused').length).toBeLessThan(5);
  });

  it('an operator turns recording on by keyboard, is told which sessions are in the way, and ends them for it', async () => {
    const { bench, page, complaints } = pages;
    await writeHost(bench.database, { ...(await readHost(bench.database, 'required')), recording: 'off' }, 1);
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', recorded: false } as const;
    const session = await connectSomebody({ ...facts, targetId: await addTarget('build-07') });
    await pages.signIn('operator');
    await page.getByRole('link', { name: 'Host', exact: true }).click();
    await page.getByRole('radio', { name: /^Off/ }).focus();
    await page.getByText('8 h 00 min').waitFor();
    await look(page, 'host');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('radio', { name: /^Required/ }).isChecked()).toBe(true);
    await page.getByText('One setting is not saved.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(`${session.userName} on build-07`).waitFor();
    await look(page, 'host-sessions-in-the-way');
    expect(await readHost(bench.database, 'required')).toMatchObject({ recording: 'off' });
    await page.getByRole('button', { name: 'End these sessions and turn recording on' }).click();
    await page.getByText('Saved. Policy version 2.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect((await bench.database.sessions.get(session.id))?.disconnectRequestedAtMs).not.toBeNull();
    expect(await readHost(bench.database, 'required')).toMatchObject({ recording: 'required' });
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
  });

  it('switches, routes and management groups of the host are changed together, and an auditor only sees them', async () => {
    const { bench, page, complaints } = pages;
    await pages.signIn('administrator');
    await page.goto(`${pages.url}/host`);
    await page.getByLabel('SKU').selectOption('standard');
    await page.getByText('The host cannot record as it stands').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Policy version 1.').waitFor();
    await page.getByRole('checkbox', { name: /^IP-based connections/ }).uncheck();
    await page.getByRole('checkbox', { name: /^Forced tunnelling/ }).check();
    await page.getByText('Management groups (0)').click();
    await page.getByRole('button', { name: 'Add a management group' }).click();
    await page.getByLabel('Name', { exact: true }).fill('finance');
    await page.getByLabel(/^Subscriptions/).fill('s1, s2');
    await look(page, 'host-groups');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Policy version 2.').waitFor();
    expect(await readHost(bench.database, 'required')).toMatchObject({
      ipConnect: false,
      forcedTunnelling: true,
      managementGroups: [{ name: 'finance', parent: null, subscriptions: ['s1', 's2'] }],
    });
    await page.context().clearCookies();
    await page.goto(await pages.linkOf('bob', ['auditor']));
    await pages.sessionsShown();
    await page.goto(`${pages.url}/host`);
    expect(await page.getByRole('checkbox', { name: /^Forced tunnelling/ }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: /Save|Undo/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('an operator sees which channels are open, and withholds one from a target by keyboard', async () => {
    const { bench, page, complaints } = pages;
    await pages.signIn('operator');
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByText('There are no targets').waitFor();
    const id = await addTarget('ledger-db');
    await page.reload();
    await rowOf('ledger-db').getByText('Clipboard to the target, Drives').waitFor();
    await look(page, 'channels');
    await page.getByRole('button', { name: 'Change the channels of ledger-db' }).focus();
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Drives').waitFor();
    await look(page, 'channels-change');
    await dialog().getByLabel('Drives').focus();
    await page.keyboard.type('With');
    await pages.choose(/^Printers/, 'allowed');
    await dialog().getByRole('button', { name: 'Save' }).focus();
    await page.keyboard.press('Enter');
    await rowOf('ledger-db').getByText('Drives withheld, Printers allowed').waitFor();
    await rowOf('ledger-db').getByText('Clipboard to the target, Printers').waitFor();
    expect(await bench.database.targetChannels.get(id)).toEqual({ drives: false, printers: true });
    expect(complaints).toEqual([]);
  });

  it('policy says why, for facts that are typed or taken from a target, and its address says them again', async () => {
    const { page, complaints } = pages;
    await addTarget('odd-port', 3390);
    await pages.signIn('user');
    await page.getByRole('link', { name: 'Why?' }).click();
    await page.getByRole('heading', { name: 'Such a session is allowed' }).waitFor();
    await page.getByText('This session is recorded; it ends when it cannot be recorded.').waitFor();
    await page.getByLabel('Connection method').selectOption('portal');
    await page.getByLabel('Authentication').selectOption('entra');
    await page.getByRole('heading', { name: 'Such a session is refused' }).waitFor();
    await page.getByText('cannot be recorded, and recording is required.').waitFor();
    await look(page, 'explain');
    await page.reload();
    await page.getByText('cannot be recorded, and recording is required.').waitFor();
    await page.getByLabel('SKU').selectOption('basic');
    await page.getByLabel('Take the facts of a target').selectOption('odd-port');
    await page
      .getByText(/port.*Standard/)
      .first()
      .waitFor();
    expect(await page.getByLabel('Port', { exact: true }).inputValue()).toBe('3390');
    await page.getByRole('button', { name: 'Take back 9 changes' }).click();
    await page.getByRole('heading', { name: 'Such a session is allowed' }).waitFor();
    expect(page.url()).toBe(`${pages.url}/explain`);
    expect(complaints).toEqual([]);
  });
});
