/** The built viewer on the real server, and a person in Chromium who signs in there. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { build } from 'vite';
import type { Role } from '../../../src/contract/api.js';
import type { IdentityOptions } from '../../../src/identity/identity.js';
import { type HttpBench, makeHttpBench } from '../../http/bench.js';
import { collectComplaints, launchBrowser } from './browser.js';

/** What is there while a test runs; a test that reads anything sooner gets an error. */
export class GatewayPages {
  bench!: HttpBench;
  url!: string;
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  /** What the page complained about so far. */
  complaints!: string[];
  readonly #viewerFolder: () => string;

  constructor(viewerFolder: () => string) {
    this.#viewerFolder = viewerFolder;
  }

  /** Starts the server, anew for each test. */
  async serve(identity: Partial<IdentityOptions> = {}, port = 0): Promise<void> {
    this.bench = await makeHttpBench({ viewerFolder: this.#viewerFolder() }, identity);
    await this.bench.app.listen({ host: '127.0.0.1', port });
    this.url = `https://127.0.0.1:${(this.bench.app.server.address() as AddressInfo).port}`;
  }

  /** A one-time link of a person, who is made when there is none of that name. */
  async linkOf(userName: string, roles: readonly Role[], displayName = userName): Promise<string> {
    const { bench, url } = this;
    const user =
      (await bench.database.users.getByName(userName)) ??
      (await bench.identity.createUser(userName, displayName, roles));
    return `${url}/sign-in#token=${await bench.identity.issueLink(user.id)}`;
  }

  /** Ada signs in, and sees the sessions. */
  async signIn(...roles: Role[]): Promise<void> {
    await this.page.goto(await this.linkOf('ada', roles, 'Ada Lovelace'));
    await this.sessionsShown();
  }

  sessionsShown(): Promise<void> {
    return this.page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
  }

  rowOf(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Chooses in the select of the open dialog. */
  async choose(label: RegExp, value: string): Promise<void> {
    await this.dialog().getByLabel(label).selectOption(value);
  }
}

/** Builds the viewer and starts the browser once for the tests of a file, with a fresh context and page for each. */
export function useGatewayPages(): GatewayPages {
  // A browser on a busy machine takes its time.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
  let folder = '';
  const pages = new GatewayPages(() => folder);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'witness-pages-'));
    const root = new URL('../../../viewer', import.meta.url).pathname;
    await build({ root, logLevel: 'warn', build: { outDir: folder } });
    pages.browser = await launchBrowser();
  });
  afterAll(async () => {
    await pages.browser.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    pages.context = await pages.browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    pages.page = await pages.context.newPage();
    pages.complaints = collectComplaints(pages.page);
  });
  afterEach(() => pages.context.close());
  return pages;
}
