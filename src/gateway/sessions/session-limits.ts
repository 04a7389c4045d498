/** How long a session may last, and how long without input: looked at now and then, audited, then ended. */
import type { SessionId } from '../../contract/ids.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { ActiveConnection, LiveSession, LiveSessions, SessionEndReason } from './live-session.js';

/** Milliseconds; 0 for any. */
export interface TimeLimits {
  /** From the first connection, reconnections included. */
  readonly maxSessionMs: number;
  /** Without input of the client. A client that is lost is a matter of the reconnection window. */
  readonly idleTimeoutMs: number;
}

export interface SessionLimitsOptions extends TimeLimits {
  readonly live: Pick<LiveSessions, 'all'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly disconnect: (live: LiveSession, reason: SessionEndReason) => Promise<void>;
}

interface Reached {
  readonly reason: Extract<SessionEndReason, 'session-too-long' | 'session-idle'>;
  readonly limitMs: number;
  readonly forMs: number;
}

export class SessionLimits {
  readonly #options: SessionLimitsOptions;
  /** Input that each connection had when it was looked at last and had more than before, and when that was. */
  readonly #inputs = new WeakMap<ActiveConnection, { inputs: number; atMs: number }>();
  readonly #ending = new Set<SessionId>();

  constructor(options: SessionLimitsOptions) {
    this.#options = options;
  }

  /** Ends the sessions that have reached a limit. One that cannot be audited is ended all the same, and says so. */
  async check(): Promise<void> {
    const { live, audit, disconnect } = this.#options;
    const sessions = live.all();
    const ids = new Set(sessions.map(({ id }) => id));
    for (const id of this.#ending) if (!ids.has(id)) this.#ending.delete(id);
    for (const session of sessions) {
      const reached = this.#reached(session);
      if (reached === null || this.#ending.has(session.id)) continue;
      this.#ending.add(session.id);
      const { reason, limitMs, forMs } = reached;
      const data = { limit: reason, limitMs, forMs };
      const audited = audit.append({ kind: 'session.limit-reached', actor: 'gateway', sessionId: session.id, data });
      const isAudited = await audited.then(
        () => true,
        () => false,
      );
      await disconnect(session, isAudited ? reason : 'audit-failed');
    }
  }

  #reached(session: LiveSession): Reached | null {
    const { maxSessionMs, idleTimeoutMs, clock } = this.#options;
    const nowMs = clock();
    const lastedMs = nowMs - session.startedAtMs;
    if (maxSessionMs > 0 && lastedMs >= maxSessionMs) {
      return { reason: 'session-too-long', limitMs: maxSessionMs, forMs: lastedMs };
    }
    const idleMs = session.connection === null ? 0 : this.#idleMs(session.connection, nowMs);
    return idleTimeoutMs > 0 && idleMs >= idleTimeoutMs
      ? { reason: 'session-idle', limitMs: idleTimeoutMs, forMs: idleMs }
      : null;
  }

  #idleMs(connection: ActiveConnection, nowMs: number): number {
    const inputs = connection.inputs();
    const seen = this.#inputs.get(connection);
    if (seen !== undefined && seen.inputs === inputs) return nowMs - seen.atMs;
    this.#inputs.set(connection, { inputs, atMs: nowMs });
    return 0;
  }
}
