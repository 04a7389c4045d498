import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Role } from '../../src/contract/api.js';
import type { Identity } from '../../src/identity/identity.js';
import { knownBrowser, KNOWN_BROWSER_LIFETIME_MS, markBrowser } from '../../src/identity/known-browser.js';
import { BusyError, OneAtATime } from '../../src/identity/one-at-a-time.js';
import { hashOfNobody, hashPassword, isOutdated, isPassword, PASSWORD_COST } from '../../src/identity/password-hash.js';
import { passwordFault } from '../../src/identity/password-rules.js';
import { userId } from '../../src/contract/ids.js';
import { DAY_MS, FAST, MINUTE_MS, useIdentityBench } from './bench.js';

// What it does is as it is; how often it is asked can be seen.
vi.mock('../../src/identity/password-hash.js', async (original) => {
  const real = await original<typeof import('../../src/identity/password-hash.js')>();
  return { ...real, isPassword: vi.fn(real.isPassword) };
});

const PASSWORD = 'correct horse battery staple';
const OTHER = 'a quite different password';
const CLIENT = { address: '198.51.100.4', userAgent: 'test', browserMark: '' };
const FOE = { address: '203.0.113.9', userAgent: 'test', browserMark: '' };
const LOCK_OUT = { failures: 3, windowMs: 15 * MINUTE_MS, lockedMs: 15 * MINUTE_MS };
const bench = useIdentityBench();

/** A person who followed their first link, with the secret of that web session. */
async function newcomer(identity: Identity, userName = 'ada', roles: readonly Role[] = ['user']) {
  const { id } = await identity.createUser(userName, userName, roles);
  const result = await identity.signIn(await identity.issueLink(id), CLIENT.address);
  if (result.kind !== 'signed-in') throw new Error(`sign-in was ${result.kind}`);
  return result;
}

async function withPassword(identity: Identity, userName = 'ada', roles: readonly Role[] = ['user']) {
  const { user, secret } = await newcomer(identity, userName, roles);
  const set = await identity.passwords.change(user, secret, { current: null, next: PASSWORD }, CLIENT.address);
  expect(set).toEqual({ kind: 'changed' });
  return { user, secret };
}

test('a hash holds for its password only, names its parameters, and no two are the same', async () => {
  const hash = await hashPassword(PASSWORD);
  expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await isPassword(PASSWORD, hash)).toBe(true);
  expect(await isPassword(`${PASSWORD} `, hash)).toBe(false);
  expect(await hashPassword(PASSWORD, FAST)).not.toBe(await hashPassword(PASSWORD, FAST));
  expect(await isPassword(PASSWORD, hashOfNobody(FAST))).toBe(false);
  expect([isOutdated(hash), isOutdated(hash, FAST), isOutdated(hashOfNobody())]).toEqual([false, true, false]);
});

test('passwords are the same however their characters were composed', async () => {
  const hash = await hashPassword('caf\u00E9 au lait bitte', FAST);
  expect(await isPassword('cafe\u0301 au lait bitte', hash)).toBe(true);
});

