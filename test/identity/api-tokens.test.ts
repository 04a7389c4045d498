import { expect, test } from 'vitest';
import type { Role } from '../../src/contract/api.js';
import { type Scope, SCOPE_NAMES, scopesOf } from '../../src/contract/scopes.js';
import { EXTERNAL_SIGN_IN_MAX_AGE_MS, MAX_TOKENS_EACH } from '../../src/identity/api-tokens.js';
import type { Identity, SignedInUser } from '../../src/identity/identity.js';
import { DAY_MS, MINUTE_MS, useIdentityBench } from './bench.js';

const ADDRESS = '198.51.100.4';
const bench = useIdentityBench();

async function person(identity: Identity, roles: readonly Role[], userName = roles.join('-')): Promise<SignedInUser> {
  return identity.createUser(userName, userName, roles);
}

async function tokenFor(identity: Identity, user: SignedInUser, scopes: readonly Scope[], lifetimeDays = 30) {
  const result = await identity.tokens.create(user, { name: 'script', scopes, lifetimeDays }, ADDRESS);
  if (result.kind !== 'created') throw new Error(`creation was ${result.kind}`);
  return result;
}

/** By hand: what each role may give away. */
const SCOPES_OF_ROLES: { readonly [role in Role]: readonly Scope[] } = {
  administrator: SCOPE_NAMES,
  operator: [
    'sessions:create',
    'sessions:read',
    'sessions:disconnect',
    'recordings:read',
    'inventory:read',
    'inventory:write',
    'policy:read',
    'health:read',
  ],
  auditor: ['sessions:read', 'recordings:read', 'audit:export', 'policy:read', 'health:read'],
  user: ['sessions:create', 'sessions:read', 'sessions:disconnect', 'inventory:read', 'policy:read', 'health:read'],
};

test.each(Object.keys(SCOPES_OF_ROLES) as Role[])(
  'a token of a person with the role %s has none but its scopes',
  async (role) => {
    const identity = bench.make();
    const user = await person(identity, [role]);
    expect(scopesOf([role]).toSorted()).toEqual([...SCOPES_OF_ROLES[role]].toSorted());
    for (const scope of SCOPE_NAMES) {
      const result = await identity.tokens.create(user, { name: 'one', scopes: [scope], lifetimeDays: 1 }, ADDRESS);
      const expected = SCOPES_OF_ROLES[role].includes(scope) ? 'created' : 'scopes-not-allowed';
      expect({ scope, kind: result.kind }).toEqual({ scope, kind: expected });
    }
  },
);

test('a token is shown once, stored as a hash, and acts for its person within its scopes', async () => {
  const identity = bench.make();
  const user = await person(identity, ['auditor'], 'ada');
  const { token, info } = await tokenFor(identity, user, ['audit:export', 'audit:export']);
  expect(token).toMatch(/^witness_[A-Za-z0-9_-]{43}$/);
  expect(info).toMatchObject({ name: 'script', scopes: ['audit:export'], expired: false, lastUsedAt: null });
  const use = await identity.tokens.authenticate(token, ADDRESS);
  expect(use).toMatchObject({ kind: 'accepted', user: { userName: 'ada' }, scopes: ['audit:export'] });
  const stored = await bench.database.kysely.selectFrom('api_tokens').selectAll().execute();
  expect(JSON.stringify([stored, bench.audited, await identity.tokens.list(user.id)])).not.toContain(token);
});

test('a token ends at its time, when it is revoked, and with its person', async () => {
  const identity = bench.make();
  const user = await person(identity, ['user'], 'ada');
  const use = async (token: string) => identity.tokens.authenticate(token, ADDRESS);
  const { token: short } = await tokenFor(identity, user, ['sessions:read'], 1);
  const { token: long, info } = await tokenFor(identity, user, ['sessions:read'], 2);
  bench.nowMs += DAY_MS - 1;
  expect((await use(short)).kind).toBe('accepted');
  bench.nowMs += 1;
  expect(await use(short)).toEqual({ kind: 'refused', reason: 'expired' });
  const stranger = await person(identity, ['administrator'], 'eve');
  expect(await identity.tokens.revoke(stranger, info.id, ADDRESS)).toBe(false);
  await bench.database.users.update(user.id, { disabledAtMs: bench.nowMs });
  expect(await use(long)).toEqual({ kind: 'refused', reason: 'disabled' });
  await bench.database.users.update(user.id, { disabledAtMs: null });
  expect(await identity.tokens.revoke(user, info.id, ADDRESS)).toBe(true);
  expect(await use(long)).toEqual({ kind: 'refused', reason: 'revoked' });
  expect(await identity.tokens.revoke(user, info.id, ADDRESS)).toBe(false);
  expect((await identity.tokens.list(user.id)).map(({ expired }) => expired)).toEqual([true]);
  for (const text of ['', 'witness_', long.slice(0, -1), long.replace('witness_', ''), `${long}x`]) {
    expect((await use(text)).kind, text).not.toBe('accepted');
  }
});

