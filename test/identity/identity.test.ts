import { expect, test } from 'vitest';
import type { Identity } from '../../src/identity/identity.js';
import { LockOut } from '../../src/identity/lock-out.js';
import { networkOf } from '../../src/identity/network-of.js';
import { sameHash } from '../../src/identity/secrets.js';
import { MINUTE_MS, useIdentityBench } from './bench.js';

const ADDRESS = '198.51.100.4';
const bench = useIdentityBench();
const makeIdentity = bench.make;

async function firstToken(identity: Identity): Promise<string> {
  const token = await identity.firstAdministratorLink();
  if (token === null) throw new Error('there was no link');
  return token;
}

async function signedIn(identity: Identity, token: string) {
  const result = await identity.signIn(token, ADDRESS);
  if (result.kind !== 'signed-in') throw new Error(`sign-in was ${result.kind}`);
  return result;
}

test('the first administrator signs in once with the link of the first start', async () => {
  const identity = makeIdentity();
  const token = await firstToken(identity);
  const { user, secret } = await signedIn(identity, token);
  expect(user).toMatchObject({ userName: 'administrator', roles: ['administrator'] });
  expect(await identity.authenticate(secret)).toEqual(user);
  expect(await identity.signIn(token, ADDRESS)).toEqual({ kind: 'refused', reason: 'used' });
  expect(await identity.firstAdministratorLink()).toBeNull();
  expect(bench.audited.map((event) => event.kind)).toEqual([
    'user.created',
    'sign-in.link-issued',
    'sign-in.succeeded',
    'sign-in.failed',
  ]);
});

test('starting again before anybody signed in makes the earlier link worthless', async () => {
  const identity = makeIdentity();
  const earlier = await firstToken(identity);
  const later = await firstToken(identity);
  expect(await identity.signIn(earlier, ADDRESS)).toEqual({ kind: 'refused', reason: 'unknown' });
  await signedIn(identity, later);
  expect(await bench.database.users.list()).toHaveLength(1);
});

test('a link expires', async () => {
  const identity = makeIdentity();
  const token = await firstToken(identity);
  bench.nowMs += 24 * 60 * MINUTE_MS;
  expect(await identity.signIn(token, ADDRESS)).toEqual({ kind: 'refused', reason: 'expired' });
});

test('of many that use one link at once, one is signed in', async () => {
  const identity = makeIdentity();
  const token = await firstToken(identity);
  const results = await Promise.all(Array.from({ length: 5 }, () => identity.signIn(token, ADDRESS)));
  expect(results.filter((result) => result.kind === 'signed-in')).toHaveLength(1);
});

test('secrets are 256 random bits and only their hashes are stored or audited', async () => {
  const identity = makeIdentity();
  const token = await firstToken(identity);
  const { secret } = await signedIn(identity, token);
  for (const one of [token, secret]) expect(Buffer.from(one, 'base64url')).toHaveLength(32);
  const tables = ['sign_in_links', 'web_sessions'] as const;
  const stored = await Promise.all(
    tables.map((table) => bench.database.kysely.selectFrom(table).selectAll().execute()),
  );
  const everything = JSON.stringify([stored, bench.audited]);
  expect(everything).not.toContain(token);
  expect(everything).not.toContain(secret);
});

test('no audit, no sign-in: the link stays good', async () => {
  const identity = makeIdentity();
  const token = await firstToken(identity);
  bench.auditWorks = false;
  await expect(identity.signIn(token, ADDRESS)).rejects.toThrow('no audit');
  expect(await bench.database.kysely.selectFrom('web_sessions').selectAll().execute()).toEqual([]);
  bench.auditWorks = true;
  await signedIn(identity, token);
});

test('a web session ends when it is idle, and in any case after its lifetime', async () => {
  const identity = makeIdentity({ idleMs: 30 * MINUTE_MS, absoluteMs: 60 * MINUTE_MS });
  const { secret } = await signedIn(identity, await firstToken(identity));
  for (let used = 0; used < 2; used++) {
    bench.nowMs += 29 * MINUTE_MS;
    expect(await identity.authenticate(secret)).not.toBeNull();
  }
  bench.nowMs += 2 * MINUTE_MS;
  expect(await identity.authenticate(secret)).toBeNull();
  const again = await signedIn(
    identity,
    await identity.issueLink((await bench.database.users.list())[0]?.id ?? never()),
  );
  bench.nowMs += 30 * MINUTE_MS;
  expect(await identity.authenticate(again.secret)).toBeNull();
});

