/** Signing in, the account page and the users page, in Chromium on the real server; the provider is a real one, too. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Role } from '../../src/contract/api.js';
import type { OidcSettings } from '../../src/identity/oidc/oidc-sign-in.js';
import { CLIENT_ID, CLIENT_SECRET, type OidcServer, startOidcServer } from '../identity/support/oidc-server.js';
import { freePort } from '../peers/free-port.js';
import { requirePeers } from '../setup/requirements.js';
import { useGatewayPages } from './support/gateway-pages.js';
import { look } from './support/look.js';

const PASSWORD = 'correct horse battery staple';
const OTHER = 'a quite different password';

describe.runIf(requirePeers('chromium'))('in the browser', () => {
  const pages = useGatewayPages();
  const serve = async (oidc: OidcSettings | null = null, port = 0): Promise<void> => pages.serve({ oidc }, port);
  const link = (userName: string, roles: readonly Role[]): Promise<string> => pages.linkOf(userName, roles);
  const sessionsShown = () => pages.sessionsShown();

  it('a link that is pasted into a tab with the sign-in page signs in', async () => {
    const { complaints, page } = pages;
    await serve();
    const { url } = pages;
    await page.goto(`${url}/sign-in`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await look(page, 'sign-in');
    // As typing into the address bar does it: only the fragment changes, and nothing is loaded.
    const typed = await link('ada', ['user']);
    await page.evaluate((address) => {
      location.href = address;
    }, `${url}/sign-in#token=used-up-already`);
    await page.getByRole('alert').getByText('The link is not known').waitFor();
    await look(page, 'sign-in-refused');
    await page.evaluate((address) => {
      location.href = address;
    }, typed);
    await sessionsShown();
    expect(page.url()).toBe(`${url}/`);
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('a person sets a password on the account page, signs in with it by keyboard, and is told when it is wrong', async () => {
    const { page } = pages;
    await serve();
    const { url } = pages;
    await page.goto(await link('ada', ['operator']));
    await sessionsShown();
    await page.getByRole('link', { name: 'Your account' }).click();
    await page.getByText('You have no password yet.').waitFor();
    await look(page, 'account');
    await page.getByLabel('New password').fill('short');
    await page.getByLabel('The same again').fill('shorter');
    await page.getByText('The two are not the same.').waitFor();
    await page.getByLabel('The same again').fill('short');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('alert').getByText('12 characters or more').waitFor();
    await look(page, 'account-weak-password');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your new password holds.').waitFor();
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();

    // The account page has the user name for password managers, and is there until the other page is loaded.
    await page.getByRole('heading', { name: 'Sign in to Witness' }).waitFor();
    await page.getByLabel('User name', { exact: true }).focus();
    await page.keyboard.type('Ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type(OTHER);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The user name or the password is wrong').waitFor();
    await look(page, 'sign-in-wrong-password');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await sessionsShown();
    await page.goto(`${url}/account`);
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill(OTHER);
    await page.getByLabel('The same again').fill(OTHER);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your new password holds.').waitFor();
  });

  it('a person makes a token that works, sees it once, and revokes it', async () => {
    const { complaints, page } = pages;
    await serve();
    const { bench, url } = pages;
    await page.goto(await link('ada', ['auditor']));
    await sessionsShown();
    await page.goto(`${url}/account`);
    await page.getByText('You have no API tokens').waitFor();
    expect(await page.getByRole('checkbox', { name: /Change targets/ }).count()).toBe(0);
    await page.getByLabel('What it is for').fill('Export every night');
    await page.getByRole('checkbox', { name: /Export the audit log/ }).check();
    await page.getByRole('button', { name: 'Make a token' }).click();
    const shown = page.locator('.command code');
    await shown.waitFor();
    const token = (await shown.textContent()) ?? '';
    expect(token).toMatch(/^witness_[\w-]{43}$/);
    const headers = { authorization: `Bearer ${token}` };
    expect((await bench.app.inject({ url: '/api/v1/audit/events', headers })).statusCode).toBe(200);
    await page.getByText('Works until').waitFor();
    await look(page, 'account-token');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await page.getByText(/Last used .* from 127\.0\.0\.1/).waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Revoke the token Export every night' }).click();
    await page.getByText('You have no API tokens').waitFor();
    expect((await bench.app.inject({ url: '/api/v1/audit/events', headers })).statusCode).toBe(401);
    expect(complaints).toEqual([]);
  });

  it('a person sees where they are signed in, and signs out there or everywhere', async () => {
    const { browser, page } = pages;
    await serve();
    const { url } = pages;
    await page.goto(await link('ada', ['user']));
    await sessionsShown();
    const other = await browser.newPage({ ignoreHTTPSErrors: true });
    await other.goto(await link('ada', ['user']));
    await other.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    await page.goto(`${url}/account`);
    await page.getByText('This browser').waitFor();
    await page.getByRole('button', { name: /Sign out Chrome on Linux/ }).click();
    await page.getByRole('button', { name: /Sign out Chrome on Linux/ }).waitFor({ state: 'detached' });
    await other.goto(url);
    await other.getByText('You are not signed in').waitFor();
    await other.close();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('heading', { name: 'Sign in to Witness' }).waitFor();
    await page.goto(url);
    await page.getByText('You are not signed in').waitFor();
  });

  it('an administrator adds a person, changes roles, makes links, resets and disables', async () => {
    const { browser, page } = pages;
    await serve();
    await page.goto(await link('root', ['administrator']));
    await sessionsShown();
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByRole('row').filter({ hasText: 'root' }).waitFor();
    await page.getByRole('button', { name: 'Add a person' }).click();
    await page.getByRole('dialog').getByLabel('User name').fill('ada@example.com');
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Ada Lovelace');
    await look(page, 'users-add');
    await page.getByRole('button', { name: 'Add and make a link' }).click();
    const first = (await page.locator('.dialog code').textContent()) ?? '';
    await look(page, 'users-link');
    await page.getByRole('button', { name: 'Done' }).click();

    const elsewhere = await browser.newContext({ ignoreHTTPSErrors: true });
    const ada = await elsewhere.newPage();
    await ada.goto(first);
    await ada.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    expect(await ada.getByRole('link', { name: 'Users' }).count()).toBe(0);

    const row = page.getByRole('row').filter({ hasText: 'ada@example.com' });
    await row.waitFor();
    await look(page, 'users');
    await row.getByRole('button', { name: 'Change ada@example.com' }).click();
    await page.getByRole('checkbox', { name: /^Auditor/ }).check();
    await look(page, 'users-change');
    await page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('User, Auditor').or(row.getByText('Auditor, User')).waitFor();

    await row.getByRole('button').click();
    await page.getByRole('button', { name: 'Reset and new link' }).click();
    await page.getByRole('dialog', { name: 'A new link' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await ada.reload();
    await ada.getByText('You are not signed in').waitFor();
    await elsewhere.close();

    await row.getByRole('button').click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await row.getByText('Disabled').waitFor();
    await page.getByRole('button', { name: 'Change root' }).click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('alert').getByText('This is the last administrator').waitFor();
    await look(page, 'users-last-administrator');
  });

  describe('at the identity provider', () => {
    let provider: OidcServer;
    afterEach(() => provider.close());

    const serveWithProvider = async (): Promise<void> => {
      const port = await freePort();
      const redirectUri = `https://127.0.0.1:${port}/api/v1/sign-in/oidc/callback`;
      provider = await startOidcServer(redirectUri);
      const settings: OidcSettings = {
        issuer: provider.issuer,
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        redirectUri,
        name: 'Microsoft',
        roles: new Map([['Witness.Auditor', 'auditor']]),
        defaultRole: null,
        subjectClaim: 'oid',
        tenants: [],
      };
      await serve(settings, port);
    };
    const signInAs = async (login: string): Promise<void> => {
      const { page, url } = pages;
      await page.goto(`${url}/sign-in`);
      await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
      await page.getByPlaceholder('Enter any login').fill(login);
      await page.getByPlaceholder('and password').fill('any');
      await page.getByRole('button', { name: 'Sign-in' }).click();
    };

    it('a person signs in there and comes back with the roles of their groups', async () => {
      const { context, page } = pages;
      await serveWithProvider();
      const { url } = pages;
      provider.accounts.set('ada', {
        oid: 'o-1',
        preferred_username: 'ada@example.com',
        name: 'Ada Lovelace',
        roles: ['Witness.Auditor'],
      });
      await page.goto(`${url}/sign-in`);
      await page.getByRole('link', { name: 'Sign in with Microsoft' }).waitFor();
      await look(page, 'sign-in-provider');
      await signInAs('ada');
      await sessionsShown();
      expect(page.url()).toBe(`${url}/`);
      const cookies = (await context.cookies(url)).map(({ name, sameSite, httpOnly, secure }) => ({
        name,
        flags: [sameSite, httpOnly, secure],
      }));
      expect(cookies.toSorted((one, other) => one.name.length - other.name.length)).toEqual([
        { name: '__Host-witness', flags: ['Strict', true, true] },
        { name: '__Host-witness-browser', flags: ['Strict', true, true] },
      ]);
      await page.getByRole('link', { name: 'Your account, Ada Lovelace' }).click();
      await page.getByText('You sign in at your identity provider.').waitFor();
      await page.getByText(/at the identity provider\. Last used/).waitFor();
      await page.getByText('Roles: Auditor.').waitFor();
      await look(page, 'account-provider');
    });

    it('whoever has no role here is told so on the sign-in page', async () => {
      const { page } = pages;
      await serveWithProvider();
      const { bench } = pages;
      provider.accounts.set('eve', { oid: 'o-2', preferred_username: 'eve@example.com', roles: ['Other'] });
      await signInAs('eve');
      await page.getByRole('alert').getByText('Nothing that the identity provider says of you').waitFor();
      await look(page, 'sign-in-no-role');
      expect((await bench.database.users.list()).length).toBe(0);
    });
  });
});
