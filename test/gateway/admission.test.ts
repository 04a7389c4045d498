/** Admission on a real database: which ticket lets whom in, and what is on record of the others. */
import { describe, expect, it } from 'vitest';
import type { RefusalLog } from '../../src/audit/refusal-log.js';
import type { AuditEvent, AuditRow } from '../../src/contract/audit-event.js';
import { chainId, targetId } from '../../src/contract/ids.js';
import type { RecordingSetting } from '../../src/contract/rule.js';
import type { Database } from '../../src/database/open.js';
import type { NewSession } from '../../src/database/sessions.js';
import type { UserRecord } from '../../src/database/users.js';
import { MAX_FAILED_PROOFS, type NewTicket } from '../../src/database/tickets.js';
import { LockOut } from '../../src/identity/lock-out.js';
import {
  admit,
  type Admission,
  type AdmissionOptions,
  admitOrAsk,
  attemptLimits,
  wrongProof,
} from '../../src/gateway/rdp/admission.js';
import { createTicket, ticketHash } from '../../src/gateway/rdp/ticket.js';
import { nextPolicyVersion, readHost, writeHost } from '../../src/inventory/host.js';
import { SessionPolicy } from '../../src/inventory/session-policy.js';
import { LiveSession, LiveSessions } from '../../src/gateway/sessions/live-session.js';
import { type PlaceLimits, SessionPlaces } from '../../src/gateway/sessions/session-places.js';
import { sqliteEngine } from '../database/engines.js';
import { refusalLog } from '../helpers/refusals.js';
import { nextId, NOW_MS, session as sessionOf, ticket as ticketRow, user } from '../database/samples.js';

const WINDOW_MS = 60_000;
const ADDRESS = '192.0.2.10';

interface Desk {
  readonly database: Database;
  readonly audit: AuditEvent[];
  readonly live: LiveSessions;
  readonly session: NewSession;
  readonly ticket: string;
  nowMs: number;
  readonly options: AdmissionOptions;
  readonly refusals: RefusalLog;
  readonly show: (ticket?: string | null, clientAddress?: string, proven?: boolean) => Promise<Admission>;
  /** The session's client is lost now; its live session waits. */
  readonly loseClient: (admission: Admission) => Promise<LiveSession>;
}

const engine = sqliteEngine();

async function open(
  change: {
    user?: Partial<UserRecord>;
    ticket?: Partial<NewTicket>;
    session?: Partial<NewSession>;
    recording?: RecordingSetting;
    failAudit?: AuditEvent['kind'];
    attempts?: number;
    reconnectWindowMs?: number;
    places?: PlaceLimits;
  } = {},
): Promise<Desk> {
  const database = await engine.open();
  const owner = user(change.user);
  await database.users.create(owner);
  const reader = { id: 'r1', principalKind: 'user', principal: owner.userName, principalName: null } as const;
  const everywhere = { role: 'Reader', scope: '/', source: 'manual', createdAtMs: NOW_MS } as const;
  await database.roleAssignments.create({ ...reader, ...everywhere });
  const target = targetId(nextId());
  const where = { kind: 'ip', address: '192.0.2.7', port: 3389, createdAtMs: NOW_MS } as const;
  const recordingSetting = change.recording ?? 'required';
  await database.targets.create({ id: target, name: `build-${target}`, recordingSetting, ...where });
  const session = sessionOf(owner, { targetId: target, ...change.session });
  await database.sessions.create(session);
  const ticket = createTicket();
  await database.tickets.create(ticketRow(session, { ticketHash: ticketHash(ticket), ...change.ticket }));
  const audit: AuditEvent[] = [];
  const live = new LiveSessions();
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    if (event.kind === change.failAudit) throw new Error('audit is gone');
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const refusals = refusalLog({ append }, () => desk.nowMs);
  const options: AdmissionOptions = {
    database,
    audit: { append },
    clock: () => desk.nowMs,
    policy: new SessionPolicy({ database, recording: 'required', clock: () => desk.nowMs }),
    reconnectWindowMs: change.reconnectWindowMs ?? WINDOW_MS,
    live,
    places: new SessionPlaces(database, change.places ?? { sessionsPerUser: 0, sessionsPerHost: 0 }, () => NOW_MS),
    attempts: new LockOut(attemptLimits(change.attempts ?? 30)),
    refusals,
  };
  const desk: Desk = {
    database,
    audit,
    live,
    session,
    ticket,
    nowMs: NOW_MS,
    options,
    refusals,
    show: (shown = ticket, clientAddress = ADDRESS, proven = false) =>
      admit(options, shown, { entrance: 'native', clientAddress, proven }),
    loseClient: async (admission) => {
      if (admission.kind !== 'admitted') throw new Error(`not admitted: ${admission.reason}`);
      const waiting = new LiveSession(admission.session, admission.permit, desk.nowMs, new Set());
      live.add(waiting);
      await database.sessions.update(session.id, { state: 'live' });
      await database.sessions.update(session.id, { state: 'client-lost', clientLostAtMs: desk.nowMs });
      return waiting;
    },
  };
  return desk;
}

