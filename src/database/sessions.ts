/** Sessions: one row each, from the decision to the disconnect, with the figures of its recording beside it. */
import type { Kysely } from 'kysely';
import type { RecordingProgress, RecordingState, SessionInfo, SessionState, WithheldReason } from '../contract/api.js';
import type { DecisionId, SessionId, TargetId, UserId } from '../contract/ids.js';
import type { RecordingSetting, RuleFacts } from '../contract/rule.js';
import type { Schema } from './schema.js';

/** What is known when a session is authorised. */
export interface NewSession extends RuleFacts {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly userName: string;
  readonly targetId: TargetId;
  readonly targetName: string;
  readonly targetAddress: string;
  readonly targetPort: number;
  readonly recordingSetting: RecordingSetting;
  /** True when policy issued a permit. */
  readonly recorded: boolean;
  readonly decisionId: DecisionId;
  readonly policyVersion: number;
  readonly gatewayId: string;
  readonly createdAtMs: number;
  /** The person came by a shareable link. No when left out. */
  readonly throughLink?: boolean;
  /** User name at the target, where the decision looked at it. */
  readonly signInName?: string | null;
}

export interface SessionRecord extends NewSession {
  readonly throughLink: boolean;
  readonly signInName: string | null;
  readonly state: SessionState;
  readonly clientAddress: string | null;
  readonly startedAtMs: number | null;
  readonly clientLostAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endReason: string | null;
  readonly disconnectRequestedAtMs: number | null;
  readonly bytesFromClient: number;
  readonly bytesFromTarget: number;
  readonly recordingState: RecordingState;
  readonly gapCount: number;
  readonly videoBytes: number;
}

/** Fields that change while a session lives; what is left out stays as it is. */
export interface SessionUpdate {
  readonly state?: SessionState;
  readonly gatewayId?: string;
  readonly clientAddress?: string;
  readonly startedAtMs?: number;
  readonly clientLostAtMs?: number | null;
  readonly endedAtMs?: number;
  readonly endReason?: string;
  readonly bytesFromClient?: number;
  readonly bytesFromTarget?: number;
}

export interface SessionFilter {
  readonly limit: number;
  /** Only sessions older than this one. */
  readonly before?: SessionId;
  /** Only this person's sessions. */
  readonly userId?: UserId;
}

/** A session in one of these states never changes its state again. */
export const FINAL_SESSION_STATES = ['ended', 'refused', 'expired'] as const satisfies readonly SessionState[];

/** Between the redemption of its ticket and its end. */
export const OPEN_SESSION_STATES = ['connecting', 'live', 'client-lost'] as const satisfies readonly SessionState[];
function isFinal(state: SessionState): boolean {
  return FINAL_SESSION_STATES.some((final) => final === state);
}

