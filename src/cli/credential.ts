/**
 * `witness credential set|clear|list`: credentials of targets, in the gateway's data, beside the running gateway or without
 * one. A password comes from standard input alone: arguments can be read by everybody on the machine.
 */
import type { AuditLog } from '../audit/audit-log.js';
import type { TargetId } from '../contract/ids.js';
import { targetId } from '../contract/ids.js';
import { openTargetCredentials } from '../gateway/composition/credentials.js';
import type { TargetCredentials } from '../gateway/credentials/target-credentials.js';
import { withCommandsChain } from './commands-chain.js';
import { type OpenData, openData } from './open-data.js';
import { loadSettings } from './settings.js';

export interface SetCredential {
  readonly user: string;
  readonly domain: string;
  readonly restrictedAdmin: boolean;
}

const ACTOR = 'command-line';
const MAX_PASSWORD_BYTES = 1024;

export async function runSetCredential(nameOrId: string, options: SetCredential): Promise<void> {
  const { user: userName, domain, restrictedAdmin } = options;
  if (userName === '') throw new Error('--user is empty; give the user name at the target');
  const password = await readPassword();
  await withCredentials(async (targets, data) => {
    const target = await findTarget(data, nameOrId);
    await targets.set(ACTOR, target, { userName, domain, restrictedAdmin }, password);
    print(`The credential of ${target.name} is stored.`);
  });
}

export async function runClearCredential(nameOrId: string): Promise<void> {
  await withCredentials(async (targets, data) => {
    const target = await findTarget(data, nameOrId);
    const cleared = await targets.clear(ACTOR, target);
    if (!cleared) throw new Error(`${target.name} has no credential`);
    print(`The credential of ${target.name} is removed.`);
  });
}

export async function runListCredentials(): Promise<void> {
  await withCredentials(async (targets, { database }) => {
    const names = new Map((await database.targets.list()).map(({ id, name }) => [id, name]));
    for (const one of await targets.list()) {
      const account = one.domain === '' ? one.userName : `${one.domain}\\${one.userName}`;
      const mode = one.restrictedAdmin ? ', restricted admin' : '';
      const since = new Date(one.updatedAtMs).toISOString();
      print(`${names.get(one.targetId) ?? one.targetId}: ${account} (${one.store}${mode}), since ${since}`);
    }
  });
}

async function withCredentials(work: (targets: TargetCredentials, data: OpenData) => Promise<void>): Promise<void> {
  const settings = await loadSettings();
  const data = await openData(settings);
  try {
    await withCommandsChain(settings, data, async (audit: AuditLog) =>
      work(await openTargetCredentials(settings, data.database, audit), data),
    );
  } finally {
    await data.close();
  }
}

async function findTarget({ database }: OpenData, nameOrId: string): Promise<{ id: TargetId; name: string }> {
  const target = (await database.targets.getByName(nameOrId)) ?? (await database.targets.get(targetId(nameOrId)));
  if (target === null) throw new Error(`there is no target "${nameOrId}"; the page and GET /api/v1/targets list them`);
  return target;
}

/** The first line of standard input; at a terminal it is not shown. */
async function readPassword(): Promise<Buffer> {
  const { stdin } = process;
  const terminal = stdin.isTTY;
  if (terminal) {
    process.stderr.write('Password: ');
    stdin.setRawMode(true);
  }
  try {
    const password = await readLine(stdin, terminal);
    if (password.length === 0) throw new Error('the password is empty; give it as a line on standard input');
    return password;
  } finally {
    if (terminal) {
      stdin.setRawMode(false);
      process.stderr.write('\n');
    }
    stdin.pause();
  }
}

const LINE_END = new Set([0x0a, 0x0d]);
const CTRL_C = 0x03;
const BACKSPACES = new Set([0x08, 0x7f]);

async function readLine(stdin: AsyncIterable<Buffer>, terminal: boolean): Promise<Buffer> {
  const bytes: number[] = [];
  for await (const chunk of stdin) {
    for (const byte of chunk) {
      if (LINE_END.has(byte)) return Buffer.from(bytes);
      if (terminal && byte === CTRL_C) throw new Error('nothing was stored');
      if (terminal && BACKSPACES.has(byte)) dropCharacter(bytes);
      else bytes.push(byte);
    }
    if (bytes.length > MAX_PASSWORD_BYTES) throw new Error(`a password has at most ${MAX_PASSWORD_BYTES} bytes`);
  }
  return Buffer.from(bytes);
}

/** In UTF-8 a character is one byte that begins it and some that go on with it. */
function dropCharacter(bytes: number[]): void {
  let last = bytes.pop();
  while (last !== undefined && (last & 0xc0) === 0x80) last = bytes.pop();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
