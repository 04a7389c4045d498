import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = new URL('./install-packages.sh', import.meta.url).pathname;

/** The script with apt, dpkg and id replaced by stand-ins in front of the PATH, and policy-rc.d in a scratch folder. */
describe.runIf(process.platform === 'linux')('the installation of test packages', () => {
  let folder: string;
  let policy: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'witness-setup-'));
    policy = join(folder, 'policy-rc.d');
    program('id', 'echo 0');
    program('dpkg-query', 'for name; do :; done; case $name in there) echo installed;; *) exit 1;; esac');
    program('apt-get', `echo "$*" >>${folder}/apt.log; cp -p ${policy} ${folder}/policy-seen; exit "\${APT_EXIT:-0}"`);
    writeFileSync(join(folder, 'list'), '# comment\nx  absent\ny  there\nz  absent\n/a/*/b  gone\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const program = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const environment = (extra: Record<string, string> = {}) => ({
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    POLICY_RC_D: policy,
    ...extra,
  });
  const run = (extra: Record<string, string> = {}) =>
    spawnSync('bash', [SCRIPT, join(folder, 'list')], { encoding: 'utf8', env: environment(extra) });
  const aptLog = () => (existsSync(join(folder, 'apt.log')) ? readFileSync(join(folder, 'apt.log'), 'utf8') : '');

  it('installs exactly what is missing, while services may not start', () => {
    expect(run().status).toBe(0);
    expect(aptLog()).toMatch(/--no-install-recommends install absent gone\n$/);
    const seen = spawnSync(join(folder, 'policy-seen'), ['postgresql', 'start']);
    expect(seen.status).toBe(101);
    expect(existsSync(policy)).toBe(false);
  });

  it.each([['0'], ['100']])('puts the policy back as it was when apt exits with %s', (code) => {
    program('policy-rc.d', 'exit 7');
    chmodSync(policy, 0o750);
    expect(run({ APT_EXIT: code }).status === 0).toBe(code === '0');
    expect(readFileSync(policy, 'utf8')).toBe('#!/bin/sh\nexit 7\n');
    expect(statSync(policy).mode & 0o777).toBe(0o750);
    expect(spawnSync(join(folder, 'policy-seen')).status).toBe(101);
  });

  it('puts the policy back when it is interrupted', async () => {
    program('apt-get', `echo started >>${folder}/apt.log; sleep 1`);
    program('policy-rc.d', 'exit 7');
    const child = spawn('bash', [SCRIPT, join(folder, 'list')], { env: environment(), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (aptLog() === '') await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(readFileSync(policy, 'utf8')).toBe('#!/bin/sh\nexit 7\n');
  });

  it('recovers from a run that was killed', () => {
    program('apt-get', 'kill -9 $PPID');
    program('policy-rc.d', 'exit 7');
    run();
    expect(readFileSync(policy, 'utf8')).not.toContain('exit 7');
    program('apt-get', 'exit 0');
    expect(run().status).toBe(0);
    expect(readFileSync(policy, 'utf8')).toBe('#!/bin/sh\nexit 7\n');
  });

  it('does nothing where all is there', () => {
    writeFileSync(join(folder, 'list'), 'y  there\n');
    program('id', 'echo 1000');
    expect(run()).toMatchObject({ status: 0, stdout: 'test:setup: all packages of list are installed\n' });
    expect(aptLog()).toBe('');
  });

  it('says without root what it would install, and how', () => {
    program('id', 'echo 1000');
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toMatch(/needs root to install: absent gone\. Run: sudo bash .*install-packages\.sh/);
    expect(aptLog()).toBe('');
  });
});
