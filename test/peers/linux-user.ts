/**
 * A Linux user for xrdp, which lets nobody else in: made with a random password, removed after the tests. The name
 * holds the id of the test process, so that users of a run that was killed are recognised and removed by the next.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rm } from 'node:fs/promises';
import type { Lab } from './lab.js';
import { isAlive, listProcesses } from './processes.js';
import { waitFor } from './wait.js';

const NAME = /^wlab(\d+)x[0-9a-f]+$/;
const LOCKED = /cannot lock|try again later/;

export interface LinuxUser {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  readonly home: string;
}

export async function createLinuxUser(lab: Lab): Promise<LinuxUser> {
  await removeUsersOfDeadRuns();
  const name = `wlab${process.pid}x${randomBytes(3).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const home = lab.scratch('home');
  await changeUsers('useradd', ['--no-create-home', '--home-dir', home, '--shell', '/bin/sh', name]);
  const entry = (await users()).find((user) => user.name === name);
  if (entry === undefined) throw new Error(`useradd did not make ${name}`);
  lab.onClose(() => removeUser(name, entry.uid));
  await changeUsers('chpasswd', [], `${name}:${password}\n`);
  await chown(home, entry.uid, entry.uid);
  return { name, password, uid: entry.uid, home };
}

async function removeUser(name: string, uid: number): Promise<void> {
  await waitFor(`the processes of ${name} to end`, () => {
    const left = listProcesses().filter((entry) => entry.uid === uid);
    for (const { pid } of left) killIfThere(pid);
    return left.length === 0;
  });
  await changeUsers('userdel', ['--force', name]);
  await rm(`/var/mail/${name}`, { force: true });
}

async function removeUsersOfDeadRuns(): Promise<void> {
  for (const { name, uid } of await users()) {
    const owner = NAME.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await removeUser(name, uid).catch(() => undefined);
  }
}

async function users(): Promise<{ name: string; uid: number }[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines.map((line) => line.split(':')).map(([name = '', , uid]) => ({ name, uid: Number(uid) }));
}

/** The user tools give up at once while another process holds their lock: then tries again. */
async function changeUsers(command: string, args: readonly string[], input = ''): Promise<void> {
  await waitFor(`${command} to get the lock of /etc/passwd`, async () => {
    const failure = await runWithInput(command, args, input);
    if (failure === undefined) return true;
    if (!LOCKED.test(failure)) throw new Error(`${command}: ${failure}`);
    return false;
  });
}

/** Resolves with what the command complained of, or undefined when it succeeded. */
async function runWithInput(command: string, args: readonly string[], input: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LANG: 'C.UTF-8' } },
      (error, _stdout, stderr) => resolve(error === null ? undefined : stderr || error.message),
    );
    child.stdin?.end(input);
  });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}
