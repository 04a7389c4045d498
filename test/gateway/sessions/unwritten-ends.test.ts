/** [invariant 5] Sessions whose end cannot be put on record: over at once, closed when it can be, on a real database. */
import { PassThrough } from 'node:stream';
import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { AuditError } from '../../../src/audit/audit-log.js';
import type { AuditEvent, AuditEventKind, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId } from '../../../src/contract/ids.js';
import type { Database } from '../../../src/database/open.js';
import type { SessionRecord } from '../../../src/database/sessions.js';
import { SessionControl } from '../../../src/gateway/composition/session-control.js';
import { runSession } from '../../../src/gateway/rdp/session-runner.js';
import type { SessionClient } from '../../../src/gateway/rdp/session-client.js';
import type { TargetLeg } from '../../../src/gateway/rdp/target/open-target-leg.js';
import type { RecordingService } from '../../../src/gateway/recording/recording-service.js';
import { LiveSessions } from '../../../src/gateway/sessions/live-session.js';
import { SessionLifecycle } from '../../../src/gateway/sessions/session-lifecycle.js';
import { settleLeftSessions } from '../../../src/gateway/sessions/settle-left-sessions.js';
import { gfxOfferOf } from '../../../src/rdp/relay/shaping/graphics-pipeline.js';
import { sqliteEngine } from '../../database/engines.js';
import { NOW_MS, storeSession } from '../../database/samples.js';

const engine = sqliteEngine();
const log = pino({ level: 'silent' });
const clock = (): number => NOW_MS;
const createRow = () => Promise.reject(new Error('nothing was recorded'));

/** An audit log that fails for some kinds of events, or all. */
class FailingAudit {
  readonly rows: AuditEvent[] = [];
  failing: 'none' | 'all' | AuditEventKind = 'none';

  async append(event: AuditEvent): Promise<AuditRow> {
    if (this.failing === 'all' || this.failing === event.kind) throw new AuditError('append-failed', 'no disk');
    this.rows.push(event);
    return { ...event, chainId: chainId('t'), sequence: this.rows.length, timeMs: 0, previousHash: '', hash: '' };
  }

  get kinds(): readonly string[] {
    return this.rows.map(({ kind }) => kind);
  }
}

interface Desk {
  readonly database: Database;
  readonly audit: FailingAudit;
  readonly live: LiveSessions;
  readonly lifecycle: SessionLifecycle;
  readonly session: SessionRecord;
  readonly row: () => Promise<unknown>;
}

async function open(): Promise<Desk> {
  const database = await engine.open();
  const { id } = await storeSession(database, { recorded: false });
  const audit = new FailingAudit();
  const live = new LiveSessions();
  const recordings = { begin: () => Promise.reject(new Error('none is recorded')) };
  const lifecycle = new SessionLifecycle({
    database,
    audit,
    recordings,
    live,
    clock,
    log,
    reconnectWindowMs: 60_000,
    channels: new Set(),
  });
  await database.sessions.update(id, { state: 'connecting' });
  const session = await database.sessions.get(id);
  if (session === null) throw new Error('no session');
  const row = async (): Promise<unknown> => {
    const now = await database.sessions.get(id);
    return [now?.state, now?.endReason];
  };
  return { database, audit, live, lifecycle, session, row };
}

it('a session whose end cannot be audited is over, and closed once when it can be', async () => {
  const { lifecycle, session, live, audit, row } = await open();
  const one = await lifecycle.begin(session, null);
  audit.failing = 'all';
  await expect(lifecycle.end(one, 'session-idle')).rejects.toThrow('no disk');
  expect(live.size).toBe(0);
  await expect(lifecycle.settle()).rejects.toThrow('no disk');
  expect(await row()).toEqual(['connecting', null]);
  audit.failing = 'none';
  await lifecycle.settle();
  await lifecycle.settle();
  expect(await row()).toEqual(['ended', 'session-idle']);
  expect(audit.kinds).toEqual(['session.ended']);
});

it('its end is on record once when only its row could not be written', async () => {
  const { lifecycle, session, audit, database, row } = await open();
  const one = await lifecycle.begin(session, null);
  const update = vi.spyOn(database.sessions, 'update').mockRejectedValueOnce(new Error('busy'));
  await expect(lifecycle.end(one, 'client-disconnected')).rejects.toThrow('busy');
  await lifecycle.settle();
  update.mockRestore();
  expect(await row()).toEqual(['ended', 'client-disconnected']);
  expect(audit.kinds).toEqual(['session.ended']);
});

it('is closed by the next start when the gateway stops before', async () => {
  const { lifecycle, session, audit, database, row } = await open();
  const one = await lifecycle.begin(session, null);
  audit.failing = 'session.ended';
  await expect(lifecycle.end(one, 'session-idle')).rejects.toThrow('no disk');
  audit.failing = 'none';
  await settleLeftSessions({ database, audit, clock, gatewayId: session.gatewayId, createRow });
  expect(await row()).toEqual(['ended', 'gateway-lost']);
  // The gateway that comes back to it all the same finds it settled.
  expect(audit.kinds).toEqual(['session.ended']);
});