const reasonOf = (admission: Admission): string => (admission.kind === 'refused' ? admission.reason : admission.kind);
const refusals = (desk: Desk) => desk.audit.filter(({ kind }) => kind === 'session.ticket-refused');
const stateOf = async (desk: Desk) => (await desk.database.sessions.get(desk.session.id))?.state;

describe('a ticket', () => {
  it('lets its client in once policy was asked again, all of it on record before', async () => {
    const desk = await open();
    const admission = await desk.show();
    expect(admission).toMatchObject({ kind: 'admitted', live: null, session: { id: desk.session.id } });
    expect(admission.kind === 'admitted' && admission.permit?.recording).toBe('required');
    expect(desk.audit.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['session.ticket-redeemed', `client:${ADDRESS}`],
      ['session.decided', 'gateway'],
    ]);
    expect(desk.audit[1]).toMatchObject({ data: { at: 'redemption', outcome: 'allowed', recorded: true } });
  });

  it.each([
    ['missing', null, {}, 'ticket-missing'],
    ['unknown', createTicket(), {}, 'ticket-unknown'],
    ['expired', undefined, { expiresAtMs: NOW_MS }, 'ticket-expired'],
    ['of the portal', undefined, { entrance: 'portal' }, 'ticket-wrong-entrance'],
    ['of another address', undefined, { boundClientAddress: '192.0.2.99' }, 'ticket-wrong-address'],
  ] as const)('that is %s lets nobody in, with one row that says why', async (_, shown, ticket, reason) => {
    const desk = await open({ ticket });
    expect(reasonOf(await desk.show(shown))).toBe(reason);
    expect(desk.audit).toEqual([
      {
        kind: 'session.ticket-refused',
        actor: `client:${ADDRESS}`,
        sessionId: null,
        data: { reason, entrance: 'native' },
      },
    ]);
    expect(await stateOf(desk)).toBe('authorised');
  });

  it('[invariant 6] is in no row, nor is its hash', async () => {
    const desk = await open();
    await desk.show();
    await desk.show();
    await desk.show(createTicket());
    const text = JSON.stringify(desk.audit);
    expect(text).not.toContain(desk.ticket);
    expect(text).not.toContain(ticketHash(desk.ticket));
  });

  it('that ten clients show at once lets one of them in', async () => {
    const desk = await open();
    const all = await Promise.all(Array.from({ length: 10 }, () => desk.show()));
    expect(all.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
    expect(refusals(desk)).toHaveLength(9);
    expect(new Set(refusals(desk).map(({ data }) => data['reason']))).toEqual(new Set(['ticket-used']));
  });

  it('of a session that was ended before lets nobody in', async () => {
    const desk = await open();
    await desk.database.sessions.update(desk.session.id, { state: 'ended', endedAtMs: NOW_MS, endReason: 'test' });
    expect(reasonOf(await desk.show())).toBe('session-over');
    expect(refusals(desk)).toHaveLength(1);
  });

  it.each(['session.ticket-redeemed', 'session.decided'] as const)(
    '[invariant 5] lets nobody in when audit does not take %s',
    async (failAudit) => {
      await expect((await open({ failAudit })).show()).rejects.toThrow('audit is gone');
    },
  );
});

