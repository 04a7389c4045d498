/** Refusals of strangers: a row each at ordinary rates, one row for all that are too many, and none without a word. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_REFUSAL_LIMITS, RefusalBudget } from '../../src/audit/refusal-budget.js';
import { REFUSAL_WINDOW_MS, type Refusal } from '../../src/audit/refusal-log.js';
import type { AuditEvent } from '../../src/contract/audit-event.js';
import { refusalLog } from '../helpers/refusals.js';

const LIMITS = { network: { burst: 3, perSecond: 1 }, overall: { burst: 5, perSecond: 1 } };
const START_MS = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function desk() {
  const rows: AuditEvent[] = [];
  const time = { nowMs: START_MS };
  const audit = {
    failing: false,
    append: async (event: AuditEvent): Promise<void> => {
      if (audit.failing) throw new Error('the database is gone');
      rows.push(event);
    },
  };
  const log = refusalLog(audit, () => time.nowMs, LIMITS);
  const refuse = (clientAddress: string, change: Partial<Refusal> = {}): Promise<void> =>
    log.record({ kind: 'connection.refused', clientAddress, reason: 'not-rdp', sessionId: null, data: {}, ...change });
  const windowOver = async (): Promise<void> => {
    time.nowMs += REFUSAL_WINDOW_MS;
    await vi.advanceTimersByTimeAsync(REFUSAL_WINDOW_MS);
  };
  return { rows, time, audit, log, refuse, windowOver };
}

describe('refusals of strangers', () => {
  it('have a row each that says who and why, as long as there are not too many', async () => {
    const { rows, refuse } = desk();
    await refuse('192.0.2.1', { reason: 'not-rdp', data: { entrance: 'native' } });
    expect(rows).toEqual([
      {
        kind: 'connection.refused',
        actor: 'client:192.0.2.1',
        sessionId: null,
        data: { reason: 'not-rdp', entrance: 'native' },
      },
    ]);
  });

  it('beyond what a network may have are counted, and one row a window says how many, when and why', async () => {
    const { rows, time, refuse, windowOver } = desk();
    for (let index = 0; index < 3; index += 1) await refuse(`192.0.2.${index}`);
    await refuse('192.0.2.77');
    time.nowMs += 400;
    await refuse('192.0.2.78', { kind: 'entra.sign-in-failed', reason: 'attempt' });
    // Another network has its own.
    await refuse('198.51.100.1');
    expect(rows).toHaveLength(4);
    await windowOver();
    expect(rows.slice(4)).toEqual([
      {
        kind: 'refusals.counted',
        actor: 'gateway',
        sessionId: null,
        data: {
          count: 2,
          firstMs: START_MS,
          lastMs: START_MS + 400,
          reasons: { 'connection.refused not-rdp': 1, 'entra.sign-in-failed attempt': 1 },
          networks: { '192.0.2.0/24': 2 },
          otherNetworks: 0,
        },
      },
    ]);
    // In peace nothing is written, and rows are to be had again.
    await windowOver();
    await refuse('192.0.2.1');
    expect(rows.slice(5).map(({ kind }) => kind)).toEqual(['connection.refused']);
  });

  it('of a whole /64 are those of one network', async () => {
    const { rows, refuse } = desk();
    for (let index = 1; index < 9; index += 1) await refuse(`2001:db8:1:2::${index}`);
    expect(rows).toHaveLength(3);
  });

  it('from very many networks are bounded too, and the row names some of them', async () => {
    const { rows, refuse, windowOver } = desk();
    for (let index = 0; index < 60; index += 1) await refuse(`10.0.${index}.1`);
    expect(rows).toHaveLength(5);
    await windowOver();
    const { networks, ...data } = rows.at(-1)?.data ?? {};
    expect(data).toMatchObject({ count: 55, otherNetworks: 35 });
    expect(Object.keys(networks as object)).toHaveLength(20);
  });

  it('that were counted are not forgotten while the database is away', async () => {
    const { rows, audit, refuse, windowOver } = desk();
    for (let index = 0; index < 5; index += 1) await refuse('192.0.2.1');
    audit.failing = true;
    await windowOver();
    for (let index = 0; index < 4; index += 1) await refuse('192.0.2.1').catch(() => {});
    audit.failing = false;
    await windowOver();
    const counted = rows.filter(({ kind }) => kind === 'refusals.counted');
    expect(counted.map(({ data }) => data['count'])).toEqual([3]);
  });

  it('that were counted are on record when the gateway stops', async () => {
    const { rows, refuse, log, windowOver } = desk();
    for (let index = 0; index < 5; index += 1) await refuse('192.0.2.1');
    await log.flush();
    expect(rows.at(-1)).toMatchObject({ kind: 'refusals.counted', data: { count: 2 } });
    await windowOver();
    expect(rows).toHaveLength(4);
  });

  it('of a session that a person asked for always have their row', async () => {
    const { rows, log } = desk();
    const refusal = { clientAddress: '192.0.2.1', reason: 'policy-denied', sessionId: null, data: {} } as const;
    for (let index = 0; index < 9; index += 1) await log.recordAlways({ kind: 'session.ticket-refused', ...refusal });
    expect(rows).toHaveLength(9);
  });
});

describe('the budget of rows', () => {
  it('is never more than burst and rate allow, for a network and for all, whatever the clock does', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -2_000, max: 3_000 }), fc.integer({ min: 0, max: 3 })));
    fc.assert(
      fc.property(steps, (all) => {
        const budget = new RefusalBudget(LIMITS);
        const taken = new Map<string, number>();
        let [nowMs, forwardMs] = [0, 0];
        for (const [stepMs, network] of all) {
          nowMs += stepMs;
          forwardMs += Math.max(0, stepMs);
          const key = `10.0.${network}.0/24`;
          if (budget.take(key, nowMs)) taken.set(key, (taken.get(key) ?? 0) + 1);
        }
        const total = [...taken.values()].reduce((sum, count) => sum + count, 0);
        expect(total).toBeLessThanOrEqual(5 + forwardMs / 1_000);
        for (const count of taken.values()) expect(count).toBeLessThanOrEqual(3 + forwardMs / 1_000);
      }),
    );
  });

  it('leaves two hundred refusals within a moment a row each', () => {
    const budget = new RefusalBudget(DEFAULT_REFUSAL_LIMITS);
    for (let index = 0; index < 200; index += 1) expect(budget.take('192.0.2.0/24', 0)).toBe(true);
  });
});
