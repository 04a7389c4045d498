import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const REPORTER = new URL('./closing-line-reporter.ts', import.meta.url).pathname;

/** Runs vitest itself on a suite of one file: what matters is what its output ends with. */
describe('the closing line of a test run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(ROOT, 'node_modules/.witness-reporter-')); // from here the suite finds vitest
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (suite: string) => {
    writeFileSync(join(folder, 'one.test.ts'), `import { beforeAll, describe, expect, it } from 'vitest';\n${suite}`);
    writeFileSync(
      join(folder, 'vitest.config.ts'),
      `export default { root: ${JSON.stringify(folder)}, test: {
        include: ['*.test.ts'], exclude: [], reporters: ['default', ${JSON.stringify(REPORTER)}] } };`,
    );
    const command = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const { status, stdout } = spawnSync(process.execPath, [command, 'run', '--root', folder], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
      timeout: 20_000,
    });
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
  };

  it('counts what passed and failed, and not what was skipped', () => {
    const suite = `it('a', () => {}); it('b', () => {}); it('c', () => expect(1).toBe(2)); it.skip('d', () => {});`;
    expect(run(suite)).toEqual({ status: 1, lastLine: '2 passed, 1 failed' });
    expect(run(`it('a', () => {}); it.skip('d', () => {});`)).toEqual({ status: 0, lastLine: '1 passed, 0 failed' });
  });

  it('counts a hook that fails, a file that does not load and an error outside tests as failures', () => {
    const hook = `it('a', () => {}); describe('s', () => { beforeAll(() => { throw new Error('no'); }); it('b', () => {}); });`;
    expect(run(hook)).toEqual({ status: 1, lastLine: '1 passed, 1 failed' });
    expect(run(`it('a', () => {}); throw new Error('no');`)).toEqual({ status: 1, lastLine: '0 passed, 1 failed' });
    const outside = `it('a', async () => { void Promise.reject(new Error('no')); await new Promise((r) => setTimeout(r, 50)); });`;
    expect(run(outside)).toEqual({ status: 1, lastLine: '1 passed, 1 failed' });
  });
});
