/** What a recorder tells of a session, and what it cannot begin, on a real database. */
import pino from 'pino';
import { expect, it } from 'vitest';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId, decisionId } from '../../../src/contract/ids.js';
import type { RecordingEvent } from '../../../src/contract/manifest.js';
import type { AuthenticationMethod, ConnectionMethod } from '../../../src/contract/rule.js';
import type { LiveRecording, RecordingListener } from '../../../src/gateway/recording/recording-service.js';
import { type LiveSession, LiveSessions } from '../../../src/gateway/sessions/live-session.js';
import { SessionLifecycle } from '../../../src/gateway/sessions/session-lifecycle.js';
import { issuePermit } from '../../../src/policy/permit.js';
import { sqliteEngine } from '../../database/engines.js';
import { nextId, NOW_MS, storeSession } from '../../database/samples.js';

const engine = sqliteEngine();

interface Desk {
  readonly audit: AuditEvent[];
  readonly live: LiveSessions;
  readonly lifecycle: SessionLifecycle;
  readonly begin: () => Promise<LiveSession>;
  readonly state: () => Promise<unknown>;
  readonly tell: (domain: string, userName?: string) => void;
}

async function open(
  facts: { connectionMethod: ConnectionMethod; authenticationMethod?: AuthenticationMethod },
  beginFails = false,
): Promise<Desk> {
  const database = await engine.open();
  const stored = await storeSession(database, facts);
  const audit: AuditEvent[] = [];
  const live = new LiveSessions();
  let listener: RecordingListener | null = null;
  const lifecycle = new SessionLifecycle({
    database,
    audit: {
      append: async (event: AuditEvent): Promise<AuditRow> => {
        audit.push(event);
        return { ...event, chainId: chainId('t'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
      },
    },
    recordings: {
      begin: async (_permit, _id, _startedAtMs, heard) => {
        if (beginFails) throw new Error('no disk');
        listener = heard;
        return { recording: { sessionEnded: () => {} } } as unknown as LiveRecording;
      },
    },
    live,
    clock: () => NOW_MS,
    reconnectWindowMs: 60_000,
    channels: new Set(),
    log: pino({ level: 'silent' }),
  });
  const { connectionMethod, authenticationMethod = 'password' } = facts;
  const ruleFacts = { connectionMethod, authenticationMethod, protocol: 'rdp' } as const;
  const permit = issuePermit(ruleFacts, decisionId(nextId()), 1, 'required');
  return {
    audit,
    live,
    lifecycle,
    begin: async () => {
      const session = await database.sessions.get(stored.id);
      if (session === null) throw new Error('no session');
      return lifecycle.begin(session, permit);
    },
    state: async () => {
      const session = await database.sessions.get(stored.id);
      return [session?.state, session?.endReason];
    },
    tell: (domain, userName = 'ada') => {
      const data = { domain, userName, targetSessionId: 1 };
      const event: RecordingEvent = { mediaMs: 1, kind: 'logon', data };
      listener?.onTold(event);
    },
  };
}

it('[invariant 1] ends a recorded portal session whose client is away when its recorder reads of Entra ID', async () => {
  const desk = await open({ connectionMethod: 'portal' });
  const session = await desk.begin();
  await desk.lifecycle.connectionOver(session, 'client-lost');
  desk.tell('CORP');
  expect(desk.live.size).toBe(1);
  desk.tell('', 'AzureAD\\ada');
  await expect.poll(desk.state).toEqual(['ended', 'recording-rule']);
  expect(desk.lifecycle.resume(session)).toBe(false);
});

it('[invariant 1] ends one whose client is connected by its connection', async () => {
  const desk = await open({ connectionMethod: 'portal' });
  const session = await desk.begin();
  const reasons: string[] = [];
  session.connection = { end: (reason) => void reasons.push(reason), inputs: () => 0 };
  desk.tell('AzureAD');
  expect(reasons).toEqual(['recording-rule']);
});

it('[invariant 1] does not let one connect that was ended while its connection came up', async () => {
  const desk = await open({ connectionMethod: 'portal' });
  const session = await desk.begin();
  desk.tell('AzureAD');
  await expect(desk.lifecycle.connected(session, '192.0.2.1')).rejects.toThrow('ended while it connected');
});

it('lets a native session go on: its recording is not forbidden', async () => {
  const desk = await open({ connectionMethod: 'native' });
  const session = await desk.begin();
  desk.tell('AzureAD');
  await desk.lifecycle.connected(session, '192.0.2.1');
  expect(await desk.state()).toEqual(['live', null]);
});

it('is over for a session whose recording cannot begin, on record: it keeps nobody’s place', async () => {
  const desk = await open({ connectionMethod: 'native' }, true);
  await expect(desk.begin()).rejects.toThrow('no disk');
  expect(await desk.state()).toEqual(['refused', 'recording-lost']);
  expect(desk.audit).toMatchObject([{ kind: 'connection.refused', data: { reason: 'recording-lost' } }]);
});
