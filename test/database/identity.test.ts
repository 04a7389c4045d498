import { expect, test } from 'vitest';
import { migrations } from '../../migrations/index.js';
import type { ApiTokenRecord } from '../../src/database/api-tokens.js';
import { openDatabase } from '../../src/database/open.js';
import type { WebSessionsTable } from '../../src/database/schema.js';
import type { UserRecord } from '../../src/database/users.js';
import { onBothDatabases } from './engines.js';
import { hashOf, nextId, NOW_MS, user } from './samples.js';

function webSession(owner: UserRecord, digit: string): WebSessionsTable {
  return {
    token_hash: hashOf(digit),
    id: nextId(),
    user_id: owner.id,
    method: 'password',
    client_address: '198.51.100.4',
    user_agent: 'test',
    created_at_ms: NOW_MS,
    last_seen_at_ms: NOW_MS,
    expires_at_ms: NOW_MS + 1000,
  };
}

function apiToken(owner: UserRecord, digit: string): ApiTokenRecord {
  return {
    id: nextId(),
    tokenHash: hashOf(digit),
    userId: owner.id,
    name: 'script',
    scopes: ['sessions:read', 'audit:export'],
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 1000,
    lastUsedAtMs: null,
    lastUsedAddress: null,
    revokedAtMs: null,
  };
}

await onBothDatabases('identity', (engine) => {
  test('a password is set, replaced, hashed again only while it is the same, and removed', async () => {
    const { credentials, users } = await engine.open();
    const ada = user();
    await users.create(ada);
    expect(await credentials.passwordHash(ada.id)).toBeNull();
    await credentials.setPassword(ada.id, 'one', NOW_MS);
    await credentials.setPassword(ada.id, 'two', NOW_MS + 1);
    await credentials.rehashPassword(ada.id, 'one', 'stale');
    expect(await credentials.passwordHash(ada.id)).toBe('two');
    await credentials.rehashPassword(ada.id, 'two', 'three');
    expect(await credentials.passwordHash(ada.id)).toBe('three');
    expect(await users.accounts(ada.id)).toEqual([{ ...ada, hasPassword: true, issuer: null }]);
    await credentials.removePassword(ada.id);
    expect(await users.accounts()).toEqual([{ ...ada, hasPassword: false, issuer: null }]);
  });

  test('an identity of a provider belongs to one person, and a person has one', async () => {
    const { credentials, users } = await engine.open();
    const [ada, bob] = [user(), user()];
    for (const one of [ada, bob]) await users.create(one);
    const add = (owner: UserRecord, issuer: string, subject: string) =>
      credentials.addExternal({ issuer, subject, user_id: owner.id, created_at_ms: NOW_MS });
    await add(ada, 'https://one', 's');
    await expect(add(bob, 'https://one', 's')).rejects.toMatchObject({ code: 'constraint' });
    await expect(add(ada, 'https://two', 't')).rejects.toMatchObject({ code: 'constraint' });
    await add(bob, 'https://two', 's');
    expect(await credentials.findExternal('https://two', 's')).toBe(bob.id);
    expect(await credentials.findExternal('https://three', 's')).toBeNull();
    expect((await users.accounts(bob.id))[0]?.issuer).toBe('https://two');
  });

  test('people are changed in what is named and in nothing else', async () => {
    const { users } = await engine.open();
    const ada = user();
    await users.create(ada);
    await users.update(ada.id, {});
    await users.update(ada.id, { roles: ['operator', 'auditor'] });
    await users.update(ada.id, { disabledAtMs: NOW_MS });
    await users.update(ada.id, { displayName: 'Countess' });
    const changed = { ...ada, roles: ['operator', 'auditor'], disabledAtMs: NOW_MS, displayName: 'Countess' };
    expect(await users.get(ada.id)).toEqual(changed);
    await users.update(ada.id, { disabledAtMs: null });
    expect(await users.getByName(ada.userName)).toEqual({ ...changed, disabledAtMs: null });
  });

  test('web sessions end one by one, all but one, or when they are stale', async () => {
    const { users, webSessions } = await engine.open();
    const [ada, bob] = [user(), user()];
    for (const one of [ada, bob]) await users.create(one);
    for (const digit of ['1', '2', '3']) await webSessions.add(webSession(ada, digit));
    await webSessions.add(webSession(bob, '4'));
    const left = async () => (await webSessions.listOf(ada.id)).map((one) => one.token_hash.charAt(0)).toSorted();
    await webSessions.touch(hashOf('1'), NOW_MS + 5);
    expect(await webSessions.get(hashOf('1'))).toMatchObject({ last_seen_at_ms: NOW_MS + 5, method: 'password' });
    await webSessions.remove(hashOf('2'));
    expect(await left()).toEqual(['1', '3']);
    await webSessions.removeAllOf(ada.id, hashOf('3'));
    expect(await left()).toEqual(['3']);
    await webSessions.removeAllOf(ada.id);
    expect(await left()).toEqual([]);
    expect(await webSessions.get(hashOf('4'))).not.toBeNull();
    await webSessions.removeStale(NOW_MS, NOW_MS + 1000);
    expect(await webSessions.get(hashOf('4'))).toBeNull();
  });

  test('API tokens keep scopes and use, and are revoked once', async () => {
    const { users, apiTokens } = await engine.open();
    const [ada, bob] = [user(), user()];
    for (const one of [ada, bob]) await users.create(one);
    const [first, second, foreign] = [apiToken(ada, '1'), apiToken(ada, '2'), apiToken(bob, '3')];
    for (const token of [first, second, foreign]) await apiTokens.add(token);
    await expect(apiTokens.add({ ...apiToken(bob, '1') })).rejects.toMatchObject({ code: 'constraint' });
    await apiTokens.touch(first.id, '198.51.100.4', NOW_MS + 1);
    const used = { ...first, lastUsedAtMs: NOW_MS + 1, lastUsedAddress: '198.51.100.4' };
    expect(await apiTokens.find(first.tokenHash)).toEqual(used);
    expect(await apiTokens.find(hashOf('9'))).toBeNull();
    await apiTokens.revoke(first.id, NOW_MS + 2);
    await apiTokens.revoke(first.id, NOW_MS + 3);
    expect(await apiTokens.find(first.tokenHash)).toEqual({ ...used, revokedAtMs: NOW_MS + 2 });
    expect(await apiTokens.listOf(ada.id)).toEqual([second]);
    await apiTokens.revokeAllOf(ada.id, NOW_MS + 4);
    expect(await apiTokens.listOf(ada.id)).toEqual([]);
    expect(await apiTokens.listOf(bob.id)).toEqual([foreign]);
  });

  test('who is signed in stays signed in when the database is brought up to date', async () => {
    const location = await engine.location();
    const earlier = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '0003'));
    const before = await openDatabase(location, earlier);
    const ada = user();
    await before.users.create(ada);
    const { id: _id, method: _method, client_address: _address, user_agent: _agent, ...old } = webSession(ada, 'a');
    // The table as it was.
    await before.kysely
      .insertInto('web_sessions')
      .values(old as WebSessionsTable)
      .execute();
    await before.close();
    const after = await openDatabase(location);
    try {
      expect(await after.webSessions.get(hashOf('a'))).toMatchObject({ ...old, method: 'link', client_address: '' });
      expect(await after.webSessions.listOf(ada.id)).toHaveLength(1);
    } finally {
      await after.close();
    }
  });
});