export class SessionRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async create(session: NewSession): Promise<void> {
    await this.#db
      .insertInto('sessions')
      .values({
        id: session.id,
        user_id: session.userId,
        user_name: session.userName,
        target_id: session.targetId,
        target_name: session.targetName,
        target_address: session.targetAddress,
        target_port: session.targetPort,
        connection_method: session.connectionMethod,
        authentication_method: session.authenticationMethod,
        protocol: session.protocol,
        state: 'authorised',
        recording_setting: session.recordingSetting,
        recorded: session.recorded ? 1 : 0,
        decision_id: session.decisionId,
        policy_version: session.policyVersion,
        gateway_id: session.gatewayId,
        created_at_ms: session.createdAtMs,
        bytes_from_client: 0,
        bytes_from_target: 0,
        through_link: session.throughLink === true ? 1 : 0,
        sign_in_name: session.signInName ?? null,
      })
      .execute();
  }

  async get(id: SessionId): Promise<SessionRecord | null> {
    const row = await this.#select().where('sessions.id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  }

  /** Newest first: ids are ordered by time. */
  async list(filter: SessionFilter): Promise<readonly SessionRecord[]> {
    let query = this.#select().orderBy('sessions.id', 'desc').limit(filter.limit);
    if (filter.before !== undefined) query = query.where('sessions.id', '<', filter.before);
    if (filter.userId !== undefined) query = query.where('sessions.user_id', '=', filter.userId);
    return (await query.execute()).map(toRecord);
  }

  /** Sessions of a gateway that have not ended: what it has to settle after a crash. */
  async listOpen(gatewayId: string): Promise<readonly SessionRecord[]> {
    const rows = await this.#select()
      .where('sessions.gateway_id', '=', gatewayId)
      .where('sessions.state', 'not in', FINAL_SESSION_STATES)
      .orderBy('sessions.id')
      .execute();
    return rows.map(toRecord);
  }

  /** Sessions of all gateways that have not ended and have these facts, oldest first. */
  async listOpenWith({
    connectionMethod,
    authenticationMethod,
    protocol,
  }: RuleFacts): Promise<readonly SessionRecord[]> {
    const rows = await this.#select()
      .where('sessions.state', 'not in', FINAL_SESSION_STATES)
      .where('sessions.connection_method', '=', connectionMethod)
      .where('sessions.authentication_method', '=', authenticationMethod)
      .where('sessions.protocol', '=', protocol)
      .orderBy('sessions.id')
      .execute();
    return rows.map(toRecord);
  }

  /** Sessions of a gateway whose end somebody asked for, at whichever gateway. */
  async listDisconnectRequested(gatewayId: string): Promise<readonly SessionId[]> {
    const rows = await this.#db
      .selectFrom('sessions')
      .select('id')
      .where('gateway_id', '=', gatewayId)
      .where('state', 'not in', FINAL_SESSION_STATES)
      .where('disconnect_requested_at_ms', 'is not', null)
      .execute();
    return rows.map((row) => row.id);
  }

  /** False when the session is unknown or already in a final state, which nothing leaves. */
  async update(id: SessionId, update: SessionUpdate): Promise<boolean> {
    const row = await this.#db
      .updateTable('sessions')
      .set(toColumns(update))
      .where('id', '=', id)
      .where('state', 'not in', FINAL_SESSION_STATES)
      .returning('state')
      .executeTakeFirst();
    if (row !== undefined && isFinal(row.state)) await this.#eraseProof(id);
    return row !== undefined;
  }

  /** Nobody comes back to a session that has ended: what its client would have to prove goes. */
  async #eraseProof(id: SessionId): Promise<void> {
    await this.#db.updateTable('tickets').set({ proof_key: null }).where('session_id', '=', id).execute();
  }

  /** False when the session is unknown, has ended, or its end was asked for before. */
  async requestDisconnect(id: SessionId, nowMs: number): Promise<boolean> {
    const row = await this.#db
      .updateTable('sessions')
      .set({ disconnect_requested_at_ms: nowMs })
      .where('id', '=', id)
      .where('state', 'not in', FINAL_SESSION_STATES)
      .where('disconnect_requested_at_ms', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Sessions, or those of one person, that are connected, being connected, or waiting for their client. */
  async countOpen(userId?: UserId): Promise<number> {
    let query = this.#db
      .selectFrom('sessions')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('state', 'in', OPEN_SESSION_STATES);
    if (userId !== undefined) query = query.where('user_id', '=', userId);
    return (await query.executeTakeFirstOrThrow()).count;
  }

  /** The same sessions themselves, the oldest first. */
  async listOpenSessions(userId?: UserId): Promise<readonly SessionRecord[]> {
    let query = this.#select().where('sessions.state', 'in', OPEN_SESSION_STATES).orderBy('sessions.id');
    if (userId !== undefined) query = query.where('sessions.user_id', '=', userId);
    return (await query.execute()).map(toRecord);
  }

  #select() {
    return this.#db
      .selectFrom('sessions')
      .leftJoin('recordings', 'recordings.session_id', 'sessions.id')
      .select([
        'sessions.id',
        'sessions.user_id as userId',
        'sessions.user_name as userName',
        'sessions.target_id as targetId',
        'sessions.target_name as targetName',
        'sessions.target_address as targetAddress',
        'sessions.target_port as targetPort',
        'sessions.connection_method as connectionMethod',
        'sessions.authentication_method as authenticationMethod',
        'sessions.protocol',
        'sessions.state',
        'sessions.recording_setting as recordingSetting',
        'sessions.recorded',
        'sessions.decision_id as decisionId',
        'sessions.policy_version as policyVersion',
        'sessions.gateway_id as gatewayId',
        'sessions.client_address as clientAddress',
        'sessions.created_at_ms as createdAtMs',
        'sessions.started_at_ms as startedAtMs',
        'sessions.client_lost_at_ms as clientLostAtMs',
        'sessions.ended_at_ms as endedAtMs',
        'sessions.end_reason as endReason',
        'sessions.disconnect_requested_at_ms as disconnectRequestedAtMs',
        'sessions.bytes_from_client as bytesFromClient',
        'sessions.bytes_from_target as bytesFromTarget',
        'sessions.through_link as throughLink',
        'sessions.sign_in_name as signInName',
        'recordings.state as recordingProgress',
        'recordings.withheld_reason as withheldReason',
        'recordings.gap_count as gapCount',
        'recordings.size_bytes as videoBytes',
      ]);
  }
}

