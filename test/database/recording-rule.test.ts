/** [invariant 1] The recording rule holds in the database itself, whatever the program does. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../src/database/errors.js';
import { onBothDatabases } from './engines.js';
import { recording, storeSession } from './samples.js';

const FORBIDDEN = { connectionMethod: 'portal', authenticationMethod: 'entra' } as const;

async function refusal(work: Promise<unknown>): Promise<DatabaseError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatabaseError)) throw new Error('the database accepted it');
  return error;
}

await onBothDatabases('the rule', (engine) => {
  test('a portal session with Entra authentication gets no recording', async () => {
    const database = await engine.open();
    const stored = await storeSession(database, { ...FORBIDDEN, recorded: false });
    const error = await refusal(database.recordings.create(recording(stored)));
    expect(error.code).toBe('constraint');
    expect(error.message).toContain('recordings_rule');
  });

  test('claiming other facts than the session has does not help', async () => {
    const database = await engine.open();
    const stored = await storeSession(database, { ...FORBIDDEN, recorded: false });
    const lies = [{ connectionMethod: 'native' }, { authenticationMethod: 'password' }] as const;
    for (const lie of lies) {
      expect((await refusal(database.recordings.create(recording(stored, lie)))).code).toBe('constraint');
    }
    expect(await database.recordings.get(stored.id)).toBeNull();
  });

  test('a recorded session cannot become one that must not be recorded', async () => {
    const database = await engine.open();
    const portal = await storeSession(database, { connectionMethod: 'portal' });
    const native = await storeSession(database, { authenticationMethod: 'entra' });
    await database.recordings.create(recording(portal));
    await database.recordings.create(recording(native));
    const flips = [
      sql`update sessions set authentication_method = 'entra' where id = ${portal.id}`,
      sql`update sessions set connection_method = 'portal' where id = ${native.id}`,
      sql`update sessions set recorded = 0, authentication_method = 'entra' where id = ${portal.id}`,
      sql`update recordings set authentication_method = 'entra' where session_id = ${portal.id}`,
      sql`update recordings set connection_method = 'portal' where session_id = ${native.id}`,
    ];
    for (const flip of flips) expect((await refusal(flip.execute(database.kysely))).code).toBe('constraint');
    const both = database.kysely.transaction().execute(async (db) => {
      await sql`update recordings set authentication_method = 'entra' where session_id = ${portal.id}`.execute(db);
      await sql`update sessions set authentication_method = 'entra' where id = ${portal.id}`.execute(db);
    });
    expect((await refusal(both)).code).toBe('constraint');
  });

  test('a recording that the rule forbids afterwards says so for good, whatever becomes of it', async () => {
    const database = await engine.open();
    const portal = await storeSession(database, { connectionMethod: 'portal' });
    await database.recordings.create(recording(portal));
    expect(await database.recordings.get(portal.id)).toMatchObject({ state: 'live', withheldReason: null });
    expect(await database.recordings.withhold(portal.id, 'recording-rule')).toBe(true);
    await database.recordings.update(portal.id, { state: 'finished' });
    expect(await database.recordings.get(portal.id)).toMatchObject({
      state: 'finished',
      withheldReason: 'recording-rule',
      authenticationMethod: 'password',
    });
    expect(await database.sessions.get(portal.id)).toMatchObject({ recordingState: 'withheld' });
    const other = sql`update recordings set withheld_reason = 'because' where session_id = ${portal.id}`;
    expect((await refusal(other.execute(database.kysely))).code).toBe('constraint');
  });

  test('a session that must not be recorded cannot be marked as recorded', async () => {
    const database = await engine.open();
    expect((await refusal(storeSession(database, { ...FORBIDDEN, recorded: true }))).message).toContain(
      'sessions_rule',
    );
    const stored = await storeSession(database, { ...FORBIDDEN, recorded: false });
    const flip = sql`update sessions set recorded = 1 where id = ${stored.id}`.execute(database.kysely);
    expect((await refusal(flip)).code).toBe('constraint');
  });

  test('every other combination can be recorded', async () => {
    const database = await engine.open();
    for (const connectionMethod of ['native', 'portal', 'imported'] as const) {
      for (const authenticationMethod of ['password', 'kerberos', 'entra'] as const) {
        if (connectionMethod === 'portal' && authenticationMethod === 'entra') continue;
        const stored = await storeSession(database, { connectionMethod, authenticationMethod });
        await database.recordings.create(recording(stored));
        expect(await database.recordings.get(stored.id)).toMatchObject({ connectionMethod, authenticationMethod });
      }
    }
  });
});
