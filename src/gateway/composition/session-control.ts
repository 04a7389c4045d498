/** Ends sessions on request, wherever the request was made: the database carries it to the session's own gateway. */
import type { Logger } from 'pino';
import type { SessionId, UserId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { LiveSessions, SessionEndReason } from '../sessions/live-session.js';
import type { SessionLimits } from '../sessions/session-limits.js';
import type { SessionLifecycle } from '../sessions/session-lifecycle.js';

export interface SessionControlOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly live: LiveSessions;
  readonly lifecycle: SessionLifecycle;
  readonly limits: SessionLimits;
  readonly clock: () => number;
  readonly gatewayId: string;
  readonly log: Logger;
}

const POLL_MS = 1_000;
const END_ALL_MS = 5_000;

export class SessionControl {
  readonly #options: SessionControlOptions;
  readonly #timer: NodeJS.Timeout;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: SessionControlOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#polling = this.#polling.then(() => this.#poll());
    }, POLL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling;
  }

  /** False when the session is over or its end was asked for before. */
  async requestDisconnect(id: SessionId, user: { readonly id: UserId; readonly userName: string }): Promise<boolean> {
    const { database, audit, clock } = this.#options;
    const data = { userName: user.userName };
    await audit.append({ kind: 'session.disconnect-requested', actor: `user:${user.id}`, sessionId: id, data });
    const accepted = await database.sessions.requestDisconnect(id, clock());
    if (accepted) await this.#end(id);
    return accepted;
  }

  /** Ends every session of this gateway; resolves when they are over, or after a few seconds. */
  async endAll(reason: SessionEndReason): Promise<void> {
    const { live, lifecycle, log } = this.#options;
    const ends = live.all().map((session) => lifecycle.disconnect(session, reason));
    for (const end of await Promise.allSettled(ends)) {
      if (end.status === 'rejected') log.error({ error: String(end.reason) }, 'the end of a session is not on record');
    }
    const deadline = performance.now() + END_ALL_MS;
    while (live.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #poll(): Promise<void> {
    const { database, gatewayId, clock, limits, lifecycle, log } = this.#options;
    try {
      await limits.check();
      await database.tickets.expire(clock());
      await database.sessionSecrets.eraseExpired(clock());
      await database.entraSignIns.eraseExpired(clock());
      await database.kdcTokens.eraseExpired(clock());
      for (const id of await database.sessions.listDisconnectRequested(gatewayId)) await this.#end(id);
      await lifecycle.settle();
    } catch (error) {
      log.warn({ error: String(error) }, 'sessions could not be looked after; it is tried again');
    }
  }

  async #end(id: SessionId): Promise<void> {
    const { live, lifecycle, database, clock } = this.#options;
    const session = live.get(id);
    if (session !== undefined) {
      await lifecycle.disconnect(session, 'disconnected-by-administrator');
      return;
    }
    const row = await database.sessions.get(id);
    // Authorised and never connected: its ticket dies with it.
    if (row?.state === 'authorised') {
      await database.sessions.update(id, {
        state: 'ended',
        endedAtMs: clock(),
        endReason: 'disconnected-by-administrator',
      });
    }
  }
}
