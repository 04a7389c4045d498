/** A gateway that died between the words on record and the row of a recording leaves nothing undecided. */
import { expect, it } from 'vitest';
import { EMPTY_CHAIN, nextRow } from '../../../src/audit/chain.js';
import type { AuditEvent, AuditEventKind } from '../../../src/contract/audit-event.js';
import { chainId } from '../../../src/contract/ids.js';
import { settleLeftSessions } from '../../../src/gateway/sessions/settle-left-sessions.js';
import { sqliteEngine } from '../../database/engines.js';
import { NOW_MS, recording, storeSession } from '../../database/samples.js';

const engine = sqliteEngine();
const CHAIN = chainId('gateway-1');

it.each<[AuditEventKind, boolean, boolean]>([
  ['recording.started', false, true],
  ['recording.started', true, false],
  ['session.ticket-redeemed', false, false],
])('of a session with %s on record (row: %s), the row is made up: %s', async (kind, hasRow, madeUp) => {
  const database = await engine.open();
  const session = await storeSession(database, { recorded: true });
  await database.sessions.update(session.id, { state: 'connecting', startedAtMs: NOW_MS + 5 });
  const event: AuditEvent = { kind, actor: 'gateway', sessionId: session.id, data: {} };
  await database.auditEvents.insert([nextRow(CHAIN, EMPTY_CHAIN, event, NOW_MS)]);
  if (hasRow) await database.recordings.create(recording(session));
  const made: unknown[] = [];
  const order: string[] = [];
  const audit = {
    append: async (said: AuditEvent) => {
      order.push(said.kind);
      return nextRow(CHAIN, EMPTY_CHAIN, said, NOW_MS);
    },
  };
  const createRow = async (...row: unknown[]) => {
    order.push('row');
    made.push(row);
  };
  await settleLeftSessions({ database, audit, clock: () => NOW_MS, gatewayId: session.gatewayId, createRow });
  expect(made).toEqual(madeUp ? [[session.id, NOW_MS + 5]] : []);
  // A gateway that dies here as well finds the session open again.
  expect(order).toEqual(madeUp ? ['row', 'session.ended'] : ['session.ended']);
  expect(await database.sessions.get(session.id)).toMatchObject({ state: 'ended', endReason: 'gateway-lost' });
});