describe('a ticket with a one-time password', () => {
  const PROOF = { userName: 'witness-0a1b2c3d', sealedKey: 'c2VhbGVk' };
  const shown = (clientAddress = ADDRESS) => ({ entrance: 'native', clientAddress }) as const;

  it('asks for its proof, without a row, and lets in with it', async () => {
    const desk = await open({ ticket: { proof: PROOF } });
    const asked = await admitOrAsk(desk.options, desk.ticket, shown());
    expect(asked).toMatchObject({ kind: 'ask-for-proof', ticket: { sessionId: desk.session.id, proof: PROOF } });
    expect(desk.audit).toEqual([]);
    expect(reasonOf(await desk.show(desk.ticket, ADDRESS, true))).toBe('admitted');
    expect(desk.audit[0]?.data).toMatchObject({ at: 'redemption', proof: 'one-time-password' });
  });

  it('lets nobody in without it', async () => {
    const desk = await open({ ticket: { proof: PROOF } });
    expect(reasonOf(await desk.show())).toBe('ticket-unproven');
    expect(await stateOf(desk)).toBe('authorised');
  });

  it.each([
    ['used', {}, 'ticket-used'],
    ['expired', { expiresAtMs: NOW_MS }, 'ticket-expired'],
    ['of another address', { boundClientAddress: '192.0.2.99' }, 'ticket-wrong-address'],
    ['of the portal', { entrance: 'portal' }, 'ticket-wrong-entrance'],
  ] as const)('that is %s is refused before anything is asked for', async (name, ticket, reason) => {
    const desk = await open({ ticket: { proof: PROOF, ...ticket } });
    if (name === 'used') await desk.show(desk.ticket, ADDRESS, true);
    const asked = await admitOrAsk(desk.options, desk.ticket, shown());
    expect(asked).toMatchObject({ kind: 'refused', reason });
    expect(refusals(desk)).toHaveLength(1);
  });

  it('is proven once more by the client that comes back, and by nobody from elsewhere', async () => {
    const desk = await open({ ticket: { proof: PROOF } });
    const waiting = await desk.loseClient(await desk.show(desk.ticket, ADDRESS, true));
    const elsewhere = await admitOrAsk(desk.options, desk.ticket, shown('192.0.2.99'));
    expect(elsewhere).toMatchObject({ kind: 'refused', reason: 'ticket-wrong-address' });
    expect(await admitOrAsk(desk.options, desk.ticket, shown())).toMatchObject({ kind: 'ask-for-proof' });
    expect(reasonOf(await desk.show())).toBe('ticket-unproven');
    expect(await desk.show(desk.ticket, ADDRESS, true)).toMatchObject({ kind: 'admitted', live: waiting });
  });

  it('[invariant 6] is erased at its redemption when nobody may come back', async () => {
    const desk = await open({ ticket: { proof: PROOF }, reconnectWindowMs: 0 });
    await desk.show(desk.ticket, ADDRESS, true);
    expect(await desk.database.tickets.locate(ticketHash(desk.ticket))).toMatchObject({ proof: null });
  });

  it('is spoilt by too many wrong passwords, each on record, and its session can never connect', async () => {
    const desk = await open({ ticket: { proof: PROOF }, attempts: 100 });
    for (let count = 1; count <= MAX_FAILED_PROOFS; count += 1) {
      const asked = await admitOrAsk(desk.options, desk.ticket, shown());
      if (asked.kind !== 'ask-for-proof') throw new Error(`not asked: ${asked.kind}`);
      await wrongProof(desk.options, asked, shown());
    }
    expect(refusals(desk).map(({ data }) => data['failedProofs'])).toEqual(
      Array.from({ length: MAX_FAILED_PROOFS }, (_, index) => index + 1),
    );
    expect(await desk.database.sessions.get(desk.session.id)).toMatchObject({
      state: 'refused',
      endReason: 'ticket-guessed',
    });
    expect(reasonOf(await desk.show(desk.ticket, ADDRESS, true))).toBe('ticket-guessed');
  });
});

