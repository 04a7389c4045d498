/** What the health page tells. */
import type { Health } from '../../contract/api.js';
import type { AuditLog } from '../../audit/audit-log.js';
import type { Database } from '../../database/open.js';
import type { HealthService } from '../../http/services.js';
import type { RecordingStore } from '../../storage/recording-store.js';
import type { RecordingService } from '../recording/recording-service.js';
import type { LiveSessions } from '../sessions/live-session.js';

export interface GatewayHealthOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly store: RecordingStore;
  readonly recordings: RecordingService;
  readonly live: LiveSessions;
  readonly encoder: string;
  readonly clock: () => number;
}

const STORAGE_CHECK_MS = 3_000;

export class GatewayHealth implements HealthService {
  readonly #options: GatewayHealthOptions;
  readonly #startedAtMs: number;

  constructor(options: GatewayHealthOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock();
  }

  async health(): Promise<Health> {
    const { audit, live, recordings, encoder, clock } = this.#options;
    const [storage, database] = await Promise.all([this.#storage(), this.#database()]);
    const problems: string[] = [];
    if (storage !== 'ok') problems.push('Blob storage cannot be reached: recordings wait in their traces.');
    if (database !== 'ok') problems.push('The database does not answer: nobody can connect.');
    if (audit.failing !== null) problems.push('The audit log cannot be written: sessions are refused.');
    if (audit.checkpointFailure !== null) problems.push('Audit checkpoints cannot be stored.');
    return {
      status: problems.length === 0 ? 'ok' : 'degraded',
      version: '0.1.0',
      uptimeMs: clock() - this.#startedAtMs,
      encoder,
      storage,
      audit: audit.failing === null ? 'ok' : 'failing',
      database,
      liveSessions: live.size,
      recordersRunning: [...recordings.running.values()].filter((recording) => recording.pid !== null).length,
      recordingLagMs: this.#lagMs(),
      problems,
    };
  }

  /** The live session whose recorder is furthest behind. */
  #lagMs(): number {
    const { live, recordings, clock } = this.#options;
    const lags = live
      .all()
      .filter((session) => session.connection !== null && session.recording !== null)
      .map((session) => clock() - session.startedAtMs - (recordings.running.get(session.id)?.mediaMs ?? 0));
    return Math.max(0, ...lags);
  }

  async #storage(): Promise<Health['storage']> {
    try {
      await this.#options.store.check(AbortSignal.timeout(STORAGE_CHECK_MS));
      return 'ok';
    } catch {
      return 'unreachable';
    }
  }

  async #database(): Promise<Health['database']> {
    try {
      await this.#options.database.sessions.countOpen();
      return 'ok';
    } catch {
      return 'failing';
    }
  }
}
