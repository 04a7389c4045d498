/** What happens to a session as a whole: it begins, connects, loses its client, comes back, ends. Audited first. */
import type { Logger } from 'pino';
import { type ChannelPolicy, channelPolicy } from '../../contract/channel-policy.js';
import type { SessionId } from '../../contract/ids.js';
import type { DesktopSize, Losses } from '../../contract/recorder-protocol.js';
import type { ManifestBody, RecordingEvent } from '../../contract/manifest.js';
import { AuditError } from '../../audit/audit-log.js';
import type { Database } from '../../database/open.js';
import type { SessionRecord } from '../../database/sessions.js';
import { forbiddenWithEntra, type RecordingPermit } from '../../policy/permit.js';
import { isEntraLogon } from '../../rdp/relay/logon-event.js';
import type { SignInSecret } from '../credentials/session-secrets.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { RecordingService } from '../recording/recording-service.js';
import { LiveSession, type LiveSessions, type SessionEndReason } from './live-session.js';
import { failureReason, SessionEndedError, traceProblem } from './session-failures.js';
import { SessionEnds } from './session-ends.js';

export interface SessionLifecycleOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly recordings: Pick<RecordingService, 'begin'>;
  readonly live: LiveSessions;
  readonly clock: () => number;
  readonly reconnectWindowMs: number;
  /** What channels may be used for where the target does not say. */
  readonly channels: ChannelPolicy;
  readonly log: Logger;
}

/** Ends after which the session's recording says that policy ended it. */
const POLICY_ENDS: ReadonlySet<SessionEndReason> = new Set([
  'disconnected-by-administrator',
  'session-too-long',
  'session-idle',
  'recording-lost',
  'recording-gap-too-long',
  'recording-rule',
  'audit-failed',
  'gateway-failed',
  'server-redirection',
]);

export class SessionLifecycle {
  readonly #options: SessionLifecycleOptions;

  readonly #ends: SessionEnds;

  constructor(options: SessionLifecycleOptions) {
    this.#options = options;
    this.#ends = new SessionEnds(options);
  }

  /** A session that could not connect. One that was live before goes on waiting for its client. */
  async refuse(session: SessionRecord, live: LiveSession | null, reason: string, detail: string): Promise<void> {
    const { audit, database, clock } = this.#options;
    const data = { reason, detail, targetName: session.targetName };
    const event = { kind: 'connection.refused', actor: 'gateway', sessionId: session.id, data } as const;
    if (live === null) {
      await this.#ends.close(session.id, event, { state: 'refused', endedAtMs: clock(), endReason: reason });
      return;
    }
    await audit.append(event);
    await database.sessions.update(session.id, { state: 'client-lost', clientLostAtMs: clock() });
  }

