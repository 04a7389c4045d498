import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId, sessionId } from '../../../src/contract/ids.js';
import type { SessionRecord } from '../../../src/database/sessions.js';
import { LiveSession, LiveSessions } from '../../../src/gateway/sessions/live-session.js';
import { SessionLimits, type TimeLimits } from '../../../src/gateway/sessions/session-limits.js';

const START_MS = 1_000_000;

/** One live session under a clock that stands still until it is moved. */
function watch(limits: Partial<TimeLimits>, failAudit = false) {
  const live = new LiveSessions();
  const record = { id: sessionId('s1') } as SessionRecord;
  const session = new LiveSession(record, null, START_MS, new Set());
  live.add(session);
  const said: unknown[] = [];
  const state = { nowMs: START_MS, inputs: 0 };
  const connect = (): void => {
    session.connection = { end: () => {}, inputs: () => state.inputs };
  };
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    if (failAudit) throw new Error('audit is gone');
    said.push([event.kind, event.data]);
    return { ...event, chainId: chainId('t'), sequence: 1, timeMs: 0, previousHash: '', hash: '' };
  };
  const watched = new SessionLimits({
    live,
    audit: { append },
    clock: () => state.nowMs,
    disconnect: async (ended, reason) => void said.push([ended.id, reason]),
    maxSessionMs: 0,
    idleTimeoutMs: 0,
    ...limits,
  });
  const at = async (ms: number, input = false): Promise<unknown[]> => {
    state.nowMs = START_MS + ms;
    if (input) state.inputs += 1;
    await watched.check();
    return said.splice(0);
  };
  connect();
  return { at, session, connect, live };
}

describe('the longest session', () => {
  it('is ended once, and the audit log knows before the client', async () => {
    const { at } = watch({ maxSessionMs: 10_000 });
    expect(await at(9_999, true)).toEqual([]);
    expect(await at(10_000, true)).toEqual([
      ['session.limit-reached', { limit: 'session-too-long', limitMs: 10_000, forMs: 10_000 }],
      ['s1', 'session-too-long'],
    ]);
    expect(await at(11_000)).toEqual([]);
  });

  it('counts while it waits for its client', async () => {
    const { at, session } = watch({ maxSessionMs: 10_000 });
    session.connection = null;
    expect(await at(10_000)).toContainEqual(['s1', 'session-too-long']);
  });

  it('ends although nobody can write it down, and says so', async () => {
    expect(await watch({ maxSessionMs: 1 }, true).at(10)).toEqual([['s1', 'audit-failed']]);
  });
});

describe('an idle session', () => {
  it('is ended when its client has sent no input for so long, counted from the last', async () => {
    const { at } = watch({ idleTimeoutMs: 5_000 });
    await at(0);
    expect(await at(4_000)).toEqual([]);
    expect(await at(4_500, true)).toEqual([]);
    expect(await at(9_400)).toEqual([]);
    expect(await at(9_500)).toEqual([
      ['session.limit-reached', { limit: 'session-idle', limitMs: 5_000, forMs: 5_000 }],
      ['s1', 'session-idle'],
    ]);
  });

  it('is not one that waits for its client, and a client that came back is not idle at once', async () => {
    const { at, session, connect } = watch({ idleTimeoutMs: 5_000 });
    await at(0);
    session.connection = null;
    expect(await at(60_000)).toEqual([]);
    connect();
    expect(await at(61_000)).toEqual([]);
    expect(await at(65_900)).toEqual([]);
    expect(await at(66_000)).toContainEqual(['s1', 'session-idle']);
  });
});

it('sessions are not ended where no limit is set', async () => {
  const { at } = watch({});
  await at(0);
  expect(await at(1e12)).toEqual([]);
});