test('a damaged or unaffordable hash is no password of anybody', async () => {
  const tail = `$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  const texts = [
    '',
    'x',
    `$scrypt$ln=15,r=8,p=3${tail}x`,
    `$scrypt$ln=30,r=8,p=1${tail}`,
    `$scrypt$ln=0,r=8,p=1${tail}`,
  ];
  for (const text of texts) await expect(isPassword(PASSWORD, text), text).rejects.toThrow('damaged');
  const whole = await hashPassword(PASSWORD, FAST);
  for (let end = 0; end < whole.length; end++)
    await expect(isPassword(PASSWORD, whole.slice(0, end))).rejects.toThrow();
});

test('a password is long and not trivial; what is wrong is said without repeating it', () => {
  const faults = ['short', 'x'.repeat(257), 'aaaaaaaaaaaaaaaa', 'ada.lovelace', 'Ada.LovelaceAda.Lovelace1'];
  for (const password of faults) {
    const fault = passwordFault(password, 'ada.lovelace');
    expect(fault, password).toMatch(/^A password .*\.$/);
    expect(fault).not.toContain(password);
  }
  expect(passwordFault('abcdefghijkl', 'ada')).toBeNull();
  expect(passwordFault('😀😁😂🤣😃😄😅😆😉😊😋😎', 'ada')).toBeNull();
  fc.assert(
    fc.property(fc.string({ maxLength: 11, unit: 'grapheme-ascii' }), (password) => {
      expect(passwordFault(password, 'ada')).not.toBeNull();
    }),
  );
});

test('a person sets a password after the one-time link, and signs in with it from then on', async () => {
  const identity = bench.make();
  await withPassword(identity);
  const result = await identity.passwords.signIn(' ADA ', PASSWORD, CLIENT);
  if (result.kind !== 'signed-in') throw new Error(`sign-in was ${result.kind}`);
  expect(result.user).toMatchObject({ userName: 'ada', roles: ['user'] });
  expect(await identity.authenticate(result.secret)).toEqual(result.user);
  expect(bench.audited.at(-1)).toMatchObject({ kind: 'sign-in.succeeded', data: { method: 'password' } });
  const stored = await bench.database.kysely.selectFrom('passwords').selectAll().execute();
  expect(JSON.stringify([stored, bench.audited])).not.toContain(PASSWORD);
});

test('unknown, disabled, without a password, of a provider, switched off: each is refused as a wrong password is', async () => {
  const identity = bench.make();
  await withPassword(identity);
  const { user: disabled } = await withPassword(identity, 'bob');
  await bench.database.users.update(disabled.id, { disabledAtMs: bench.nowMs });
  await newcomer(identity, 'cyd');
  const { user: external } = await withPassword(identity, 'eve');
  const entry = { issuer: 'https://issuer.example', subject: 's', user_id: external.id, created_at_ms: 0 };
  await bench.database.credentials.addExternal(entry);
  const tries = [
    ['ada', OTHER],
    ['bob', PASSWORD],
    ['cyd', PASSWORD],
    ['eve', PASSWORD],
    ['nobody', PASSWORD],
    [PASSWORD, 'ada'],
  ] as const;
  for (const [name, password] of tries) {
    expect(await identity.passwords.signIn(name, password, CLIENT), name).toEqual({
      kind: 'refused',
      reason: 'password',
    });
  }
  expect(JSON.stringify(bench.audited)).not.toContain(PASSWORD);
  const switchedOff = bench.make({ localPasswords: false });
  expect((await switchedOff.passwords.signIn('ada', PASSWORD, CLIENT)).kind).toBe('refused');
});

test('checking a name that nobody has takes the work that checking a password takes', async () => {
  const identity = bench.make();
  await withPassword(identity);
  const { user: disabled } = await withPassword(identity, 'bob');
  await bench.database.users.update(disabled.id, { disabledAtMs: bench.nowMs });
  await newcomer(identity, 'cyd');
  const { users, credentials } = bench.database;
  const work = [
    vi.mocked(isPassword),
    vi.spyOn(users, 'getByName'),
    vi.spyOn(credentials, 'passwordHash'),
    vi.spyOn(credentials, 'isExternal'),
  ];
  const done: unknown[] = [];
  for (const name of ['ada', 'bob', 'cyd', 'nobody']) {
    for (const spy of work) spy.mockClear();
    expect((await identity.passwords.signIn(name, OTHER, CLIENT)).kind).toBe('refused');
    // How often each was called, and the parameters of the hash that the password was held against.
    const [, hash = ''] = vi.mocked(isPassword).mock.calls[0] ?? [];
    done.push({ calls: work.map((spy) => spy.mock.calls.length), parameters: hash.split('$')[2] });
  }
  expect(done).toEqual(Array.from({ length: 4 }, () => ({ calls: [1, 1, 1, 1], parameters: 'ln=4,r=1,p=1' })));
});

test('a password whose hash has other parameters is hashed again when its person signs in', async () => {
  await withPassword(bench.make());
  const cost = { logN: 5, blockSize: 1, parallelism: 1 };
  const identity = bench.make({ passwordCost: cost });
  const hash = async () => (await bench.database.kysely.selectFrom('passwords').select('hash').execute())[0]?.hash;
  await identity.passwords.signIn('ada', OTHER, CLIENT);
  expect(await hash()).toContain('ln=4');
  expect((await identity.passwords.signIn('ada', PASSWORD, CLIENT)).kind).toBe('signed-in');
  expect(await hash()).toContain('ln=5');
  expect((await identity.passwords.signIn('ada', PASSWORD, CLIENT)).kind).toBe('signed-in');
  expect(isOutdated(hashOfNobody(), PASSWORD_COST)).toBe(false);
});

test('a name that is guessed too often is locked for everybody else, known or not, and only for a time', async () => {
  const identity = bench.make({ lockOut: LOCK_OUT });
  await withPassword(identity);
  const from = (n: number) => ({ ...FOE, address: `203.0.113.${n}` });
  for (const name of ['ada', 'nobody']) {
    for (let i = 0; i < 3; i++) expect((await identity.passwords.signIn(name, OTHER, from(i))).kind).toBe('refused');
    const locked = await identity.passwords.signIn(name, PASSWORD, from(4));
    expect(locked, name).toEqual({ kind: 'locked-out', retryAfterMs: LOCK_OUT.lockedMs });
  }
  bench.nowMs += LOCK_OUT.lockedMs - 1;
  // Trying while it is locked does not make it last longer.
  expect((await identity.passwords.signIn('ada', OTHER, from(5))).kind).toBe('locked-out');
  bench.nowMs += 1;
  expect((await identity.passwords.signIn('ada', PASSWORD, from(6))).kind).toBe('signed-in');
});

test('guesses that are sent at once are counted like guesses one after the other', async () => {
  const identity = bench.make({ lockOut: LOCK_OUT });
  await withPassword(identity);
  const guesses = Array.from({ length: 20 }, (_, i) =>
    identity.passwords.signIn('ada', `${OTHER} ${i}`, { ...FOE, address: `203.0.113.${i}` }),
  );
  const kinds = (await Promise.all(guesses)).map((result) => result.kind);
  expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(3);
  expect(kinds.filter((kind) => kind === 'locked-out')).toHaveLength(17);
});

test('nobody can keep an administrator out: neither from a browser used before, nor from a one-time link', async () => {
  const identity = bench.make({ lockOut: LOCK_OUT });
  const { user } = await withPassword(identity, 'root', ['administrator']);
  const browserMark = identity.markBrowser(user.id);
  // Somebody behind the administrator's own address guesses on and on.
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 5; i++) await identity.passwords.signIn('root', OTHER, CLIENT);
    expect((await identity.passwords.signIn('root', PASSWORD, CLIENT)).kind).toBe('locked-out');
    expect((await identity.passwords.signIn('root', PASSWORD, { ...CLIENT, browserMark })).kind).toBe('signed-in');
    const link = await identity.issueLink(user.id, 'command-line');
    expect((await identity.signIn(link, CLIENT.address)).kind).toBe('signed-in');
    bench.nowMs += LOCK_OUT.lockedMs;
  }
  // The mark is no licence to guess: its browser is locked out by its own failures.
  for (let i = 0; i < 3; i++) await identity.passwords.signIn('root', OTHER, { ...CLIENT, browserMark });
  expect((await identity.passwords.signIn('root', PASSWORD, { ...CLIENT, browserMark })).kind).toBe('locked-out');
});

test('the mark of a browser is good for its person, for a time, and cannot be made up', () => {
  const key = new Uint8Array(32).fill(7);
  const [ada, bob] = ['0198c0de-0000-7000-8000-000000000001', '0198c0de-0000-7000-8000-000000000002'].map(userId);
  if (ada === undefined || bob === undefined) throw new Error('no ids');
  const mark = markBrowser(key, ada, 0);
  expect(knownBrowser(key, mark, ada, 1)).toMatch(/^.{12}$/);
  expect(knownBrowser(key, mark, bob, 1)).toBeNull();
  expect(knownBrowser(key, mark.replace(ada, bob), bob, 1)).toBeNull();
  expect(knownBrowser(new Uint8Array(32), mark, ada, 1)).toBeNull();
  expect(knownBrowser(key, mark, ada, KNOWN_BROWSER_LIFETIME_MS)).toBeNull();
  for (let end = 0; end < mark.length; end++) expect(knownBrowser(key, mark.slice(0, end), ada, 1)).toBeNull();
});

test('a new password takes the one that holds; right after a link it does not, and other sign-ins end', async () => {
  const identity = bench.make();
  const { user, secret } = await withPassword(identity);
  const elsewhere = await identity.passwords.signIn('ada', PASSWORD, CLIENT);
  if (elsewhere.kind !== 'signed-in') throw new Error('no sign-in');
  const change = (from: string, current: string | null) =>
    identity.passwords.change(user, from, { current, next: OTHER }, CLIENT.address);
  expect(await change(elsewhere.secret, null)).toEqual({ kind: 'current-wrong' });
  expect(await change(elsewhere.secret, OTHER)).toEqual({ kind: 'current-wrong' });
  expect(bench.audited.at(-1)).toMatchObject({ kind: 'sign-in.failed', data: { method: 'password-change' } });
  const unused = await identity.issueLink(user.id);
  expect(await change(elsewhere.secret, PASSWORD)).toEqual({ kind: 'changed' });
  expect(await identity.authenticate(elsewhere.secret)).not.toBeNull();
  expect(await identity.authenticate(secret)).toBeNull();
  expect(await identity.signIn(unused, CLIENT.address)).toEqual({ kind: 'refused', reason: 'unknown' });
  expect((await identity.passwords.signIn('ada', PASSWORD, CLIENT)).kind).toBe('refused');

  const byLink = await identity.signIn(await identity.issueLink(user.id), CLIENT.address);
  if (byLink.kind !== 'signed-in') throw new Error('no sign-in');
  expect(await identity.passwords.currentNeeded(user.id, byLink.secret)).toBe(false);
  bench.nowMs += 29 * MINUTE_MS;
  expect(await identity.authenticate(byLink.secret)).not.toBeNull();
  bench.nowMs += MINUTE_MS;
  expect(await identity.passwords.currentNeeded(user.id, byLink.secret)).toBe(true);
});

test('guessing the current password in a web session that was left open is locked out', async () => {
  const identity = bench.make({ lockOut: LOCK_OUT });
  await withPassword(identity);
  const open = await identity.passwords.signIn('ada', PASSWORD, CLIENT);
  if (open.kind !== 'signed-in') throw new Error('no sign-in');
  const guess = (current: string) =>
    identity.passwords.change(open.user, open.secret, { current, next: OTHER }, CLIENT.address);
  for (let i = 0; i < 3; i++) expect((await guess(OTHER)).kind).toBe('current-wrong');
  expect((await guess(PASSWORD)).kind).toBe('locked-out');
});

test('a weak password and one for a person of a provider are refused', async () => {
  const identity = bench.make();
  const { user, secret } = await newcomer(identity);
  const set = (next: string) => identity.passwords.change(user, secret, { current: null, next }, CLIENT.address);
  expect(await set('short')).toMatchObject({ kind: 'weak' });
  await bench.database.credentials.addExternal({ issuer: 'i', subject: 's', user_id: user.id, created_at_ms: 0 });
  expect(await set(PASSWORD)).toEqual({ kind: 'not-available' });
});

test('[invariant 5] no audit, no sign-in and no other password', async () => {
  const identity = bench.make();
  const { user, secret } = await withPassword(identity);
  const before = await bench.database.webSessions.listOf(user.id);
  bench.auditWorks = false;
  await expect(identity.passwords.signIn('ada', PASSWORD, CLIENT)).rejects.toThrow('no audit');
  const change = { current: PASSWORD, next: OTHER };
  await expect(identity.passwords.change(user, secret, change, CLIENT.address)).rejects.toThrow('no audit');
  bench.auditWorks = true;
  expect(await bench.database.webSessions.listOf(user.id)).toEqual(before);
  expect((await identity.passwords.signIn('ada', PASSWORD, CLIENT)).kind).toBe('signed-in');
});

test('work is done one after the other, and too much of it is refused at once', async () => {
  const queue = new OneAtATime(2);
  let running = 0;
  const work = async () => {
    expect(++running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  const both = [queue.run(work), queue.run(async () => Promise.reject(new Error('failed')))];
  await expect(queue.run(work)).rejects.toBeInstanceOf(BusyError);
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await queue.run(work);
});

test('web sessions are listed, ended one by one or all at once', async () => {
  const identity = bench.make();
  const { user, secret } = await withPassword(identity);
  const other = await identity.passwords.signIn('ada', PASSWORD, { ...FOE, userAgent: 'x'.repeat(500) });
  const third = await identity.passwords.signIn('ada', PASSWORD, FOE);
  if (other.kind !== 'signed-in' || third.kind !== 'signed-in') throw new Error('no sign-in');
  const list = () => identity.webSessions.list(user.id, secret);
  expect((await list()).map(({ method, current }) => ({ method, current }))).toEqual(
    expect.arrayContaining([
      { method: 'link', current: true },
      { method: 'password', current: false },
    ]),
  );
  const otherId = (await identity.webSessions.list(user.id, other.secret)).find(({ current }) => current)?.id ?? '';
  expect((await list()).find(({ id }) => id === otherId)?.userAgent).toHaveLength(200);
  const stranger = await newcomer(identity, 'eve');
  expect(await identity.endWebSession(stranger.user, otherId)).toBe(false);
  expect(await identity.endWebSession(user, otherId)).toBe(true);
  expect(await identity.authenticate(other.secret)).toBeNull();
  expect(await identity.authenticate(third.secret)).not.toBeNull();
  await identity.endWebSessions(user.id, `user:${user.id}`);
  expect(await list()).toEqual([]);
  expect(await identity.authenticate(secret)).toBeNull();
  expect(await identity.authenticate(stranger.secret)).not.toBeNull();
  bench.nowMs += DAY_MS;
  expect(await identity.webSessions.list(stranger.user.id, stranger.secret)).toEqual([]);
});