test('signing out ends the web session, and is audited first', async () => {
  const identity = makeIdentity();
  const { secret, user } = await signedIn(identity, await firstToken(identity));
  bench.auditWorks = false;
  await expect(identity.signOut(secret, user)).rejects.toThrow('no audit');
  expect(await identity.authenticate(secret)).not.toBeNull();
  bench.auditWorks = true;
  await identity.signOut(secret, user);
  expect(await identity.authenticate(secret)).toBeNull();
  expect(bench.audited.at(-1)?.kind).toBe('sign-in.ended');
});

test('a person who was disabled is neither signed in nor kept signed in', async () => {
  const identity = makeIdentity();
  const { secret, user } = await signedIn(identity, await firstToken(identity));
  const link = await identity.issueLink(user.id);
  await bench.database.kysely.updateTable('users').set({ disabled_at_ms: bench.nowMs }).execute();
  expect(await identity.authenticate(secret)).toBeNull();
  expect(await identity.signIn(link, ADDRESS)).toEqual({ kind: 'refused', reason: 'disabled' });
});

test('an address that fails too often is locked out and not written down any more; a good link works all the same', async () => {
  const identity = makeIdentity({ lockOut: { failures: 3, windowMs: MINUTE_MS, lockedMs: 5 * MINUTE_MS } });
  const token = await firstToken(identity);
  const guess = (address = ADDRESS) => identity.signIn('x'.repeat(43), address);
  for (let i = 0; i < 3; i++) expect(await guess()).toEqual({ kind: 'refused', reason: 'unknown' });
  expect(bench.audited.at(-1)).toMatchObject({ kind: 'sign-in.failed', data: { lockedOut: true } });
  const rows = bench.audited.length;
  bench.nowMs += MINUTE_MS;
  expect(await guess()).toEqual({ kind: 'locked-out', retryAfterMs: 4 * MINUTE_MS });
  expect(bench.audited).toHaveLength(rows);
  expect(await guess('198.51.100.5')).toEqual({ kind: 'refused', reason: 'unknown' });
  expect((await identity.signIn(token, ADDRESS)).kind).toBe('signed-in');
});

test('failures that are far apart do not lock an address out', () => {
  const lockOut = new LockOut({ failures: 2, windowMs: 10, lockedMs: 100 });
  expect(lockOut.fail(ADDRESS, 0)).toBe(false);
  expect(lockOut.fail(ADDRESS, 10)).toBe(false);
  expect(lockOut.fail(ADDRESS, 19)).toBe(true);
  expect(lockOut.remainingMs(ADDRESS, 19)).toBe(100);
  expect(lockOut.remainingMs(ADDRESS, 119)).toBe(0);
  expect(lockOut.fail(ADDRESS, 119)).toBe(false);
  lockOut.succeed(ADDRESS);
  expect(lockOut.fail(ADDRESS, 120)).toBe(false);
});

test('addresses of one IPv6 network count as one, IPv4 addresses each by itself', () => {
  const same = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', '2001:0DB8:0001:0002::', '2001:db8:1:2:0:0:0:9%eth0'];
  expect(new Set(same.map(networkOf))).toEqual(new Set(['2001:db8:1:2::/64']));
  expect(networkOf('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('::ffff:198.51.100.4')).toBe('198.51.100.4');
  for (const address of ['198.51.100.4', 'no address']) expect(networkOf(address)).toBe(address);
});

test('hashes are compared as a whole', () => {
  expect(sameHash('ab', 'ab')).toBe(true);
  expect(sameHash('ab', 'ac')).toBe(false);
  expect(sameHash('ab', 'abc')).toBe(false);
});

function never(): never {
  throw new Error('there is no such row');
}
