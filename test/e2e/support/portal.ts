/** A person at the portal: signs in, chooses a machine, and works on its desktop in a tab of Debian's Chromium. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { SessionId } from '../../../src/contract/ids.js';
import type { Raster } from '../../pixels/raster.js';
import { collectComplaints, launchBrowser } from '../../viewer/support/browser.js';
import type { Lab } from '../../peers/lab.js';
import { waitFor } from '../../peers/wait.js';
import type { GatewayProcess } from './gateway-process.js';

/** The client looks at the clipboard now and then. One that changes meanwhile is a complaint, and read at the next look. */
const CLIPBOARD_CHANGED = /^Clipboard monitoring error: InvalidStateError: .*: Clipboard data has changed/;
/** A machine under load takes its time. */
export const DESKTOP_TIMEOUT_MS = 40_000;

export interface PortalDesktop {
  readonly page: Page;
  readonly sessionId: SessionId;
  /** Routing token of the session: what must be in no log. */
  readonly ticket: string;
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

export class PortalPerson {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[] = [];
  readonly #origin: string;

  private constructor(browser: Browser, context: BrowserContext, page: Page, origin: string) {
    this.browser = browser;
    this.context = context;
    this.page = page;
    this.#origin = origin;
  }

  /** @param port the gateway's web server, or of something between @param bypassCSP pages are looked at with axe @param cookie of whoever it is */
  static async signIn(
    lab: Lab,
    gateway: GatewayProcess,
    port = gateway.httpPort,
    bypassCSP = false,
    cookie = gateway.api.cookie,
  ): Promise<PortalPerson> {
    const browser = await launchBrowser();
    lab.onClose(() => browser.close());
    const origin = `https://127.0.0.1:${port}`;
    const viewport = { width: 1024, height: 768 };
    const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP, viewport });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    const [name = '', value = ''] = (cookie ?? '').split('=');
    await context.addCookies([{ name, value, domain: '127.0.0.1', path: '/', secure: true, httpOnly: true }]);
    const page = await context.newPage();
    const person = new PortalPerson(browser, context, page, origin);
    context.on('page', (opened) => person.complaints.push(...watched(opened, person.complaints)));
    watched(page, person.complaints);
    return person;
  }

  open(path: string): Promise<unknown> {
    return this.page.goto(this.#origin + path);
  }

  /** Chooses a machine in the portal and connects; resolves when its desktop is in a tab. */
  async connect(target: string, credentials: Credentials): Promise<PortalDesktop> {
    await this.open('/connect');
    await this.page.getByRole('radio', { name: new RegExp(target) }).check();
    return this.#enter(credentials);
  }

  /** Types an address of this machine in place of choosing one. */
  async connectByAddress(port: number, credentials: Credentials): Promise<PortalDesktop> {
    await this.open('/connect');
    await this.lookUp(port);
    return this.#enter(credentials);
  }

  /** Opens a shareable link, and connects where it leads. */
  async connectByLink(link: string, credentials: Credentials): Promise<PortalDesktop> {
    await this.page.goto(link);
    return this.#enter(credentials);
  }

  async lookUp(port: number): Promise<void> {
    await this.page.getByRole('radio', { name: /by IP address/ }).check();
    await this.page.getByLabel('IP address', { exact: true }).fill('127.0.0.1');
    await this.page.getByLabel('Port', { exact: true }).fill(String(port));
    await this.page.getByRole('button', { name: 'Look it up' }).click();
  }

  async #enter(credentials: Credentials): Promise<PortalDesktop> {
    await this.page.getByLabel('User name', { exact: true }).fill(credentials.user);
    await this.page.getByLabel('Password', { exact: true }).fill(credentials.password);
    const notice = this.page.getByRole('checkbox', { name: /recorded/ });
    if ((await notice.count()) > 0) await notice.check();
    const [page, response] = await Promise.all([
      this.context.waitForEvent('page'),
      this.context.waitForEvent('response', (answer) => answer.url().endsWith('/api/v1/sessions')),
      this.page.getByRole('button', { name: 'Connect', exact: true }).click(),
    ]);
    const { sessionId, routingToken } = (await response.json()) as { sessionId: SessionId; routingToken: string };
    await page.getByRole('button', { name: 'Disconnect' }).waitFor({ timeout: DESKTOP_TIMEOUT_MS });
    return { page, sessionId, ticket: routingToken };
  }
}

function watched(page: Page, complaints: string[]): string[] {
  const found = collectComplaints(page);
  const { push } = found;
  // What is found later goes to the person's list.
  found.push = (...texts) => {
    complaints.push(...texts.filter((text) => !CLIPBOARD_CHANGED.test(text)));
    return push.apply(found, texts);
  };
  return [];
}

/** What the desktop's canvas shows. */
export async function canvasPicture(page: Page): Promise<Raster> {
  const { width, height, base64 } = await page.evaluate(() => {
    const shown = document.querySelector('iron-remote-desktop')?.shadowRoot?.querySelector('canvas') ?? null;
    const copy = document.createElement('canvas');
    const context = copy.getContext('2d', { willReadFrequently: true });
    if (shown === null || context === null) throw new Error(`no desktop: ${document.body.innerText}`);
    [copy.width, copy.height] = [shown.width, shown.height];
    context.drawImage(shown, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let text = '';
    for (let at = 0; at < data.length; at += 4) {
      text += String.fromCharCode(data[at + 2] ?? 0, data[at + 1] ?? 0, data[at] ?? 0, 0);
    }
    return { width: copy.width, height: copy.height, base64: btoa(text) };
  });
  return { width, height, data: Buffer.from(base64, 'base64') };
}

/** Waits until the canvas shows what `is` asks for; gives the picture. Rejects with what the page says instead. */
export async function waitForPicture(page: Page, what: string, is: (picture: Raster) => boolean): Promise<Raster> {
  let seen: unknown = 'a picture';
  const look = async () => {
    try {
      const picture = await canvasPicture(page);
      if (is(picture)) return picture;
      seen = `a picture of ${picture.width} x ${picture.height}`;
    } catch (error) {
      seen = error;
    }
    return undefined;
  };
  try {
    return await waitFor(what, look, DESKTOP_TIMEOUT_MS);
  } catch (error) {
    throw new Error(`no ${what}, but ${String(seen)}`, { cause: error });
  }
}

/** Moves the pointer to a place of the remote desktop; clicks there when asked to. */
export async function pointAt(page: Page, x: number, y: number, click = false): Promise<void> {
  const box = await page.locator('iron-remote-desktop canvas').boundingBox();
  const size = await page.locator('iron-remote-desktop canvas').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    return { width, height };
  });
  if (box === null) throw new Error('no desktop');
  const [atX, atY] = [box.x + (x / size.width) * box.width, box.y + (y / size.height) * box.height];
  await page.mouse.move(atX, atY);
  if (click) await page.mouse.click(atX, atY);
}