describe('an address that shows what is not its own again and again', () => {
  it('is the whole /64 that an IPv6 client has to itself', async () => {
    const desk = await open({ attempts: 3 });
    for (let count = 1; count <= 3; count += 1) await desk.show(createTicket(), `2001:db8:1:2::${count}`);
    expect(reasonOf(await desk.show(desk.ticket, '2001:db8:1:2:ffff::9'))).toBe('too-many-attempts');
    expect(reasonOf(await desk.show(desk.ticket, '2001:db8:1:3::1'))).toBe('admitted');
  });

  it('and goes on is counted, and one row says how often it came', async () => {
    const desk = await open({ attempts: 3 });
    for (let count = 0; count < 8; count += 1) await desk.show(createTicket());
    expect(refusals(desk)).toHaveLength(3);
    await desk.refusals.flush();
    const reasons = { 'session.ticket-refused too-many-attempts': 5 };
    expect(desk.audit.at(-1)).toMatchObject({ kind: 'refusals.counted', data: { count: 5, reasons } });
  });

  it('is not answered for a minute: one row says so, and others are not affected', async () => {
    const desk = await open({ attempts: 3 });
    for (let count = 0; count < 3; count += 1) await desk.show(createTicket());
    expect(refusals(desk).map(({ data }) => data['addressLockedOutMs'])).toEqual([undefined, undefined, 60_000]);
    expect(reasonOf(await desk.show())).toBe('too-many-attempts');
    expect(refusals(desk)).toHaveLength(3);
    expect(reasonOf(await desk.show(desk.ticket, '192.0.2.99'))).toBe('admitted');
    desk.nowMs += 60_000;
    expect(reasonOf(await desk.show(createTicket()))).toBe('ticket-unknown');
  });
});

describe('a limit on sessions', () => {
  it.each([
    ['sessions-of-user', { sessionsPerUser: 1, sessionsPerHost: 0 }],
    ['sessions-of-host', { sessionsPerUser: 0, sessionsPerHost: 1 }],
  ] as const)('of %s refuses who would go beyond it, on record, and lets in who comes back', async (limit, places) => {
    const desk = await open({ places });
    const owner = await desk.database.users.get(desk.session.userId);
    if (owner === null) throw new Error('no owner');
    const other = sessionOf(owner, { targetId: desk.session.targetId });
    await desk.database.sessions.create(other);
    await desk.database.sessions.update(other.id, { state: 'client-lost', clientLostAtMs: NOW_MS });
    expect(reasonOf(await desk.show())).toBe('too-many-sessions');
    expect(desk.audit.slice(2).map(({ kind, data }) => [kind, data])).toEqual([
      ['session.limit-reached', { limit, most: 1, at: 'redemption' }],
      ['session.ticket-refused', { reason: 'too-many-sessions', entrance: 'native' }],
    ]);
    expect(await desk.database.sessions.get(desk.session.id)).toMatchObject({ state: 'refused' });
  });

  it('does not count the session itself when its client comes back', async () => {
    const desk = await open({ places: { sessionsPerUser: 1, sessionsPerHost: 1 } });
    await desk.loseClient(await desk.show());
    expect((await desk.show()).kind).toBe('admitted');
  });
});

describe('policy that changed since the request', () => {
  it('refuses a target that was removed, and the session can never connect', async () => {
    const desk = await open();
    await desk.database.targets.remove(desk.session.targetId);
    expect(reasonOf(await desk.show())).toBe('policy-denied');
    expect(refusals(desk)).toMatchObject([{ sessionId: desk.session.id, data: { reason: 'policy-denied' } }]);
    expect(desk.audit).toContainEqual(
      expect.objectContaining({
        kind: 'session.decided',
        data: expect.objectContaining({ reasons: ['target-unknown'] }),
      }),
    );
    expect(await desk.database.sessions.get(desk.session.id)).toMatchObject({
      state: 'refused',
      endReason: 'policy-denied',
      endedAtMs: NOW_MS,
    });
    expect(reasonOf(await desk.show())).toBe('ticket-used');
  });

  it('refuses a person who was disabled', async () => {
    const desk = await open({ user: { disabledAtMs: NOW_MS } });
    expect(reasonOf(await desk.show())).toBe('policy-denied');
    expect(desk.audit[1]).toMatchObject({
      kind: 'session.decided',
      data: { reasons: ['role-missing', 'reader-host'] },
    });
  });

  it('refuses a person whose role assignment was taken away', async () => {
    const desk = await open();
    await desk.database.roleAssignments.remove('r1');
    expect(reasonOf(await desk.show())).toBe('policy-denied');
    expect(desk.audit[1]).toMatchObject({ data: { at: 'redemption', reasons: ['reader-host'] } });
  });

  it('refuses what the host does not offer any longer, and says by which version of policy', async () => {
    const desk = await open();
    const { policyVersion: _version, ...host } = await readHost(desk.database, 'required');
    await writeHost(desk.database, { ...host, nativeClient: false, sku: 'basic' }, NOW_MS);
    await nextPolicyVersion(desk.database, NOW_MS);
    expect(reasonOf(await desk.show())).toBe('policy-denied');
    const reasons = ['sku-ip', 'sku-native', 'native-off', 'recording-sku'];
    expect(desk.audit[1]).toMatchObject({ data: { policyVersion: 2, reasons } });
  });

  it('refuses a ticket that was made under another version, though it would be allowed', async () => {
    const desk = await open();
    await nextPolicyVersion(desk.database, NOW_MS);
    expect(reasonOf(await desk.show())).toBe('policy-changed');
    expect(desk.audit[1]).toMatchObject({ data: { outcome: 'allowed', policyVersion: 2 } });
    expect(await desk.database.sessions.get(desk.session.id)).toMatchObject({ state: 'refused' });
  });

  it('[invariant 1] is asked with the facts of the session: portal and Entra ID give no permit', async () => {
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', recorded: false } as const;
    const desk = await open({ session: { ...facts, recordingSetting: 'preferred' }, recording: 'preferred' });
    const admission = await desk.show();
    expect(reasonOf(admission)).toBe('policy-denied');
    expect(desk.audit[1]).toMatchObject({ data: { outcome: 'denied', recorded: false } });
  });

  it('records by the setting of today', async () => {
    for (const setting of ['preferred', 'off'] as const) {
      const desk = await open();
      await desk.database.targets.setRecording(desk.session.targetId, setting);
      const admission = await desk.show();
      expect(admission.kind === 'admitted' && (admission.permit?.recording ?? 'off')).toBe(setting);
    }
  });
});