test('a person of a provider who has not signed in for long has tokens that rest', async () => {
  const identity = bench.make();
  const user = await person(identity, ['user']);
  await bench.database.users.markSignedIn(user.id, bench.nowMs);
  const { token } = await tokenFor(identity, user, ['sessions:read'], 60);
  bench.nowMs += EXTERNAL_SIGN_IN_MAX_AGE_MS;
  expect((await identity.tokens.authenticate(token, ADDRESS)).kind).toBe('accepted');
  await bench.database.credentials.addExternal({ issuer: 'i', subject: 's', user_id: user.id, created_at_ms: 0 });
  const refused = { kind: 'refused', reason: 'not-seen-for-long' };
  expect(await identity.tokens.authenticate(token, ADDRESS)).toEqual(refused);
  await bench.database.users.markSignedIn(user.id, bench.nowMs);
  expect((await identity.tokens.authenticate(token, ADDRESS)).kind).toBe('accepted');
});

test('use is written down: from where, and in the audit log when that is new', async () => {
  const identity = bench.make();
  const user = await person(identity, ['user']);
  const { token } = await tokenFor(identity, user, ['sessions:read']);
  const used = () => bench.audited.filter(({ kind }) => kind === 'token.used').map(({ data }) => data['clientAddress']);
  const shown = async () => (await identity.tokens.list(user.id))[0];
  await identity.tokens.authenticate(token, ADDRESS);
  const first = await shown();
  expect(first).toMatchObject({ lastUsedAt: new Date(bench.nowMs).toISOString(), lastUsedAddress: ADDRESS });
  bench.nowMs += MINUTE_MS - 1;
  await identity.tokens.authenticate(token, ADDRESS);
  expect(await shown()).toEqual(first);
  bench.nowMs += 1;
  await identity.tokens.authenticate(token, ADDRESS);
  expect((await shown())?.lastUsedAt).toBe(new Date(bench.nowMs).toISOString());
  expect(used()).toEqual([ADDRESS]);
  await identity.tokens.authenticate(token, '198.51.100.5');
  expect(used()).toEqual([ADDRESS, '198.51.100.5']);
});

test('bad tokens of one address fill no audit log, and keep no good token out', async () => {
  const identity = bench.make({ lockOut: { failures: 3, windowMs: MINUTE_MS, lockedMs: MINUTE_MS } });
  const user = await person(identity, ['user']);
  const { token } = await tokenFor(identity, user, ['sessions:read']);
  const before = bench.audited.length;
  const kinds: string[] = [];
  for (let i = 0; i < 5; i++) kinds.push((await identity.tokens.authenticate('bad', ADDRESS)).kind);
  expect(kinds).toEqual(['refused', 'refused', 'refused', 'locked-out', 'locked-out']);
  expect(bench.audited).toHaveLength(before + 3);
  expect((await identity.tokens.authenticate(token, ADDRESS)).kind).toBe('accepted');
});

test('a person has so many tokens and no more', async () => {
  const identity = bench.make();
  const user = await person(identity, ['user']);
  for (let i = 0; i < MAX_TOKENS_EACH; i++) await tokenFor(identity, user, ['sessions:read']);
  const request = { name: 'one more', scopes: ['sessions:read'] as const, lifetimeDays: 1 };
  expect(await identity.tokens.create(user, request, ADDRESS)).toEqual({ kind: 'too-many' });
});

test('[invariant 5] no audit, no token', async () => {
  const identity = bench.make();
  const user = await person(identity, ['user']);
  const { token, info } = await tokenFor(identity, user, ['sessions:read']);
  bench.auditWorks = false;
  await expect(tokenFor(identity, user, ['sessions:read'])).rejects.toThrow('no audit');
  await expect(identity.tokens.revoke(user, info.id, ADDRESS)).rejects.toThrow('no audit');
  await expect(identity.tokens.authenticate(token, ADDRESS)).rejects.toThrow('no audit');
  bench.auditWorks = true;
  expect(await identity.tokens.list(user.id)).toHaveLength(1);
});
