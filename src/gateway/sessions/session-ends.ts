/**
 * [invariant 5] The last row of a session: audited, then closed. Where either cannot be written the session is over all the
 * same; what is missing is written when it can be, or by the gateway's next start.
 */
import type { AuditEvent } from '../../contract/audit-event.js';
import type { SessionId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { SessionUpdate } from '../../database/sessions.js';
import type { AuditAppender } from '../recording/recording-records.js';

export interface SessionEndsOptions {
  readonly database: Pick<Database, 'sessions'>;
  readonly audit: AuditAppender;
}

export class SessionEnds {
  readonly #options: SessionEndsOptions;
  readonly #waiting = new Map<SessionId, () => Promise<void>>();

  constructor(options: SessionEndsOptions) {
    this.#options = options;
  }

  /** True when the end of a session still has to be written down. */
  isWaiting(id: SessionId): boolean {
    return this.#waiting.has(id);
  }

  /** Rejects when it cannot be written now, and keeps it for `settle`. */
  async close(id: SessionId, event: AuditEvent, update: SessionUpdate): Promise<void> {
    const { audit, database } = this.#options;
    let audited = false;
    const write = async (): Promise<void> => {
      if (!audited) await audit.append(event);
      audited = true;
      await database.sessions.update(id, update);
    };
    try {
      await write();
    } catch (error) {
      this.#waiting.set(id, write);
      throw error;
    }
  }

  /** Writes what could not be written before; rejects with the first that still cannot. */
  async settle(): Promise<void> {
    for (const [id, write] of this.#waiting) {
      await write();
      this.#waiting.delete(id);
    }
  }
}
