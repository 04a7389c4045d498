/** Shareable links as both databases keep them. */
import { expect, test } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import type { Database } from '../../src/database/open.js';
import { linkStateAt, type NewShareableLink } from '../../src/database/shareable-links.js';
import { onBothDatabases } from './engines.js';
import { hashOf, nextId, NOW_MS, storeSession, user } from './samples.js';

async function withTarget(database: Database) {
  const owner = user({ userName: 'ada' });
  await database.users.create(owner);
  const id = targetId(nextId());
  const where = { kind: 'ip', address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: NOW_MS } as const;
  await database.targets.create({ id, name: 'build-07', ...where });
  const link = (change: Partial<NewShareableLink> = {}): NewShareableLink => ({
    id: nextId(),
    secretHash: hashOf('a'),
    targetId: id,
    note: 'for the auditors',
    createdBy: owner.id,
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 1000,
    ...change,
  });
  return { id, owner, link };
}

await onBothDatabases('shareable links', (engine) => {
  test('a link is found by the hash of its secret, with the names that its target and its maker have now', async () => {
    const database = await engine.open();
    const { id, owner, link } = await withTarget(database);
    const { secretHash, ...kept } = link();
    await database.shareableLinks.add({ ...kept, secretHash });
    await database.targets.update(id, { name: 'build-08' });
    const expected = { ...kept, targetName: 'build-08', createdByName: owner.userName, revokedAtMs: null };
    expect(await database.shareableLinks.find(secretHash)).toEqual(expected);
    expect(await database.shareableLinks.get(kept.id)).toEqual(expected);
    expect(await database.shareableLinks.find(hashOf('b'))).toBeNull();
    expect(await database.shareableLinks.get('nothing')).toBeNull();
  });

  test('what is listed and counted is what works: not what has expired, not what was revoked', async () => {
    const database = await engine.open();
    const { link } = await withTarget(database);
    const [older, newer, revoked, expired] = [
      link({ secretHash: hashOf('1') }),
      link({ secretHash: hashOf('2'), createdAtMs: NOW_MS + 1 }),
      link({ secretHash: hashOf('3') }),
      link({ secretHash: hashOf('4'), expiresAtMs: NOW_MS + 2 }),
    ];
    for (const one of [older, newer, revoked, expired]) await database.shareableLinks.add(one);
    await database.shareableLinks.revoke(revoked.id, NOW_MS + 1);
    // The first time holds.
    await database.shareableLinks.revoke(revoked.id, NOW_MS + 7);
    const listed = await database.shareableLinks.listLive(NOW_MS + 2);
    expect(listed.map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect(await database.shareableLinks.countLive(NOW_MS + 2)).toBe(2);
    expect(await database.shareableLinks.countLive(NOW_MS + 1)).toBe(3);
    const kept = await database.shareableLinks.get(revoked.id);
    expect(kept?.revokedAtMs).toBe(NOW_MS + 1);
    expect(kept && linkStateAt(kept, NOW_MS)).toBe('revoked');
    expect([NOW_MS + 1, NOW_MS + 2].map((nowMs) => linkStateAt({ ...expired, revokedAtMs: null }, nowMs))).toEqual([
      'live',
      'expired',
    ]);
  });

  test('a session knows the link that it came by, and a removed target takes its links along', async () => {
    const database = await engine.open();
    const { id, link } = await withTarget(database);
    const made = link();
    await database.shareableLinks.add(made);
    const session = await storeSession(database, { targetId: id, throughLink: true });
    expect(await database.shareableLinks.ofSession(session.id)).toBeNull();
    await database.shareableLinks.tie(session.id, made.id);
    expect(await database.shareableLinks.ofSession(session.id)).toMatchObject({ id: made.id, targetName: 'build-07' });
    await database.targets.remove(id);
    expect(await database.shareableLinks.find(made.secretHash)).toBeNull();
    expect(await database.shareableLinks.ofSession(session.id)).toBeNull();
  });

  test('two links never have one secret, and none leads to a target that is not there', async () => {
    const database = await engine.open();
    const { link } = await withTarget(database);
    await database.shareableLinks.add(link());
    await expect(database.shareableLinks.add(link())).rejects.toMatchObject({ code: 'constraint' });
    const nowhere = link({ secretHash: hashOf('b'), targetId: targetId(nextId()) });
    await expect(database.shareableLinks.add(nowhere)).rejects.toMatchObject({ code: 'constraint' });
  });
});
