/**
 * [invariant 1] The rule where a person meets it: Microsoft Entra ID in the portal, with a real browser, a real provider of
 * tokens, and a target that speaks RDS AAD Auth from the specification.
 */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract/ids.js';
import type { Manifest } from '../../src/contract/manifest.js';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { PROTOCOL_RDSAAD } from '../../src/rdp/connection/security-protocols.js';
import { compressedLogonFrame, logonFrame } from '../helpers/logon-frames.js';
import { ENTRA_CLIENT_ID, startAuthority, type TestAuthority } from '../helpers/entra-authority.js';
import { type RdpTarget, selects, startRdpTarget } from '../helpers/rdp-target.js';
import { type Found, rdsAad } from '../helpers/rdsaad-target.js';
import { startSpoilingRelay } from '../helpers/spoiling-relay.js';
import { useLab } from '../peers/lab.js';
import { freePort } from '../peers/free-port.js';
import { waitFor } from '../peers/wait.js';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { DESKTOP_TIMEOUT_MS, pointAt, PortalPerson, waitForPicture } from './support/portal.js';

const TIMEOUT_MS = 90_000;
const STILL_MS = Date.UTC(2026, 0, 1, 12, 0, 0);

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

  it.each([
    ['goes on', 'save-session-info', logonFrame('AzureAD')],
    ['is over before the recorder has read of it', 'logon-compressed', compressedLogonFrame('AzureAD')],
  ])(
    'withholds the recording of a session in which it shows too late, when the session %s',
    async (_when, where, told) => {
      const over = where === 'logon-compressed';
      // What the desktop shows follows its clock: one that stands still says nothing more.
      const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => STILL_MS });
      lab.onClose(() => desktop.close());
      const spoiling = await startSpoilingRelay(desktop.port);
      const name = over ? 'late-and-over' : 'late';
      await gateway.api.addTarget(name, spoiling.port);
      const { page, sessionId } = await person.connect(name, { user: 'ada', password: 'any' });
      await waitForPicture(page, 'a desktop', (picture) => countColours(picture) > 20);
      await gateway.api.waitForSession(sessionId, 'stored video', ({ videoBytes }) => videoBytes > 0);
      spoiling.inject(told);
      // Either brings what was put in; with its farewell the session ends.
      if (over) for (const session of desktop.sessions) session.close();
      else await pointAt(page, 400, 300);
      const { recording } = await gateway.api.waitForSession(
        sessionId,
        'the end of the session and its recording',
        ({ state, recording: is }) => state === 'ended' && is === 'withheld',
      );
      expect(recording).toBe('withheld');
      const path = `/api/v1/recordings/${sessionId}`;
      for (const part of ['playlist.m3u8', 'events']) {
        const { status, body } = await gateway.api.send('GET', `${path}/${part}`);
        expect([status, body.toString()]).toEqual([403, expect.stringContaining('recording-withheld')]);
      }
      const manifest = await waitFor('the manifest', async () => {
        const { status, body } = await gateway.api.send('GET', `${path}/manifest`);
        return status === 200 ? (JSON.parse(body.toString()) as Manifest) : undefined;
      });
      expect(manifest).toMatchObject({ outcome: 'against-rule', facts: { authenticationMethod: 'password' } });
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      expect(rows.filter(({ kind }) => kind === 'recording.withheld')).toMatchObject([
        { data: { reason: 'recording-rule', where } },
      ]);
      await page.close();
      await person.open(`/recordings/${sessionId}`);
      await person.page.getByRole('heading', { name: 'This recording is withheld' }).waitFor();
      expect(await person.page.locator('video').count()).toBe(0);
      await person.open('/');
      await person.page.getByText('Withheld').first().waitFor();
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