describe('a client that comes back', () => {
  it('is let in with its used ticket, to its own live session', async () => {
    const desk = await open();
    const waiting = await desk.loseClient(await desk.show());
    desk.nowMs += WINDOW_MS;
    const again = await desk.show();
    expect(again).toMatchObject({ kind: 'admitted', live: waiting });
    expect(await stateOf(desk)).toBe('connecting');
    expect(desk.audit.at(-1)).toMatchObject({ kind: 'session.decided', data: { at: 'reconnection' } });
  });

  it.each([
    ['from another address', (desk: Desk) => desk.show(undefined, '192.0.2.99'), 'ticket-wrong-address'],
    [
      'after the window',
      (desk: Desk) => {
        desk.nowMs += WINDOW_MS + 1;
        return desk.show();
      },
      'reconnect-window-over',
    ],
  ] as const)('is refused %s', async (_, show, reason) => {
    const desk = await open();
    await desk.loseClient(await desk.show());
    expect(reasonOf(await show(desk))).toBe(reason);
    expect(refusals(desk)).toMatchObject([{ data: { reason } }]);
    expect(await stateOf(desk)).toBe('client-lost');
  });

  it('is refused while its session is connected, or its end was asked for', async () => {
    const desk = await open();
    const admission = await desk.show();
    expect(reasonOf(await desk.show())).toBe('ticket-used');
    await desk.loseClient(admission);
    await desk.database.sessions.requestDisconnect(desk.session.id, NOW_MS);
    expect(reasonOf(await desk.show())).toBe('ticket-used');
  });

  it('is refused when this process does not hold its session, which goes on waiting', async () => {
    const desk = await open();
    const waiting = await desk.loseClient(await desk.show());
    desk.live.remove(waiting.id);
    expect(reasonOf(await desk.show())).toBe('session-over');
    expect(await stateOf(desk)).toBe('client-lost');
  });

  it('is refused when the target was removed meanwhile, and its session goes on waiting', async () => {
    const desk = await open();
    await desk.loseClient(await desk.show());
    await desk.database.targets.remove(desk.session.targetId);
    expect(reasonOf(await desk.show())).toBe('policy-denied');
    expect(await stateOf(desk)).toBe('client-lost');
    expect(refusals(desk)).toHaveLength(1);
  });

  it.each([
    ['required', 'off'],
    ['off', 'required'],
    ['preferred', 'required'],
  ] as const)('is refused when recording would change in mid-session, from %s to %s', async (before, after) => {
    const desk = await open({ recording: before });
    await desk.loseClient(await desk.show());
    await desk.database.targets.setRecording(desk.session.targetId, after);
    expect(reasonOf(await desk.show())).toBe('policy-changed');
    expect(await stateOf(desk)).toBe('client-lost');
    await desk.database.targets.setRecording(desk.session.targetId, before);
    expect((await desk.show()).kind).toBe('admitted');
  });
});