type SelectedRow = Omit<SessionRecord, 'recorded' | 'throughLink' | 'recordingState' | 'gapCount' | 'videoBytes'> & {
  readonly recorded: 0 | 1;
  readonly throughLink: 0 | 1;
  readonly recordingProgress: RecordingProgress | null;
  readonly withheldReason: WithheldReason | null;
  readonly gapCount: number | null;
  readonly videoBytes: number | null;
};

function toRecord({ recordingProgress, withheldReason, ...row }: SelectedRow): SessionRecord {
  return {
    ...row,
    recorded: row.recorded === 1,
    throughLink: row.throughLink === 1,
    recordingState: withheldReason === null ? (recordingProgress ?? 'none') : 'withheld',
    gapCount: row.gapCount ?? 0,
    videoBytes: row.videoBytes ?? 0,
  };
}

function toColumns(update: SessionUpdate) {
  return {
    ...(update.state !== undefined && { state: update.state }),
    ...(update.gatewayId !== undefined && { gateway_id: update.gatewayId }),
    ...(update.clientAddress !== undefined && { client_address: update.clientAddress }),
    ...(update.startedAtMs !== undefined && { started_at_ms: update.startedAtMs }),
    ...(update.clientLostAtMs !== undefined && { client_lost_at_ms: update.clientLostAtMs }),
    ...(update.endedAtMs !== undefined && { ended_at_ms: update.endedAtMs }),
    ...(update.endReason !== undefined && { end_reason: update.endReason }),
    ...(update.bytesFromClient !== undefined && { bytes_from_client: update.bytesFromClient }),
    ...(update.bytesFromTarget !== undefined && { bytes_from_target: update.bytesFromTarget }),
  };
}

/** The session as the HTTP API tells it. */
export function toSessionInfo(session: SessionRecord): SessionInfo {
  const { startedAtMs, endedAtMs } = session;
  return {
    id: session.id,
    userName: session.userName,
    targetName: session.targetName,
    targetAddress: session.targetAddress,
    connectionMethod: session.connectionMethod,
    authenticationMethod: session.authenticationMethod,
    state: session.state,
    recording: session.recordingState,
    clientAddress: session.clientAddress,
    createdAt: new Date(session.createdAtMs).toISOString(),
    startedAt: isoOrNull(startedAtMs),
    endedAt: isoOrNull(endedAtMs),
    durationMs: startedAtMs === null || endedAtMs === null ? null : endedAtMs - startedAtMs,
    endReason: session.endReason,
    gapCount: session.gapCount,
    videoBytes: session.videoBytes,
  };
}

function isoOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}
