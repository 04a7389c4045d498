import { expect, test } from 'vitest';
import { explainNoPlace, SessionPlaces } from '../../../src/gateway/sessions/session-places.js';
import { onBothDatabases } from '../../database/engines.js';
import { NOW_MS, session, user } from '../../database/samples.js';

const limits = (sessionsPerUser: number, sessionsPerHost: number) => ({ sessionsPerUser, sessionsPerHost });
const ADDRESS = '192.0.2.1';

await onBothDatabases('places for sessions', (engine) => {
  test('of two clients that come at once for the last place, one gets it', async () => {
    const database = await engine.open();
    const [ada, bob] = [user(), user()];
    await database.users.create(ada);
    await database.users.create(bob);
    const all = [ada, ada, ada, bob, bob].map((owner) => session(owner));
    for (const each of all) await database.sessions.create(each);
    const places = new SessionPlaces(database, limits(2, 3), () => NOW_MS);
    const records = (await database.sessions.list({ limit: 10 })).filter(({ state }) => state === 'authorised');
    const missing = await Promise.all(records.map((record) => places.take(record, ADDRESS)));
    expect(missing.filter((limit) => limit === null)).toHaveLength(3);
    expect(await database.sessions.countOpen()).toBe(3);
    expect(await database.sessions.countOpen(ada.id)).toBeLessThan(3);
    expect(await places.look(user().id)).toEqual({ limit: 'sessions-of-host', most: 3 });
  });

  test('a place is free again when its session has ended', async () => {
    const database = await engine.open();
    const ada = user();
    await database.users.create(ada);
    const [first, second] = [session(ada), session(ada)];
    await database.sessions.create(first);
    await database.sessions.create(second);
    const places = new SessionPlaces(database, limits(1, 0), () => NOW_MS);
    const take = async (id: typeof first.id) => {
      const record = await database.sessions.get(id);
      return record === null ? null : places.take(record, ADDRESS);
    };
    expect(await take(first.id)).toBeNull();
    expect(await take(second.id)).toEqual({ limit: 'sessions-of-user', most: 1 });
    await database.sessions.update(first.id, { state: 'ended', endedAtMs: NOW_MS, endReason: 'test' });
    expect(await take(second.id)).toBeNull();
  });
});

test('the limit is explained to the person, with what makes room', () => {
  expect(explainNoPlace({ limit: 'sessions-of-user', most: 2 })).toMatchObject({
    code: 'sessions-of-user',
    sentence: expect.stringContaining('2 sessions'),
  });
  expect(explainNoPlace({ limit: 'sessions-of-host', most: 1 }).remedy).toContain('administrator');
});
