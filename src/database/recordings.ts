/** Recordings: state, owner and figures. Their files, segments and gaps are in `recording-media.ts`. */
import type { Kysely } from 'kysely';
import type { RecordingProgress, WithheldReason } from '../contract/api.js';
import type { SessionId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { RecordingSetting, RuleFacts } from '../contract/rule.js';
import type { Schema } from './schema.js';

export interface NewRecording extends RuleFacts {
  readonly sessionId: SessionId;
  readonly recordingSetting: Exclude<RecordingSetting, 'off'>;
  readonly ownerGatewayId: string;
  readonly leaseExpiresAtMs: number;
  readonly sessionStartedAtMs: number;
}

export interface RecordingRecord extends NewRecording {
  readonly state: RecordingProgress;
  readonly finishedAtMs: number | null;
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly gapCount: number;
  readonly encoder: string | null;
  readonly manifestSha256: Sha256Hex | null;
  readonly failure: string | null;
  /** Why nobody is shown it; null when it may be watched. */
  readonly withheldReason: WithheldReason | null;
}

/** Fields that change; what is left out stays as it is. */
export interface RecordingUpdate {
  readonly state?: RecordingProgress;
  readonly finishedAtMs?: number;
  readonly durationMs?: number;
  readonly encoder?: string;
  readonly manifestSha256?: Sha256Hex;
  readonly failure?: string | null;
}

const COLUMNS = [
  'session_id as sessionId',
  'connection_method as connectionMethod',
  'authentication_method as authenticationMethod',
  'protocol',
  'recording_setting as recordingSetting',
  'state',
  'owner_gateway_id as ownerGatewayId',
  'lease_expires_at_ms as leaseExpiresAtMs',
  'session_started_at_ms as sessionStartedAtMs',
  'finished_at_ms as finishedAtMs',
  'duration_ms as durationMs',
  'size_bytes as sizeBytes',
  'gap_count as gapCount',
  'encoder',
  'manifest_sha256 as manifestSha256',
  'failure',
  'withheld_reason as withheldReason',
] as const;

export class RecordingRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * Adds a recording in state `live`.
   * @throws DatabaseError `constraint` when the session is one that must not be recorded, or its facts are others
   */
  async create(recording: NewRecording): Promise<void> {
    await this.#db
      .insertInto('recordings')
      .values({
        session_id: recording.sessionId,
        connection_method: recording.connectionMethod,
        authentication_method: recording.authenticationMethod,
        protocol: recording.protocol,
        recording_setting: recording.recordingSetting,
        state: 'live',
        owner_gateway_id: recording.ownerGatewayId,
        lease_expires_at_ms: recording.leaseExpiresAtMs,
        session_started_at_ms: recording.sessionStartedAtMs,
        duration_ms: 0,
        size_bytes: 0,
        gap_count: 0,
      })
      .execute();
  }

  async get(sessionId: SessionId): Promise<RecordingRecord | null> {
    const row = await this.#db
      .selectFrom('recordings')
      .select(COLUMNS)
      .where('session_id', '=', sessionId)
      .executeTakeFirst();
    return row ?? null;
  }

  /** False when there is no such recording. */
  async update(sessionId: SessionId, update: RecordingUpdate): Promise<boolean> {
    const row = await this.#db
      .updateTable('recordings')
      .set({
        ...(update.state !== undefined && { state: update.state }),
        ...(update.finishedAtMs !== undefined && { finished_at_ms: update.finishedAtMs }),
        ...(update.durationMs !== undefined && { duration_ms: update.durationMs }),
        ...(update.encoder !== undefined && { encoder: update.encoder }),
        ...(update.manifestSha256 !== undefined && { manifest_sha256: update.manifestSha256 }),
        ...(update.failure !== undefined && { failure: update.failure }),
      })
      .where('session_id', '=', sessionId)
      .returning('session_id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** From now on nobody is shown it, and nothing takes that back. False when there is no such recording. */
  async withhold(sessionId: SessionId, reason: WithheldReason): Promise<boolean> {
    const row = await this.#db
      .updateTable('recordings')
      .set({ withheld_reason: reason })
      .where('session_id', '=', sessionId)
      .returning('session_id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Recordings that a gateway owns and has not finished, oldest first; failed ones may be taken up again. */
  async listUnfinished(ownerGatewayId: string): Promise<readonly RecordingRecord[]> {
    return this.#db
      .selectFrom('recordings')
      .select(COLUMNS)
      .where('owner_gateway_id', '=', ownerGatewayId)
      .where('state', '!=', 'finished')
      .orderBy('session_id')
      .execute();
  }

  /** Takes or renews the lease: true for the owner, and for anybody when the owner let it expire. */
  async lease(sessionId: SessionId, gatewayId: string, nowMs: number, leaseMs: number): Promise<boolean> {
    const row = await this.#db
      .updateTable('recordings')
      .set({ owner_gateway_id: gatewayId, lease_expires_at_ms: nowMs + leaseMs })
      .where('session_id', '=', sessionId)
      .where((where) =>
        where.or([where('owner_gateway_id', '=', gatewayId), where('lease_expires_at_ms', '<=', nowMs)]),
      )
      .returning('session_id')
      .executeTakeFirst();
    return row !== undefined;
  }
}
