import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionInfo } from '../../src/contract/api.js';
import { sessionId, targetId } from '../../src/contract/ids.js';
import type { PortalChoice, PortalInfo, PortalTarget } from '../../src/contract/portal.js';
import type { AuthenticationMethod } from '../../src/contract/rule.js';
import { SESSION, storedRecording } from '../http/recordings/support/sample-recording.js';
import { collectComplaints } from './support/browser.js';
import { look } from './support/look.js';
import { openStage, type Stage } from './support/stage.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let stage: Stage;
let context: BrowserContext;
let page: Page;
let complaints: string[];

const NOTICE = { text: 'Everything on the screen is recorded.', version: '0123456789abcdef' };

const allowed = (method: AuthenticationMethod, recorded: boolean): PortalChoice => ({
  authenticationMethod: method,
  allowed: true,
  recorded,
  reasons: [
    { code: 'any', sentence: recorded ? 'This session is recorded.' : 'It is not.', remedy: 'None is needed.' },
  ],
});
const denied = (method: AuthenticationMethod, sentence: string): PortalChoice => ({
  authenticationMethod: method,
  allowed: false,
  recorded: false,
  reasons: [{ code: 'any', sentence, remedy: 'Connect with a native client.' }],
});

function machine(id: string, name: string, recorded: boolean): PortalTarget {
  const portal = [
    allowed('password', recorded),
    denied('kerberos', 'Kerberos is not available.'),
    denied(
      'entra',
      'An RDP session in the portal with Microsoft Entra ID cannot be recorded, and recording is required.',
    ),
  ];
  const where = { kind: 'resource', address: '10.0.0.12', port: 3389 } as const;
  return { id: targetId(id), name, ...where, portal, native: [allowed('password', recorded)] };
}

const PORTAL: PortalInfo = {
  targets: [machine('t1', 'ledger-db', true), machine('t2', 'build-agent', false)],
  notice: NOTICE,
};

beforeAll(async () => {
  stage = await openStage(0);
});
afterAll(() => stage.close());

beforeEach(async () => {
  const { world } = stage.server;
  world.me = { userName: 'ada', displayName: 'Ada Lovelace', roles: ['administrator'] };
  world.portal = PORTAL;
  world.sessions = manySessions(30);
  world.mutations.length = 0;
  context = await stage.browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stage.server.url });
  page = await context.newPage();
  complaints = collectComplaints(page);
});
afterEach(() => context.close());

describe('[invariant 1] a recording that is withheld', () => {
  it('says why, in place of a picture', async () => {
    const { world } = stage.server;
    const stored = storedRecording(stage.sample);
    world.recording = { ...stored, withheld: true, session: { ...stored.session, recording: 'withheld' } };
    await page.goto(`${stage.server.url}/recordings/${SESSION}`);
    await page.getByRole('heading', { name: 'This recording is withheld' }).waitFor();
    await page.getByText('Withheld', { exact: true }).waitFor();
    expect(await page.locator('video').count()).toBe(0);
    await look(page, 'replay-withheld');
    // What it is may be read, on record; it is not watched.
    expect(world.audited.map(({ kind }) => kind)).toEqual(['recording.read']);
    expect(complaints).toEqual([]);
  });
});

function manySessions(count: number): SessionInfo[] {
  const base = storedRecording(stage.sample).session;
  return Array.from({ length: count }, (_, index) => ({
    ...base,
    id: index === 0 ? SESSION : sessionId(`01890a5d-ac96-774b-bcce-${String(index).padStart(12, '0')}`),
    userName: `user-${index}`,
  }));
}

