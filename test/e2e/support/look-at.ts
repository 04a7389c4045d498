/** Looks at a page as people do who see little or use no mouse: axe-core, two widths, both colour schemes. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly where: readonly string[];
}

/** The page's context has to be made with `bypassCSP`: axe is a script that the page does not allow. */
export async function lookAt(page: Page, name: string): Promise<void> {
  const folder = process.env['WITNESS_TEST_PICTURES'];
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const source = await readFile(AXE, 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect({ name, width, sticksOut: Math.max(0, sticksOut) }).toEqual({ name, width, sticksOut: 0 });
      if (folder !== undefined) {
        await page.screenshot({ path: path.join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      await page.evaluate(source);
      const findings = await page.evaluate(async () => {
        const axe = (window as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } }).axe;
        interface AxeViolation {
          readonly id: string;
          readonly impact: string | null;
          readonly nodes: readonly { readonly html: string }[];
        }
        const { violations } = await axe.run();
        return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ html }) => html) }));
      });
      const serious = findings.filter(({ impact }: Finding) => impact === 'serious' || impact === 'critical');
      expect({ name, colorScheme, width, serious }).toEqual({ name, colorScheme, width, serious: [] });
    }
  }
}
