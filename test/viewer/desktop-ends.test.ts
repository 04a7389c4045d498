/** Every end of a desktop in the browser: each reason that the gateway writes down has words, and a card that is fit to look at. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { build, type Plugin } from 'vite';
import type { SessionCreated, SessionInfo } from '../../src/contract/api.js';
import { sessionId } from '../../src/contract/ids.js';
import { TARGET_PROBLEMS } from '../../src/gateway/rdp/target/target-error.js';
import type { SessionEndReason } from '../../src/gateway/sessions/live-session.js';
import type { RecordingStore } from '../../src/storage/recording-store.js';
import { requirePeers } from '../setup/requirements.js';
import { launchBrowser } from './support/browser.js';
import { look } from './support/look.js';
import { startTestServer, type TestServer } from './support/test-server.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

interface EndText {
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
}

// The viewer is a project for browsers, which this one does not refer to.
const END_REASONS = new URL('../../viewer/desktop/end-reasons.ts', import.meta.url).href;
const { END_TEXTS, endTextOf } = (await import(END_REASONS)) as {
  readonly END_TEXTS: { readonly [reason: string]: EndText };
  readonly endTextOf: (reason: string | null, said: string) => EndText;
};

const LIVE_ENDS = {
  'client-disconnected': true,
  'client-lost': true,
  'target-disconnected': true,
  'target-lost': true,
  'disconnected-by-administrator': true,
  'session-too-long': true,
  'session-idle': true,
  'protocol-error-client': true,
  'protocol-error-target': true,
  'server-redirection': true,
  'recording-lost': true,
  'recording-gap-too-long': true,
  'recording-rule': true,
  'audit-failed': true,
  'gateway-failed': true,
  'gateway-stopped': true,
} as const satisfies Record<SessionEndReason, true>;

/** Of sessions that never began: admission, the client's own sign-in, and what a gateway finds when it starts. */
const OTHER_ENDS = ['policy-denied', 'policy-changed', 'link-over', 'too-many-sessions', 'session-over'];
OTHER_ENDS.push('client-tls-failed', 'ntlm-blocked', 'gateway-lost', 'ticket-expired');

const ID = sessionId('01920000-0000-7000-8000-000000000001');
const TARGET = 'a machine with quite a long name, build-07';

it('every reason that a session of the portal can end for has words of its own', () => {
  for (const reason of [...Object.keys(LIVE_ENDS), ...Object.keys(TARGET_PROBLEMS), ...OTHER_ENDS]) {
    expect(Object.keys(END_TEXTS)).toContain(reason);
  }
  expect(endTextOf('not-known-yet', '')).not.toEqual(endTextOf('not-known-yet', 'what the client saw'));
});

describe.runIf(requirePeers('chromium'))('the card of an end', () => {
  let folder: string;
  let browser: Browser;
  let server: TestServer;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'witness-desktop-ends-'));
    const root = new URL('../../viewer', import.meta.url).pathname;
    await build({ root, logLevel: 'warn', plugins: [WITHOUT_CLIENT], build: { outDir: folder } });
    [browser, server] = await Promise.all([launchBrowser(), startTestServer(folder, {} as RecordingStore)]);
    server.world.ticket = TICKET;
    server.world.sessions = [{ ...ENDED, endReason: 'client-disconnected' }];
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await openDesktop(context, server.url);
  });
  afterAll(async () => {
    await context.close();
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The session that is asked for next is over at once: with these facts. */
  const end = async (facts: Partial<SessionInfo>, again: RegExp = /Connect again|Try again/): Promise<void> => {
    server.world.sessions = [{ ...ENDED, ...facts }];
    await page.getByRole('button', { name: again }).click();
  };
  const card = (title: string) => page.getByRole('heading', { name: title, exact: true });

  it('says what happened and what to do, for every reason, on wide and narrow windows', async () => {
    for (const [reason, { title, detail, remedy }] of Object.entries(END_TEXTS)) {
      await end({ endReason: reason });
      await card(title).waitFor();
      // Whoever uses a screen reader is told.
      await expect.poll(() => card(title).evaluate((heading) => heading === document.activeElement)).toBe(true);
      await page.getByText(detail, { exact: true }).waitFor();
      await page.getByText(remedy, { exact: true }).waitFor();
      await page.setViewportSize({ width: 390, height: 900 });
      const cut = await page.evaluate(
        () => [...document.querySelectorAll('body *')].filter((each) => each.scrollWidth > each.clientWidth + 1).length,
      );
      expect({ reason, cut }).toEqual({ reason, cut: 0 });
      await keepPicture(page, reason);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
  });

  it('is fit to look at when a reason has no words, when the session waits, and when the longest words are on it', async () => {
    const longest = Object.entries(END_TEXTS).toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a))[0];
    await end({ endReason: longest?.[0] ?? '' });
    await card(longest?.[1].title ?? '').waitFor();
    await look(page, 'desktop-end-longest');
    await end({ endReason: 'not-known-yet' });
    await card('The connection has ended').waitFor();
    await look(page, 'desktop-end-unknown');
    await end({ state: 'client-lost', endReason: null });
    await page.getByText('The connection was lost. Connecting again…').waitFor();
    await look(page, 'desktop-connecting-again');
    await card('The connection was lost').waitFor();
    await look(page, 'desktop-end-waiting');
    await end({ endReason: 'session-over' }, /Reconnect/);
    await card('The session is over').waitFor();
  });

  it('is fit to look at when there will be no session, with what the gateway says of it', async () => {
    await page.route('**/api/v1/sessions', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(REFUSED) }),
    );
    await end({ endReason: null });
    await card(`${TARGET} was not connected`).waitFor();
    await page.getByText(REFUSED.remedy).waitFor();
    await look(page, 'desktop-refused');
    await page.unroute('**/api/v1/sessions');
    await page.route('**/api/v1/sessions', (route) => route.abort());
    await end({ endReason: null });
    await page.getByText('The request did not get an answer.').waitFor();
    await look(page, 'desktop-no-answer');
    await page.unroute('**/api/v1/sessions');
    await end({ endReason: 'client-disconnected' });
    await card('You have disconnected').waitFor();
  });

  it('is fit to look at when a tab has forgotten what it was for', async () => {
    const lost = await context.newPage();
    await lost.goto(`${server.url}/desktop.html`);
    await lost.getByRole('link', { name: 'Open the portal' }).waitFor();
    await look(lost, 'desktop-forgotten');
    await lost.close();
  });
});