describe('signing in', () => {
  it('sends the token of the link and leaves it neither in the address bar nor in the history', async () => {
    stage.server.world.me = null;
    await page.goto(`${stage.server.url}/sign-in#token=right-token`);
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
    expect(stage.server.world.mutations).toEqual([
      { path: '/api/v1/sign-in', body: { token: 'right-token' }, header: '1' },
    ]);
    expect(page.url()).toBe(`${stage.server.url}/`);
    await page.goBack();
    expect(page.url()).not.toContain('token');
    expect(complaints).toEqual([]);
  });

  it('says why a link does not work', async () => {
    stage.server.world.me = null;
    await page.goto(`${stage.server.url}/sign-in#wrong`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('Ask for another link.');
    expect(page.url()).toBe(`${stage.server.url}/sign-in`);
  });

  it('is asked for when nobody is signed in', async () => {
    stage.server.world.me = null;
    await page.goto(stage.server.url);
    await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
    await page.getByText('Have you been given a one-time link?').waitFor();
  });
});

describe('the list of sessions', () => {
  it('shows pages, and the way back', async () => {
    await page.goto(stage.server.url);
    await page.getByText('user-24').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(25);
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByText('user-29').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(5);
    await page.goBack();
    await page.getByText('user-24').waitFor();
    expect(complaints).toEqual([]);
  });

  it('updates by itself while something is live, without moving', async () => {
    const [first, ...rest] = stage.server.world.sessions;
    if (first === undefined) throw new Error('no session');
    stage.server.world.sessions = [{ ...first, state: 'live', recording: 'live', durationMs: 61_000 }, ...rest];
    await page.goto(stage.server.url);
    await page.getByText('1:01').waitFor();
    const before = await page.locator('tbody tr').nth(5).boundingBox();
    stage.server.world.sessions = [{ ...first, state: 'live', recording: 'live', durationMs: 64_000 }, ...rest];
    await page.getByText('1:04').waitFor({ timeout: 8000 });
    expect(await page.locator('tbody tr').nth(5).boundingBox()).toEqual(before);
  });

  it('offers no replay to people who may not watch', async () => {
    stage.server.world.me = { userName: 'bob', displayName: 'Bob', roles: ['user'] };
    await page.goto(stage.server.url);
    await page.getByText('user-24').waitFor();
    expect(await page.getByRole('link', { name: /Replay/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  });

  it('says what to do when there is none', async () => {
    stage.server.world.sessions = [];
    await page.goto(stage.server.url);
    await page.getByRole('link', { name: 'Connect to a target' }).click();
    await page.getByRole('heading', { name: 'Connect' }).waitFor();
  });
});

describe('connecting', () => {
  it('says what is recorded, gives command and file, counts down and notices the client', async () => {
    const [session] = manySessions(1);
    if (session === undefined) throw new Error('no session');
    stage.server.world.ticket = {
      sessionId: SESSION,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      recorded: true,
      routingToken: 'tsv://x',
      channels: [],
      oneTime: { userName: 'witness-1234', password: 'typed-once' },
      xfreerdp: 'xfreerdp /v:gateway.example:3389 /load-balance-info:abc /u:ada',
      rdpFile: 'full address:s:gateway.example\r\n',
    };
    stage.server.world.sessions = [{ ...session, state: 'authorised', recording: 'none' }];
    await page.goto(`${stage.server.url}/connect`);
    await page.getByRole('radio', { name: /ledger-db/ }).check();
    await page.getByRole('radio', { name: 'An RDP client' }).check();
    await page.getByText('This session is recorded.').waitFor();
    await page.getByRole('button', { name: 'Get a ticket' }).click();

    await page.getByRole('timer').waitFor();
    expect(await page.getByRole('timer').textContent()).toMatch(/(1:00|0:5\d) left/);
    expect(stage.server.world.mutations).toEqual([
      {
        path: '/api/v1/sessions',
        body: { targetId: 't1', connectionMethod: 'native', authenticationMethod: 'password' },
        header: '1',
      },
    ]);
    const { xfreerdp, oneTime } = stage.server.world.ticket;
    for (const [name, copied] of [
      ['Copy', xfreerdp],
      ['Copy user name', oneTime?.userName],
      ['Copy password', oneTime?.password],
    ] as const) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByText('Copied').first().waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(copied);
    }
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download .rdp file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('ledger-db.rdp');

    stage.server.world.sessions = [{ ...session, state: 'live', recording: 'live' }];
    await page.getByText('Your client has connected.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('looks up an address that is typed, and asks for the session by address and port', async () => {
    const { world } = stage.server;
    await page.goto(`${stage.server.url}/connect`);
    await page.getByRole('radio', { name: /by IP address/ }).check();
    await page.getByLabel('IP address', { exact: true }).fill('127.0.0.1');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Nobody may connect to this address').waitFor();
    world.atAddress = {
      ...machine('ip:10.0.0.5:3390', '10.0.0.5:3390', true),
      kind: 'ip',
      address: '10.0.0.5',
      port: 3390,
    };
    await page.getByLabel('IP address', { exact: true }).fill('10.0.0.5');
    await page.getByLabel('Port', { exact: true }).fill('3390');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByRole('heading', { name: '10.0.0.5:3390' }).waitFor();
    await page.getByRole('radio', { name: 'An RDP client' }).check();
    await page.getByRole('button', { name: 'Get a ticket' }).click();
    await expect
      .poll(() => world.mutations.map(({ body }) => body))
      .toEqual([{ address: '10.0.0.5', port: 3390, connectionMethod: 'native', authenticationMethod: 'password' }]);
  });

  it('says when the ticket has expired', async () => {
    const [session] = manySessions(1);
    if (session === undefined) throw new Error('no session');
    stage.server.world.sessions = [{ ...session, state: 'authorised' }];
    stage.server.world.ticket = {
      sessionId: SESSION,
      expiresAt: new Date(Date.now() + 1500).toISOString(),
      recorded: false,
      routingToken: 'x',
      channels: [],
      oneTime: null,
      xfreerdp: 'xfreerdp',
      rdpFile: '',
    };
    await page.goto(`${stage.server.url}/connect`);
    await page.getByRole('radio', { name: /build-agent/ }).check();
    await page.getByRole('radio', { name: 'An RDP client' }).check();
    await page.getByRole('button', { name: 'Get a ticket' }).click();
    await page.getByText('The ticket has expired.').waitFor();
    await page.getByRole('button', { name: 'Get another one' }).click();
    await page.getByRole('radio', { name: /build-agent/ }).waitFor();
  });
});

describe('the audit export', () => {
  it('links to the window and format that were chosen', async () => {
    await page.goto(`${stage.server.url}/audit`);
    await page.getByLabel('From').fill('2026-01-02T10:00');
    await page.getByLabel('Until').fill('2026-01-03T10:00');
    await page.getByRole('radio', { name: /CSV/ }).check();
    const href = await page.getByRole('link', { name: 'Download' }).getAttribute('href');
    const query = new URL(href ?? '', stage.server.url).searchParams;
    expect(href).toMatch(/^\/api\/v1\/audit\/events\?/);
    expect(query.get('format')).toBe('csv');
    expect(Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '')).toBe(86_400_000);
    await page.getByLabel('Until').fill('2026-01-01T10:00');
    expect(await page.getByRole('button', { name: 'Download' }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('on every page', () => {
  it.each([390, 768, 1280, 1920])('nothing is wider than a window of %i pixels', async (width) => {
    stage.server.world.recording = { ...storedRecording(stage.sample), segments: [] };
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/', '/connect', '/audit', '/sign-in', `/recordings/${SESSION}`]) {
      await page.goto(stage.server.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect({ path, overflow: Math.max(overflow, 0) }).toEqual({ path, overflow: 0 });
    }
  });
});
