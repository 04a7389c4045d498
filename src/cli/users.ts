/**
 * `witness users list|create|link|disable|enable`: people, in the gateway's data, beside the running gateway or without one.
 * It is the way back in for who has the machine, whatever became of the administrators.
 */
import { type Role, ROLES, type SignInLink, type UserInfo } from '../contract/api.js';
import type { Settings } from '../gateway/config/settings.js';
import { Identity } from '../identity/identity.js';
import type { UserChangeRefusal, UserResult } from '../identity/user-administration.js';
import { isDisplayName, isUserName, normaliseUserName } from '../identity/user-names.js';
import { withCommandsChain } from './commands-chain.js';
import { openData } from './open-data.js';
import { loadSettings } from './settings.js';

export interface CreateUser {
  readonly name?: string;
  readonly role: readonly string[];
}

const ACTOR = 'command-line';

const REFUSALS: { readonly [reason in UserChangeRefusal]: string } = {
  unknown: 'there is nobody with this user name; "witness users list" shows everybody',
  'name-taken': 'somebody has this user name already',
  'last-administrator': 'this is the last administrator; make somebody else one first',
  external: 'the identity provider signs this person in; links and passwords are for local accounts',
  disabled: 'the person is disabled; "witness users enable" comes first',
};

export async function runListUsers(): Promise<void> {
  await withUsers(async ({ administration }) => {
    for (const user of await administration.list()) print(describe(user));
  });
}

export async function runCreateUser(userName: string, options: CreateUser): Promise<void> {
  const { name: displayName = userName } = options;
  const roles = options.role.map(roleOf);
  if (!isUserName(normaliseUserName(userName))) throw new Error('a user name has 1 to 100 characters and no blanks');
  if (!isDisplayName(displayName)) throw new Error('a name has 1 to 100 characters');
  await withUsers(async ({ administration }, settings) => {
    printLink(valueOf(await administration.create({ userName, displayName, roles }, ACTOR)), settings);
  });
}

export async function runLinkUser(userName: string, { reset }: { readonly reset: boolean }): Promise<void> {
  await withUsers(async ({ administration }, settings) => {
    const { id } = await find(administration, userName);
    printLink(valueOf(await administration.issueLink(id, reset, ACTOR)), settings);
  });
}

export async function runDisableUser(userName: string, disabled: boolean): Promise<void> {
  await withUsers(async ({ administration }) => {
    const { id } = await find(administration, userName);
    print(describe(valueOf(await administration.update(id, { disabled }, ACTOR))));
  });
}

async function withUsers(work: (identity: Identity, settings: Settings) => Promise<void>): Promise<void> {
  const settings = await loadSettings();
  const data = await openData(settings);
  try {
    await withCommandsChain(settings, data, async (audit) =>
      work(new Identity({ database: data.database, audit, clock: Date.now }), settings),
    );
  } finally {
    await data.close();
  }
}

async function find(administration: Identity['administration'], userName: string): Promise<UserInfo> {
  const wanted = normaliseUserName(userName);
  const user = (await administration.list()).find((one) => one.userName === wanted);
  if (user === undefined) throw new Error(REFUSALS.unknown);
  return user;
}

function roleOf(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) throw new Error(`there is no role "${text}"; roles: ${ROLES.join(', ')}`);
  return role;
}

function valueOf<Value>(result: UserResult<Value>): Value {
  if (result.kind === 'refused') throw new Error(REFUSALS[result.reason]);
  return result.value;
}

function describe(user: UserInfo): string {
  const way = user.external ? 'identity provider' : user.hasPassword ? 'password' : 'one-time link';
  const seen = user.lastSignInAt === null ? 'never signed in' : `last signed in ${user.lastSignInAt}`;
  const roles = user.roles.length === 0 ? 'no role' : user.roles.join(', ');
  return `${user.userName}: ${roles}; ${way}; ${seen}${user.disabled ? '; disabled' : ''}`;
}

function printLink({ user, token, expiresAt }: SignInLink, { publicHost, httpPort }: Settings): void {
  const address = httpPort === 0 ? '' : new URL(`https://${publicHost}:${httpPort}`).origin;
  print(`${user.userName} signs in once with this link, until ${expiresAt}:`);
  print(`${address}/sign-in#token=${token}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
