/** What a gateway that died left open: its sessions are ended, and the audit log says how. */
import type { SessionId } from '../../contract/ids.js';
import type { ManifestBody } from '../../contract/manifest.js';
import type { Database } from '../../database/open.js';
import type { SessionRecord } from '../../database/sessions.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { outcomeOf } from './session-lifecycle.js';

export interface SettleOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly gatewayId: string;
  /** Gives a session the row of its recording. */
  readonly createRow: (sessionId: SessionId, startedAtMs: number) => Promise<void>;
}

export interface SettledOutcomes {
  /** How the session of a recording that is taken up again ended. */
  outcomeOf(sessionId: SessionId): Promise<ManifestBody['outcome']>;
}

const GATEWAY_LOST = 'gateway-lost';
/** A recording begins before anything is relayed: all that is on record of its session by then is fewer. */
const ROWS_BEFORE_RECORDING = 100;

/** Ends this gateway's sessions that were connected when it died; tickets that nobody used yet stay good. */
export async function settleLeftSessions(options: SettleOptions): Promise<SettledOutcomes> {
  const { database, audit, clock, gatewayId } = options;
  for (const session of await database.sessions.listOpen(gatewayId)) {
    if (session.state === 'authorised') continue;
    await completeRecording(options, session);
    const data = { reason: GATEWAY_LOST, state: session.state };
    await audit.append({ kind: 'session.ended', actor: 'gateway', sessionId: session.id, data });
    await database.sessions.update(session.id, { state: 'ended', endedAtMs: clock(), endReason: GATEWAY_LOST });
  }
  return {
    outcomeOf: async (sessionId) => {
      const session = await database.sessions.get(sessionId);
      if (session === null || session.endReason === GATEWAY_LOST) return GATEWAY_LOST;
      return outcomeOf(session.endReason ?? '');
    },
  };
}

/** A recording that is on record and has no row: the gateway died in between. With a row it is given up like others. */
async function completeRecording(
  { database, createRow }: SettleOptions,
  { id, startedAtMs, recordingState }: SessionRecord,
): Promise<void> {
  if (startedAtMs === null || recordingState !== 'none') return;
  const rows = await database.auditEvents.listOfSession(id, ROWS_BEFORE_RECORDING);
  if (rows.some(({ kind }) => kind === 'recording.started')) await createRow(id, startedAtMs);
}
