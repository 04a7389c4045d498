/**
 * [invariant 1] The rule where a person meets it: Microsoft Entra ID in the portal, with a real browser, a real provider of
 * tokens, and a target that speaks RDS AAD Auth from the specification.
 */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract/ids.js';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { PROTOCOL_RDSAAD } from '../../src/rdp/connection/security-protocols.js';
import { ENTRA_CLIENT_ID, startAuthority, type TestAuthority } from '../helpers/entra-authority.js';
import { type RdpTarget, selects, startRdpTarget } from '../helpers/rdp-target.js';
import { type Found, rdsAad } from '../helpers/rdsaad-target.js';
import { useLab } from '../peers/lab.js';
import { freePort } from '../peers/free-port.js';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { DESKTOP_TIMEOUT_MS, PortalPerson, waitForPicture } from './support/portal.js';

const TIMEOUT_MS = 90_000;

describe.runIf(requirePeers('chromium'))('Microsoft Entra ID in the portal', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let authority: TestAuthority;
  let person: PortalPerson;

  beforeAll(async () => {
    const httpPort = await freePort();
    const redirect = `https://127.0.0.1:${httpPort}/api/v1/entra/callback`;
    authority = await startAuthority(redirect, (close) => lab.onClose(close));
    gateway = await startGatewayProcess(lab, {
      settings: {
        WITNESS_HTTP_PORT: String(httpPort),
        WITNESS_ENTRA_AUTHORITY: authority.issuer,
        WITNESS_ENTRA_CLIENT_ID: ENTRA_CLIENT_ID,
        WITNESS_ENTRA_SCOPE: authority.scope,
        WITNESS_ENTRA_REDIRECT: redirect,
      },
    });
    const login = { principalKind: 'product-role', principal: 'administrator', scope: '/' };
    await gateway.api.json('POST', '/api/v1/role-assignments', { ...login, role: 'Virtual Machine User Login' });
    person = await PortalPerson.signIn(lab, gateway);
  });

  /** A target in the inventory that is joined to Entra ID. */
  const joinedTarget = async (name: string, recording: string, speak?: 'mcs'): Promise<[RdpTarget, Found[]]> => {
    const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['127.0.0.1'], Date.now());
    const found: Found[] = [];
    const aad = rdsAad({ authority, host: '127.0.0.1', people: new Set(['ada']) }, found);
    const options = { cert, key, answer: selects(PROTOCOL_RDSAAD) };
    const target = await startRdpTarget({ ...options, ...(speak === undefined && { speak: aad }) });
    const place = { address: '127.0.0.1', port: target.port, kind: 'resource', entraJoined: true };
    await gateway.api.json('POST', '/api/v1/targets', { name, recording, ...place });
    return [target, found];
  };

  const choose = async (name: string): Promise<void> => {
    await person.open('/connect');
    await person.page.getByRole('radio', { name: new RegExp(name) }).check();
    await person.page.getByRole('radio', { name: 'Microsoft Entra ID' }).check();
  };

  const signInAndConnect = async (): Promise<{ page: Page; sessionId: SessionId }> => {
    const [tab] = await Promise.all([
      person.context.waitForEvent('page'),
      person.page.getByRole('button', { name: 'Sign in with Microsoft Entra ID' }).click(),
    ]);
    await tab.locator('input[name=login], h1').first().waitFor();
    if ((await tab.locator('input[name=login]').count()) > 0) {
      await tab.locator('input[name=login]').fill('ada');
      await tab.locator('input[name=password]').fill('any');
      await tab.locator('[type=submit]').click();
    }
    await tab.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await tab.close();
    await person.page.getByText('You are signed in. Connect').waitFor();
    const [page, response] = await Promise.all([
      person.context.waitForEvent('page'),
      person.context.waitForEvent('response', (answer) => answer.url().endsWith('/api/v1/sessions')),
      person.page.getByRole('button', { name: 'Connect', exact: true }).click(),
    ]);
    const { sessionId } = (await response.json()) as { sessionId: SessionId };
    await page.getByRole('button', { name: 'Disconnect' }).waitFor({ timeout: DESKTOP_TIMEOUT_MS });
    return { page, sessionId };
  };

  it(
    'is refused under "required", with the remedies on the page',
    async () => {
      await joinedTarget('must-record', 'required');
      await choose('must-record');
      await person.page.getByText('cannot be recorded, and recording is required').waitFor();
      await person.page.getByText(/Connect with a native client, choose another authentication method/).waitFor();
      expect(await person.page.getByRole('button', { name: 'Connect', exact: true }).isDisabled()).toBe(true);
      const id = (await gateway.api.targets()).find(({ name }) => name === 'must-record')?.id;
      const asked = { targetId: id, connectionMethod: 'portal', authenticationMethod: 'entra' };
      const { status, body } = await gateway.api.send('POST', '/api/v1/sessions', asked);
      expect(status).toBe(409);
      expect(body.toString()).toContain('portal-entra-recording');
    },
    TIMEOUT_MS,
  );

  it.each([
    ['preferred', 'portal-entra-unrecorded'],
    ['off', 'recording-off'],
  ])(
    'connects under "%s", unrecorded, which is on record',
    async (recording, reason) => {
      const [target, found] = await joinedTarget(`may-${recording}`, recording);
      await choose(`may-${recording}`);
      const { page, sessionId } = await signInAndConnect();
      await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      await page.getByText('Not recorded').waitFor();
      expect(found).toEqual([{ result: 0, why: 'none' }]);
      expect(target.asked[0]?.requestedProtocols).toBe(PROTOCOL_RDSAAD);
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('heading', { name: 'You have disconnected' }).waitFor();
      expect(await gateway.api.session(sessionId)).toMatchObject({ authenticationMethod: 'entra', recording: 'none' });
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      const decisions = rows.filter(({ kind }) => kind === 'session.decided');
      expect(decisions.map(({ data }) => [data['recorded'], data['reasons']])).toEqual([
        [false, [reason]],
        [false, [reason]],
      ]);
      expect(rows.some(({ kind }) => kind.startsWith('recording.'))).toBe(false);
      await page.close();
    },
    TIMEOUT_MS,
  );

  it(
    'cuts a recorded session whose target turns to it, before anything is shown, and says so',
    async () => {
      const [target] = await joinedTarget('turncoat', 'required', 'mcs');
      await person.open('/connect');
      const { page } = person;
      await page.getByRole('radio', { name: /turncoat/ }).check();
      await page.getByRole('checkbox', { name: /recorded/ }).check();
      const [desktop, response] = await Promise.all([
        person.context.waitForEvent('page'),
        person.context.waitForEvent('response', (answer) => answer.url().endsWith('/api/v1/sessions')),
        page.getByRole('button', { name: 'Connect', exact: true }).click(),
      ]);
      const { sessionId } = (await response.json()) as { sessionId: SessionId };
      await desktop
        .getByRole('heading', { name: /selected a security protocol/ })
        .waitFor({ timeout: DESKTOP_TIMEOUT_MS });
      await target.closed();
      // Not even TLS was spoken with it.
      expect(Buffer.concat(target.received).length).toBe(0);
      expect((target.asked[0]?.requestedProtocols ?? PROTOCOL_RDSAAD) & PROTOCOL_RDSAAD).toBe(0);
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      const refused = rows.find(({ kind }) => kind === 'connection.refused');
      expect(refused?.data).toMatchObject({ reason: 'target-selected-unexpected-protocol' });
      expect(rows.some(({ kind }) => kind === 'session.connected')).toBe(false);
    },
    TIMEOUT_MS,
  );
});
