import { expect, onTestFinished, test, vi } from 'vitest';
import { type SessionId, sessionId, targetId } from '../../src/contract/ids.js';
import type { Database } from '../../src/database/open.js';
import { MAX_FAILED_PROOFS } from '../../src/database/tickets.js';
import { SessionRepository, toSessionInfo } from '../../src/database/sessions.js';
import { onBothDatabases } from './engines.js';
import { hashOf, nextId, NOW_MS, recording, segment, session, storeSession, ticket, user, VIDEO } from './samples.js';

const SHOWN = { entrance: 'native', clientAddress: '198.51.100.4', nowMs: NOW_MS + 1000, proven: false } as const;
const PROOF = { userName: 'witness-0a1b2c3d', sealedKey: 'c2VhbGVk' };

await onBothDatabases('repositories', (engine) => {
  test('a session and its ticket are stored together or not at all', async () => {
    const database = await engine.open();
    const owner = user();
    await database.users.create(owner);
    const first = session(owner);
    await database.transaction(async (stored) => {
      await stored.sessions.create(first);
      await stored.tickets.create(ticket(first));
    });
    const second = session(owner);
    const failing = database.transaction(async (stored) => {
      await stored.sessions.create(second);
      await stored.tickets.create(ticket(second));
    });
    await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', code: 'constraint' });
    expect(await database.sessions.get(first.id)).toMatchObject({
      ...first,
      state: 'authorised',
      recordingState: 'none',
    });
    expect(await database.sessions.get(second.id)).toBeNull();
  });

  test('of many clients that show one ticket at once, one is let in', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored));
    const results = await Promise.all(Array.from({ length: 8 }, () => database.tickets.redeem(hashOf('a'), SHOWN)));
    expect(results.filter((result) => result.kind === 'redeemed')).toHaveLength(1);
    expect(results.filter((result) => result.kind === 'used')).toHaveLength(7);
  });

  test('a ticket is refused with the reason that applies, and refusing it does not use it up', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored, { boundClientAddress: SHOWN.clientAddress }));
    const redeem = (overrides: object, hash = hashOf('a')) => database.tickets.redeem(hash, { ...SHOWN, ...overrides });
    expect(await redeem({}, hashOf('b'))).toEqual({ kind: 'unknown' });
    expect(await redeem({ entrance: 'portal' })).toEqual({ kind: 'wrong-entrance' });
    expect(await redeem({ nowMs: NOW_MS + 60_000 })).toEqual({ kind: 'expired' });
    expect(await redeem({ clientAddress: '198.51.100.5' })).toEqual({ kind: 'wrong-address' });
    expect(await redeem({})).toMatchObject({ kind: 'redeemed', session: { id: stored.id, targetPort: 3389 } });
    expect(await redeem({})).toEqual({ kind: 'used' });
  });

  test('a ticket of a session that has ended is refused', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored));
    await database.sessions.update(stored.id, { state: 'ended', endedAtMs: NOW_MS, endReason: 'disconnected' });
    expect(await database.tickets.redeem(hashOf('a'), SHOWN)).toEqual({ kind: 'session-over' });
  });

  test('a lost client comes back with its own ticket only, and only once', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored));
    const readmit = (overrides: object = {}) =>
      database.tickets.readmit(hashOf('a'), { ...SHOWN, nowMs: NOW_MS + 20_000, ...overrides }, 15_000);
    expect(await readmit()).toEqual({ kind: 'unknown' });
    await database.tickets.redeem(hashOf('a'), SHOWN);
    expect(await readmit()).toEqual({ kind: 'not-waiting' });
    await database.sessions.update(stored.id, { state: 'client-lost', clientLostAtMs: NOW_MS + 10_000 });
    expect(await readmit({ entrance: 'portal' })).toEqual({ kind: 'wrong-entrance' });
    expect(await readmit({ clientAddress: '198.51.100.5' })).toEqual({ kind: 'wrong-address' });
    expect(await readmit({ nowMs: NOW_MS + 25_001 })).toEqual({ kind: 'window-over' });
    const results = await Promise.all([readmit(), readmit()]);
    expect(results.map((result) => result.kind).toSorted()).toEqual(['not-waiting', 'readmitted']);
    expect(await database.sessions.get(stored.id)).toMatchObject({ state: 'connecting', clientLostAtMs: null });
  });

  test.each([null, PROOF])('a client that comes back while its session begins to wait is taken back', async (proof) => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored, { proof }));
    await database.tickets.redeem(hashOf('a'), { ...SHOWN, proven: true });
    await database.sessions.update(stored.id, { state: 'live' });
    const get = vi.spyOn(SessionRepository.prototype, 'get').mockImplementationOnce(async (id) => {
      await database.sessions.update(stored.id, { state: 'client-lost', clientLostAtMs: NOW_MS });
      return database.sessions.get(id);
    });
    onTestFinished(() => get.mockRestore());
    const result = await database.tickets.readmit(hashOf('a'), { ...SHOWN, proven: true }, 15_000);
    expect(result.kind).toBe('readmitted');
  });

  test('a session whose end was asked for takes no client back', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored));
    await database.tickets.redeem(hashOf('a'), SHOWN);
    await database.sessions.update(stored.id, { state: 'client-lost', clientLostAtMs: NOW_MS });
    expect(await database.sessions.requestDisconnect(stored.id, NOW_MS)).toBe(true);
    expect(await database.sessions.requestDisconnect(stored.id, NOW_MS)).toBe(false);
    expect(await database.sessions.listDisconnectRequested('gateway-1')).toEqual([stored.id]);
    expect(await database.tickets.readmit(hashOf('a'), SHOWN, 15_000)).toEqual({ kind: 'not-waiting' });
  });

  test('a ticket that asks for a proof lets nobody in without one, and says so last of all reasons', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored, { proof: PROOF, boundClientAddress: SHOWN.clientAddress }));
    expect(await database.tickets.locate(hashOf('b'))).toBeNull();
    expect(await database.tickets.locate(hashOf('a'))).toEqual({
      sessionId: stored.id,
      needsProof: true,
      proof: PROOF,
    });
    const redeem = (overrides: object) => database.tickets.redeem(hashOf('a'), { ...SHOWN, ...overrides });
    expect(await redeem({})).toEqual({ kind: 'unproven' });
    expect(await redeem({ clientAddress: '198.51.100.5' })).toEqual({ kind: 'wrong-address' });
    expect(await redeem({ nowMs: NOW_MS + 60_000 })).toEqual({ kind: 'expired' });
    expect(await redeem({ proven: true })).toMatchObject({ kind: 'redeemed' });
    await database.sessions.update(stored.id, { state: 'client-lost', clientLostAtMs: NOW_MS + 10_000 });
    const readmit = (overrides: object) =>
      database.tickets.readmit(hashOf('a'), { ...SHOWN, nowMs: NOW_MS + 20_000, ...overrides }, 15_000);
    expect(await readmit({})).toEqual({ kind: 'unproven' });
    expect(await readmit({ nowMs: NOW_MS + 25_001 })).toEqual({ kind: 'window-over' });
    expect(await readmit({ proven: true })).toMatchObject({ kind: 'readmitted' });
  });

  test.each([
    ['ends', (database: Database, id: SessionId) => database.sessions.update(id, { state: 'ended' })],
    ['is refused', (database: Database, id: SessionId) => database.sessions.update(id, { state: 'refused' })],
    ['expires', (database: Database) => database.tickets.expire(NOW_MS + 60_000)],
  ])('[invariant 6] what a client would have to prove is erased when its session %s', async (_name, end) => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored, { proof: PROOF }));
    await database.sessions.update(stored.id, { clientAddress: '198.51.100.4' });
    expect((await database.tickets.locate(hashOf('a')))?.proof).toEqual(PROOF);
    await end(database, stored.id);
    expect(await database.tickets.locate(hashOf('a'))).toMatchObject({ needsProof: true, proof: null });
  });

  test('wrong proofs are counted, and too many of them spoil the ticket', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.tickets.create(ticket(stored, { proof: PROOF }));
    const counts = await Promise.all(
      Array.from({ length: MAX_FAILED_PROOFS }, () => database.tickets.failProof(hashOf('a'))),
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: MAX_FAILED_PROOFS }, (_, index) => index + 1),
    );
    expect(await database.tickets.redeem(hashOf('a'), { ...SHOWN, proven: true })).toEqual({ kind: 'guessed' });
  });

  test('sessions expire when nobody used their ticket in time', async () => {
    const database = await engine.open();
    const [late, used] = [await storeSession(database), await storeSession(database)];
    await database.tickets.create(ticket(late));
    await database.tickets.create(ticket(used, { ticketHash: hashOf('b') }));
    await database.tickets.redeem(hashOf('b'), SHOWN);
    expect(await database.tickets.expire(NOW_MS + 59_999)).toEqual([]);
    expect(await database.tickets.expire(NOW_MS + 60_000)).toEqual([late.id]);
    expect(await database.sessions.get(late.id)).toMatchObject({ state: 'expired', endReason: 'ticket-expired' });
  });

  test('a session leaves no final state', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    expect(await database.sessions.update(stored.id, { state: 'live', startedAtMs: NOW_MS })).toBe(true);
    expect(await database.sessions.countOpen()).toBe(1);
    expect(await database.sessions.update(stored.id, { state: 'ended', endedAtMs: NOW_MS + 5000 })).toBe(true);
    expect(await database.sessions.update(stored.id, { state: 'live' })).toBe(false);
    expect(await database.sessions.listOpen('gateway-1')).toEqual([]);
    const record = await database.sessions.get(stored.id);
    expect(record && toSessionInfo(record)).toMatchObject({ state: 'ended', durationMs: 5000, recording: 'none' });
  });

  test('sessions are listed newest first, page by page, and for one person', async () => {
    const database = await engine.open();
    const stored = [];
    for (let i = 0; i < 5; i++) stored.push((await storeSession(database)).id);
    const ids = async (filter: object) =>
      (await database.sessions.list({ limit: 2, ...filter })).map((record) => record.id);
    const [first, second, third, fourth, fifth] = stored;
    expect(await ids({})).toEqual([fifth, fourth]);
    expect(await ids({ before: fourth })).toEqual([third, second]);
    expect(await ids({ before: second })).toEqual([first]);
    const owner = (await database.sessions.list({ limit: 9 })).at(-1)?.userId;
    expect(await ids({ userId: owner })).toEqual([first]);
  });

  test('what a recorder reports twice is stored and counted once', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.recordings.create(recording(stored));
    const gap = { startMs: 10, endMs: 20, reason: 'decode', codec: 'rle', area: null, bytes: 5, pdus: 1 };
    const area = { x: 0, y: 0, width: 64, height: 64 };
    for (let i = 0; i < 2; i++) {
      await database.media.addVideo(stored.id, VIDEO);
      await database.media.addSegment(stored.id, segment(0));
      await database.media.addSegment(stored.id, segment(1));
      await database.media.addGap(stored.id, gap);
      await database.media.addGap(stored.id, { ...gap, area });
    }
    await database.media.addVideo(stored.id, { ...VIDEO, sizeBytes: 2667 });
    await database.media.addVideo(stored.id, VIDEO);
    expect(await database.recordings.get(stored.id)).toMatchObject({ durationMs: 8000, sizeBytes: 2667, gapCount: 2 });
    expect(await database.media.listVideos(stored.id)).toEqual([{ ...VIDEO, sizeBytes: 2667 }]);
    expect(await database.media.listSegments(stored.id)).toEqual([segment(0), segment(1)]);
    expect(await database.media.listSegments(stored.id, 1)).toEqual([segment(1)]);
    expect(await database.media.listGaps(stored.id)).toEqual(expect.arrayContaining([gap, { ...gap, area }]));
    expect(await database.sessions.get(stored.id)).toMatchObject({
      recordingState: 'live',
      gapCount: 2,
      videoBytes: 2667,
    });
  });

  test('what storage has lost is forgotten with its files and its size', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    const { media } = database;
    await database.recordings.create(recording(stored));
    const second = { ...VIDEO, file: 'video-0002.mp4' };
    for (const video of [VIDEO, second]) await media.addVideo(stored.id, video);
    const kept = [segment(0), segment(1)];
    const lost = [segment(2, { file: second.file }), segment(3, { file: second.file })];
    for (const one of [...kept, ...lost]) await media.addSegment(stored.id, one);
    expect(await media.firstSegmentOf(stored.id, second.file)).toBe(2);
    expect(await media.firstSegmentOf(stored.id, 'video-0003.mp4')).toBeNull();
    await media.forgetFrom(stored.id, 3, second.file);
    expect(await media.listSegments(stored.id)).toEqual([...kept, lost[0]]);
    await media.forgetFrom(stored.id, 2, null);
    expect(await media.listSegments(stored.id)).toEqual(kept);
    expect(await media.listVideos(stored.id)).toEqual([VIDEO]);
    const sizeBytes = VIDEO.initBytes + kept.reduce((sum, one) => sum + one.sizeBytes, 0);
    expect(await database.recordings.get(stored.id)).toMatchObject({ sizeBytes });
    await media.forgetFrom(stored.id, 0, VIDEO.file);
    expect(await media.listVideos(stored.id)).toEqual([VIDEO]);
    expect(await database.recordings.get(stored.id)).toMatchObject({ sizeBytes: VIDEO.initBytes });
  });

  test('a recorder cannot replace what is stored', async () => {
    const database = await engine.open();
    const stored = await storeSession(database);
    await database.recordings.create(recording(stored));
    await database.media.addVideo(stored.id, VIDEO);
    await database.media.addSegment(stored.id, segment(0));
    const others = [
      database.media.addSegment(stored.id, segment(0, { sha256: hashOf('9') })),
      database.media.addVideo(stored.id, { ...VIDEO, initSha256: hashOf('9') }),
    ];
    for (const other of others) await expect(other).rejects.toMatchObject({ code: 'conflict' });
    const unknownFile = database.media.addSegment(stored.id, segment(1, { file: 'video-0002.mp4' }));
    await expect(unknownFile).rejects.toMatchObject({ code: 'constraint' });
  });

  test('a gateway finds its unfinished recordings, and another takes one over when the lease has run out', async () => {
    const database = await engine.open();
    const [live, done] = [await storeSession(database), await storeSession(database)];
    await database.recordings.create(recording(live));
    await database.recordings.create(recording(done));
    await database.recordings.update(done.id, { state: 'finished', finishedAtMs: NOW_MS, manifestSha256: hashOf('4') });
    const unfinished = async (gateway: string) =>
      (await database.recordings.listUnfinished(gateway)).map((one) => one.sessionId);
    expect(await unfinished('gateway-1')).toEqual([live.id]);
    expect(await database.recordings.lease(live.id, 'gateway-2', NOW_MS + 29_999, 30_000)).toBe(false);
    expect(await database.recordings.lease(live.id, 'gateway-1', NOW_MS, 30_000)).toBe(true);
    expect(await database.recordings.lease(live.id, 'gateway-2', NOW_MS + 30_000, 30_000)).toBe(true);
    expect(await unfinished('gateway-1')).toEqual([]);
    expect(await unfinished('gateway-2')).toEqual([live.id]);
  });

  test('targets are kept, changed and removed, and their names are unique', async () => {
    const database = await engine.open();
    const target = {
      id: targetId(nextId()),
      name: 'build-07',
      kind: 'ip',
      address: '192.0.2.7',
      port: 3389,
      recordingSetting: 'required',
      createdAtMs: NOW_MS,
    } as const;
    await database.targets.create(target);
    const twin = database.targets.create({ ...target, id: targetId(nextId()) });
    await expect(twin).rejects.toMatchObject({ code: 'constraint' });
    expect(await database.targets.setRecording(target.id, 'off')).toBe(true);
    expect(await database.targets.list()).toMatchObject([{ ...target, recordingSetting: 'off' }]);
    expect(await database.targets.remove(target.id)).toBe(true);
    expect(await database.targets.remove(target.id)).toBe(false);
    expect(await database.targets.get(target.id)).toBeNull();
  });

  test('a sign-in link works once, until it expires', async () => {
    const database = await engine.open();
    const owner = user({ roles: ['administrator', 'auditor'] });
    await database.users.create(owner);
    expect(await database.users.getByName(owner.userName)).toEqual(owner);
    const link = { tokenHash: hashOf('c'), userId: owner.id, nowMs: NOW_MS, expiresAtMs: NOW_MS + 1000 };
    await database.users.addLink(link);
    expect(await database.users.useLink(link.tokenHash, NOW_MS + 1000)).toBe(false);
    expect(await database.users.linkState(link.tokenHash, NOW_MS + 1000)).toEqual({ kind: 'expired' });
    const uses = await Promise.all([1, 2, 3].map(() => database.users.useLink(link.tokenHash, NOW_MS)));
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await database.users.linkState(link.tokenHash, NOW_MS)).toEqual({ kind: 'used' });
    expect(await database.users.linkState(hashOf('d'), NOW_MS)).toEqual({ kind: 'unknown' });
  });

  test('settings keep the last value', async () => {
    const database = await engine.open();
    expect(await database.settings.get('policy')).toBeUndefined();
    await database.settings.set('policy', { version: 1 }, NOW_MS);
    await database.settings.set('policy', { version: 2, hosts: ['*'] }, NOW_MS);
    expect(await database.settings.get('policy')).toEqual({ version: 2, hosts: ['*'] });
  });

  test('unknown ids change nothing', async () => {
    const database = await engine.open();
    const nobody = sessionId(nextId());
    expect(await database.sessions.update(nobody, { state: 'live' })).toBe(false);
    expect(await database.recordings.update(nobody, { state: 'failed' })).toBe(false);
    expect(await database.recordings.get(nobody)).toBeNull();
  });
});
