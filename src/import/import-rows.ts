/** Rows of imported sessions: whose they are, what they were, and what imports that were cut off left behind. */
import { randomBytes } from 'node:crypto';
import { type SessionId, targetId, type UserId, userId, uuidV7 } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import type { AuditAppender } from '../gateway/recording/recording-records.js';
import type { RecordingPermit } from '../policy/permit.js';
import { importsId } from './imports-chain.js';
import type { Survey } from './survey.js';

/** Owner of imported sessions: a name in lists, nobody who can sign in. */
const IMPORT_USER = 'import';
const LEASE_MS = 24 * 60 * 60 * 1000;
const CUT_OFF = 'import-cut-off';

export interface ImportedSession {
  readonly id: SessionId;
  readonly survey: Survey;
  readonly permit: RecordingPermit;
  readonly gatewayId: string;
}

/** Adds the session, begun when the capture says. The database refuses one that must not be recorded. [invariant 1] */
export async function createSessionRow(database: Database, session: ImportedSession, nowMs: number): Promise<void> {
  const { id, survey, permit, gatewayId } = session;
  const { client, server, confirmedAtMs } = survey.connection;
  const user = await ensureImportUser(database, nowMs);
  await database.transaction(async ({ sessions }) => {
    await sessions.create({
      ...permit.facts,
      id,
      userId: user,
      userName: IMPORT_USER,
      targetId: targetId(`imported:${server.address}:${server.port}`),
      targetName: server.address,
      targetAddress: server.address,
      targetPort: server.port,
      recordingSetting: permit.recording,
      recorded: true,
      decisionId: permit.decisionId,
      policyVersion: permit.policyVersion,
      gatewayId: importsId(gatewayId),
      createdAtMs: nowMs,
    });
    // At once: a session that is authorised and has no ticket any more is one that nobody came for.
    await sessions.update(id, { state: 'connecting', startedAtMs: confirmedAtMs, clientAddress: client.address });
  });
}

export async function createRecordingRow(
  database: Database,
  { id, permit, gatewayId }: ImportedSession,
  sessionStartedAtMs: number,
  nowMs: number,
): Promise<void> {
  await database.recordings.create({
    ...permit.facts,
    sessionId: id,
    recordingSetting: permit.recording,
    ownerGatewayId: importsId(gatewayId),
    leaseExpiresAtMs: nowMs + LEASE_MS,
    sessionStartedAtMs,
  });
}

async function ensureImportUser(database: Database, nowMs: number): Promise<UserId> {
  const known = await database.users.getByName(IMPORT_USER);
  if (known !== null) return known.id;
  const id = userId(uuidV7(nowMs, randomBytes(10)));
  const times = { createdAtMs: nowMs, lastSignInAtMs: null, disabledAtMs: nowMs };
  await database.users.create({ id, userName: IMPORT_USER, displayName: 'Imported captures', roles: [], ...times });
  return id;
}

/** An import that was killed has no successor: its capture is still there, to be imported again. */
export async function settleCutOff(
  database: Database,
  audit: AuditAppender,
  gatewayId: string,
  nowMs: number,
): Promise<void> {
  const owner = importsId(gatewayId);
  const message = 'the import was cut off; import the capture again';
  for (const { sessionId, state } of await database.recordings.listUnfinished(owner)) {
    if (state === 'failed') continue;
    const data = { code: CUT_OFF, message, retryable: false };
    await audit.append({ kind: 'recording.failed', actor: 'command-line', sessionId, data });
    await database.recordings.update(sessionId, { state: 'failed', failure: message });
  }
  for (const { id } of await database.sessions.listOpen(owner)) {
    const data = { reason: CUT_OFF };
    await audit.append({ kind: 'session.ended', actor: 'command-line', sessionId: id, data });
    await database.sessions.update(id, { state: 'ended', endedAtMs: nowMs, endReason: CUT_OFF });
  }
}