  /**
   * A connection failed in the gateway itself, maybe before there was anything to end. Nothing of the session is left open;
   * one that waits for its client goes on waiting.
   * @param was the session that the client came back to; null for its first connection
   */
  async failed(session: SessionRecord, was: LiveSession | null, error: unknown): Promise<void> {
    const { database, live: all } = this.#options;
    const live = all.get(session.id);
    const reason = failureReason(error);
    if (live !== undefined && live.connection === null && live.reconnectTimer === null) {
      await this.end(live, reason);
      return;
    }
    if (this.#ends.isWaiting(session.id) || (was !== null && live === undefined)) return;
    const row = await database.sessions.get(session.id);
    if (row?.state !== 'connecting') return;
    await this.refuse(session, live ?? null, reason, 'the gateway failed; its log says how');
  }

  /** Writes down the ends of sessions that could not be before. Rejects when that goes on. */
  async settle(): Promise<void> {
    await this.#ends.settle();
  }

  /** The first connection: the recording begins with it, and what channels may be used for stays as it is now. */
  async begin(session: SessionRecord, permit: RecordingPermit | null): Promise<LiveSession> {
    const { recordings, live: all, clock, database } = this.#options;
    const channels = channelPolicy(this.#options.channels, await database.targetChannels.get(session.targetId));
    const live = new LiveSession(session, permit, clock(), channels);
    await database.sessions.update(session.id, { startedAtMs: live.startedAtMs });
    if (permit !== null) {
      const listener = {
        onLost: (reason: string) => live.onRecordingLost?.(reason),
        onTold: (event: RecordingEvent) => this.#told(live, permit, event),
        onLosses: (losses: Losses, desktop: DesktopSize) => live.onLosses?.(losses, desktop),
      };
      try {
        live.recording = await recordings.begin(permit, session.id, live.startedAtMs, listener);
      } catch (error) {
        // Nobody comes back to it, and it is not to keep the place of another session.
        const reason = error instanceof AuditError ? 'audit-failed' : 'recording-lost';
        await this.refuse(session, null, reason, 'the recording cannot begin');
        throw error;
      }
    }
    all.add(live);
    return live;
  }

  /**
   * [invariant 1] A target may compress what it says of the logon, which only the recorder can read, and not before its turn:
   * the client may be away by then, or the session over. The recording is withheld by itself.
   */
  #told(live: LiveSession, permit: RecordingPermit, event: RecordingEvent): void {
    if (!isEntraLogon(event) || !forbiddenWithEntra(permit.facts)) return;
    const { log } = this.#options;
    log.warn({ sessionId: live.id }, 'Entra ID shows in a recorded portal session, told in a compressed PDU');
    this.disconnect(live, 'recording-rule').catch((error: unknown) => {
      log.error({ sessionId: live.id, error: String(error) }, 'the session could not be ended');
    });
  }

  /** The client is back and both legs are up. False when the session ended while they came up. */
  resume(live: LiveSession): boolean {
    if (this.#options.live.get(live.id) !== live) return false;
    if (live.reconnectTimer !== null) clearTimeout(live.reconnectTimer);
    live.reconnectTimer = null;
    return true;
  }

  /** Both legs are up: nothing is relayed before this is on record. @throws SessionEndedError */
  async connected(live: LiveSession, clientAddress: string): Promise<void> {
    const { audit, database } = this.#options;
    live.connections += 1;
    await audit.append({
      kind: live.connections === 1 ? 'session.connected' : 'session.reconnected',
      actor: `client:${clientAddress}`,
      sessionId: live.id,
      data: {
        connection: live.connections,
        recorded: live.permit !== null,
        userName: live.session.userName,
        targetName: live.session.targetName,
        targetAddress: `${live.session.targetAddress}:${live.session.targetPort}`,
        channels: [...live.channels],
      },
    });
    const open = await database.sessions.update(live.id, { state: 'live' });
    if (!open || this.#options.live.get(live.id) !== live) throw new SessionEndedError();
  }

  /** The trace cannot be written any longer; what follows is a gap. */
  async traceLost(live: LiveSession, error: Error): Promise<void> {
    const data = { code: traceProblem(error), message: error.message, retryable: false };
    await this.#options.audit.append({ kind: 'recording.failed', actor: 'gateway', sessionId: live.id, data });
  }

  /** A connection is over: the session ends, or waits for its client to come back. */
  async connectionOver(live: LiveSession, reason: SessionEndReason): Promise<void> {
    const { reconnectWindowMs, log } = this.#options;
    if (reason !== 'client-lost' || reconnectWindowMs === 0) {
      await this.end(live, reason);
      return;
    }
    try {
      await this.#clientLost(live);
    } catch (error) {
      // A session that cannot be put on record does not wait for anybody.
      await this.end(live, failureReason(error));
      return;
    }
    live.reconnectTimer = setTimeout(() => {
      this.end(live, 'client-lost').catch((error: unknown) => {
        log.error({ sessionId: live.id, error: String(error) }, 'the session could not be ended');
      });
    }, reconnectWindowMs);
  }

  async #clientLost(live: LiveSession): Promise<void> {
    const { audit, database, clock, reconnectWindowMs } = this.#options;
    const data = { reconnectWindowMs, ...counters(live) };
    await audit.append({ kind: 'session.client-lost', actor: 'gateway', sessionId: live.id, data });
    await database.sessions.update(live.id, { state: 'client-lost', clientLostAtMs: clock() });
  }

  /**
   * Ends a session that has no connection any more. Safe to call twice. Rejects when its end cannot be put on record: nothing
   * of it goes on all the same, and its row is closed when it can be, at the next start at the latest.
   */
  async end(live: LiveSession, reason: SessionEndReason): Promise<void> {
    const { clock, live: all } = this.#options;
    if (all.get(live.id) !== live) return;
    all.remove(live.id);
    live.signIn?.erase();
    if (live.reconnectTimer !== null) clearTimeout(live.reconnectTimer);
    live.recording?.recording.sessionEnded(outcomeOf(reason));
    const endedAtMs = clock();
    const data = { reason, durationMs: endedAtMs - live.startedAtMs, connections: live.connections, ...counters(live) };
    const event = { kind: 'session.ended', actor: 'gateway', sessionId: live.id, data } as const;
    const { bytesFromClient, bytesFromTarget } = live;
    const update = { state: 'ended', endedAtMs, endReason: reason, bytesFromClient, bytesFromTarget } as const;
    await this.#ends.close(live.id, event, update);
  }

  /** A connection is over: what the person signs in with is kept by a session that its client may come back to, and nobody else. */
  eraseUnheld(id: SessionId, signIn: SignInSecret | null): void {
    if (this.#options.live.get(id)?.signIn !== signIn) signIn?.erase();
  }

  /** Ends a session wherever it is, connected or waiting. */
  async disconnect(live: LiveSession, reason: SessionEndReason): Promise<void> {
    if (live.connection !== null) live.connection.end(reason);
    else await this.end(live, reason);
  }
}

function counters(live: LiveSession): { bytesFromClient: number; bytesFromTarget: number } {
  return { bytesFromClient: live.bytesFromClient, bytesFromTarget: live.bytesFromTarget };
}

/** What a recording says of the way its session ended. */
export function outcomeOf(reason: string): ManifestBody['outcome'] {
  return POLICY_ENDS.has(reason as SessionEndReason) ? 'ended-by-policy' : 'complete';
}
