/** A page as people see it: wide and narrow, light and dark. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import AxeSource from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/**
 * Nothing sticks out of the window or of a dialog, and axe finds nothing, in two widths and both colour schemes. Pictures
 * are kept for a person in the folder that WITNESS_TEST_PICTURES names.
 */
export async function look(page: Page, name: string): Promise<void> {
  await lookWith(page, name, async () => ({
    sticksOut: await page.evaluate(pixelsTooWide),
    faults: await axeFaults(page),
  }));
}

/** The same without axe, for tests that have no time for it. */
export async function glance(page: Page, name: string): Promise<void> {
  await lookWith(page, name, async () => ({ sticksOut: await page.evaluate(pixelsTooWide), faults: [] }));
}

interface Findings {
  readonly sticksOut: number;
  readonly faults: readonly string[];
}

async function lookWith(page: Page, name: string, find: () => Promise<Findings>): Promise<void> {
  const pictures = process.env['WITNESS_TEST_PICTURES'];
  if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const where = { name, width, colorScheme };
      expect({ ...where, ...(await find()) }).toEqual({ ...where, sticksOut: 0, faults: [] });
      if (pictures === undefined) continue;
      await page.screenshot({ path: path.join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Runs in the page. */
function pixelsTooWide(): number {
  const dialogs = [...document.querySelectorAll('dialog[open]')].map((one) => one.scrollWidth - one.clientWidth);
  return Math.max(document.documentElement.scrollWidth - window.innerWidth, ...dialogs);
}

async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(AxeSource.source);
  return page.evaluate(async () => {
    const axe: unknown = Reflect.get(window, 'axe');
    const { violations } = await (axe as typeof AxeSource).run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