it('a session whose lost client cannot be put on record waits for nobody', async () => {
  const { lifecycle, session, live, audit, row } = await open();
  const one = await lifecycle.begin(session, null);
  audit.failing = 'session.client-lost';
  await lifecycle.connectionOver(one, 'client-lost');
  expect(live.size).toBe(0);
  expect(one.reconnectTimer).toBeNull();
  expect(await row()).toEqual(['ended', 'audit-failed']);
});

it('all sessions are ended when the gateway stops, although one cannot be put on record', async () => {
  const { lifecycle, session, live, audit, database } = await open();
  await lifecycle.begin(session, null);
  const other = await storeSession(database, { recorded: false });
  const second = await database.sessions.get(other.id);
  if (second === null) throw new Error('no session');
  await lifecycle.begin(second, null);
  const limits = { check: async () => {} } as never;
  const gatewayId = session.gatewayId;
  const control = new SessionControl({ database, audit, live, lifecycle, limits, clock, gatewayId, log });
  audit.failing = 'all';
  await control.endAll('gateway-stopped');
  await control.stop();
  expect(live.size).toBe(0);
});

interface Connection {
  readonly client: SessionClient;
  readonly stream: PassThrough;
  readonly target: TargetLeg;
}

function connection(): Connection {
  const stream = new PassThrough();
  const client = {
    clientAddress: '192.0.2.1',
    requestedProtocols: 0,
    browser: false,
    signsIn: false,
    saysOneTimePassword: false,
    tookLeave: false,
    open: async () => stream,
    refuse: async () => {},
    destroy: () => void stream.destroy(),
  } satisfies SessionClient;
  const target = { socket: new PassThrough(), clientInfo: null, signIn: null, selectedProtocol: 0 };
  return { client, stream, target: target as unknown as TargetLeg };
}

function run({ database, audit, lifecycle, session }: Desk, client: SessionClient, connect: () => Promise<TargetLeg>) {
  const options = {
    database,
    audit,
    lifecycle,
    clock,
    log,
    recordings: {} as RecordingService,
    targets: { open: connect } as never,
    maxGapMs: 5000,
    refusalPage: false,
    gfxOffer: gfxOfferOf([]),
    keepsClipboardText: false,
  };
  return runSession(options, { kind: 'admitted', session, permit: null, live: null, ntlmBlocked: false }, client);
}

it('a connection that cannot be audited ends by that reason, and not as a lost recording', async () => {
  const desk = await open();
  const { client, stream, target } = connection();
  desk.audit.failing = 'session.connected';
  await run(desk, client, async () => target);
  expect(stream.destroyed).toBe(true);
  expect(desk.live.size).toBe(0);
  expect(await desk.row()).toEqual(['ended', 'audit-failed']);
});

it('nothing of it stays open when the end cannot be audited either', async () => {
  const desk = await open();
  const { client, stream, target } = connection();
  desk.audit.failing = 'all';
  await expect(run(desk, client, async () => target)).rejects.toThrow('no disk');
  expect([stream.destroyed, target.socket.destroyed, desk.live.size]).toEqual([true, true, 0]);
  expect(await desk.row()).toEqual(['connecting', null]);
  desk.audit.failing = 'none';
  await desk.lifecycle.settle();
  expect(await desk.row()).toEqual(['ended', 'audit-failed']);
  expect(desk.audit.kinds).toEqual(['session.ended']);
});

it('a target that fails in a way that nobody foresaw leaves no session that connects for ever', async () => {
  const desk = await open();
  const { client } = connection();
  const attempt = run(desk, client, () => Promise.reject(new Error('a secret of the key store')));
  await expect(attempt).rejects.toThrow('a secret of the key store');
  expect(await desk.row()).toEqual(['refused', 'gateway-failed']);
  expect(desk.audit.rows).toMatchObject([{ kind: 'connection.refused', data: { reason: 'gateway-failed' } }]);
  expect(JSON.stringify(desk.audit.rows)).not.toContain('secret');
});

it('nor does one whose refusal cannot be audited, once it can be', async () => {
  const desk = await open();
  desk.audit.failing = 'all';
  await expect(run(desk, connection().client, () => Promise.reject(new Error('any')))).rejects.toThrow('any');
  expect(await desk.row()).toEqual(['connecting', null]);
  desk.audit.failing = 'none';
  await desk.lifecycle.settle();
  expect(await desk.row()).toEqual(['refused', 'gateway-failed']);
});

it('a session that waits for its client goes on waiting when a connection back to it fails', async () => {
  const desk = await open();
  const one = await desk.lifecycle.begin(desk.session, null);
  await desk.lifecycle.connectionOver(one, 'client-lost');
  await desk.database.sessions.update(one.id, { state: 'connecting' });
  await desk.lifecycle.failed(desk.session, one, new Error('any'));
  expect([await desk.row(), desk.live.size]).toEqual([['client-lost', null], 1]);
  await desk.lifecycle.end(one, 'client-lost');
});
