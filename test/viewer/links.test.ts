/** The pages of shareable links, in Chromium on the real server. */
import { beforeEach, describe, expect, it } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import type { LinkCreated } from '../../src/contract/links.js';
import { newSecret } from '../../src/identity/secrets.js';
import { readHost, writeHost } from '../../src/inventory/host.js';
import { localMachine } from '../../src/policy/scopes.js';
import { nextId } from '../database/samples.js';
import { requirePeers } from '../setup/requirements.js';
import { useGatewayPages } from './support/gateway-pages.js';
import { look } from './support/look.js';

describe.runIf(requirePeers('chromium'))('in the browser', () => {
  const pages = useGatewayPages();
  beforeEach(() => pages.serve());
  const dialog = () => pages.dialog();

  const addTarget = async (kind: 'resource' | 'ip' = 'resource') => {
    const id = targetId(nextId());
    const where = { address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: 0 } as const;
    const resourceId = kind === 'resource' ? localMachine('build-07') : null;
    await pages.bench.database.targets.create({ id, name: `build-07-${kind}`, kind, resourceId, ...where });
    return id;
  };

  it('an operator makes a link by keyboard, copies it this once, and revokes it', async () => {
    const { complaints, page, url } = pages;
    await addTarget();
    await pages.signIn('operator');
    await page.getByRole('link', { name: 'Links' }).click();
    await page.getByText('There are no links that work').waitFor();
    await look(page, 'links-none');
    await page.getByRole('button', { name: 'Make a link' }).focus();
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Machine').waitFor();
    await look(page, 'links-make');
    await dialog().getByLabel('Machine').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('for the auditors');
    await page.keyboard.press('Enter');
    const shown = dialog().locator('code');
    await shown.waitFor();
    const link = (await shown.textContent()) ?? '';
    expect(link).toMatch(new RegExp(`^${url}/link#[\\w-]{43}$`));
    await look(page, 'links-made');
    await dialog().getByRole('button', { name: 'Copy' }).click();
    await dialog().getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await dialog().getByRole('button', { name: 'Done' }).click();
    await page.getByText('for the auditors').waitFor();
    await page.getByText('1 of 500 links.').waitFor();
    expect(await page.content()).not.toContain(link.slice(-43));
    await look(page, 'links');
    await page.getByRole('button', { name: 'Revoke the link to build-07-resource' }).click();
    await look(page, 'links-revoke');
    await dialog().getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('There are no links that work').waitFor();
    await page.goto(link);
    await page.getByRole('alert').getByText('The link was revoked.').waitFor();
    await look(page, 'link-revoked');
    expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
  });

  it('an operator is told what keeps a link from being made', async () => {
    const { bench, page, url } = pages;
    await addTarget('ip');
    await pages.signIn('operator');
    await page.goto(`${url}/links`);
    await page.getByRole('button', { name: 'Make a link' }).click();
    await dialog().getByText('There is no machine that a link may lead to').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await addTarget();
    const host = await readHost(bench.database, 'required');
    await writeHost(bench.database, { ...host, shareableLinks: false }, 1);
    await page.getByRole('button', { name: 'Make a link' }).click();
    await dialog().getByRole('button', { name: 'Make the link' }).click();
    await dialog().getByRole('alert').getByText('Shareable links are switched off on the host.').waitFor();
    await look(page, 'links-off');
    await page.route('**/api/v1/links', (route) => route.abort());
    await page.goto(`${url}/links`);
    await page.getByRole('alert').getByText('The request did not get an answer.').waitFor();
    await page.unroute('**/api/v1/links');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('There are no links that work').waitFor();
  });

  it('who opens a link signs in first, comes back to it, and connects with its secret, which no address of a request has', async () => {
    const { bench, context, page, url } = pages;
    const id = await addTarget();
    const everywhere = { role: 'Reader', scope: '/', source: 'manual', createdAtMs: 0 } as const;
    const reader = { id: 'r1', principalKind: 'product-role', principal: 'user', principalName: null } as const;
    await bench.database.roleAssignments.create({ ...reader, ...everywhere });
    const headers = await bench.signIn(['operator'], 'maker');
    const payload = { targetId: id, lifetimeHours: 8 };
    const made = await bench.app.inject({ method: 'POST', url: '/api/v1/links', headers, payload });
    const { secret } = made.json<LinkCreated>();
    const asked: string[] = [];
    context.on('request', (request) => asked.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));

    await page.goto(`${url}/link#${secret}`);
    await page.getByText('You are not signed in').waitFor();
    const user = await bench.identity.createUser('ada', 'Ada Lovelace', ['user']);
    const token = await bench.identity.issueLink(user.id);
    await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Sign in to Witness' }).waitFor();
    await page.evaluate((text) => {
      location.hash = `token=${text}`;
    }, token);
    await page.getByRole('heading', { name: 'Connect to build-07-resource' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await look(page, 'link');
    await page.getByRole('textbox', { name: 'User name' }).fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('what the machine asks for');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const expected = { targetId: id, connectionMethod: 'portal', linkSecret: secret };
    await expect
      .poll(() => bench.sessions.asked.at(-1), { timeout: 30_000 })
      .toMatchObject([{}, expected, '127.0.0.1']);
    expect(asked.filter((address) => address.replace(/#.*$/, '').includes(secret))).toEqual([]);
  });

  it('what is no link, or not the whole of one, says so', async () => {
    const { page, url } = pages;
    await pages.signIn('user');
    await page.goto(`${url}/link`);
    await page.getByText('The link is not complete').waitFor();
    await look(page, 'link-incomplete');
    await page.goto(`${url}/link#${newSecret()}`);
    await page.getByRole('alert').getByText('There is no such link').waitFor();
    expect(await page.getByRole('link', { name: 'Links' }).count()).toBe(0);
  });
});