/** A build with an RDP client that connects to nothing. */
const WITHOUT_CLIENT: Plugin = {
  name: 'without-client',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/remote-desktop.js') ? '\0no-client' : null),
  load: (id) =>
    id === '\0no-client'
      ? 'export const connectRemoteDesktop = () => Promise.reject(new Error("nobody answers"));'
      : null,
};

const lengthOf = ({ title, detail, remedy }: EndText): number => title.length + detail.length + remedy.length;

const TICKET: SessionCreated = {
  sessionId: ID,
  expiresAt: '2026-01-01T12:01:00.000Z',
  recorded: true,
  routingToken: 'witness-none',
  channels: [],
  oneTime: null,
  xfreerdp: '',
  rdpFile: '',
};

const ENDED: SessionInfo = {
  id: ID,
  userName: 'ada',
  targetName: TARGET,
  targetAddress: '192.0.2.7:3389',
  connectionMethod: 'portal',
  authenticationMethod: 'password',
  state: 'ended',
  recording: 'finished',
  clientAddress: '192.0.2.10',
  createdAt: '2026-01-01T12:00:00.000Z',
  startedAt: '2026-01-01T12:00:01.000Z',
  endedAt: '2026-01-01T12:05:00.000Z',
  durationMs: 299_000,
  endReason: null,
  gapCount: 0,
  videoBytes: 0,
};

const REFUSED = {
  type: 'urn:witness:problem:policy-denied',
  title: 'Policy does not allow this session',
  status: 403,
  detail: 'An RDP session in the portal with Microsoft Entra ID cannot be recorded, and recording is required.',
  remedy: 'Connect with a native client, choose another authentication method, or have an operator turn recording off.',
};

const LAUNCH = {
  kind: 'witness-desktop-launch',
  launch: {
    targetName: TARGET,
    targetAddress: '192.0.2.7',
    request: { connectionMethod: 'portal', authenticationMethod: 'password' },
    userName: 'ada',
    password: 'any',
    domain: '',
  },
};

/** A desktop's tab, as a page of the portal opens it. What it waits for in fractions of a second, it hardly waits for. */
async function openDesktop(context: BrowserContext, url: string): Promise<Page> {
  await context.addInitScript(() => {
    const wait = window.setTimeout.bind(window);
    const soon = (work: TimerHandler, ms = 0, ...more: unknown[]): number =>
      wait(work, ms < 1000 ? ms / 50 : ms, ...more);
    Object.assign(window, { setTimeout: soon });
  });
  const opener = await context.newPage();
  await opener.goto(`${url}/connect`);
  const [page] = await Promise.all([
    context.waitForEvent('page'),
    opener.evaluate((launch) => {
      const tab = window.open('/desktop.html');
      window.addEventListener('message', ({ source }) => {
        if (source === tab) tab?.postMessage(launch, location.origin);
      });
    }, LAUNCH),
  ]);
  await page.getByRole('button', { name: 'Connect again' }).waitFor({ timeout: 60_000 });
  return page;
}

/** In the folder that WITNESS_TEST_PICTURES names, in both colour schemes and widths. */
async function keepPicture(page: Page, reason: string): Promise<void> {
  const folder = process.env['WITNESS_TEST_PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: path.join(folder, `desktop-end-${reason}-${width}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: null });
}
