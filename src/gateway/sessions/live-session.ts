/** Sessions that are alive on this gateway: connected, or waiting for a client that lost its connection. */
import type { ChannelPolicy } from '../../contract/channel-policy.js';
import type { SessionId } from '../../contract/ids.js';
import type { DesktopSize, Losses } from '../../contract/recorder-protocol.js';
import type { RecordingPermit } from '../../policy/permit.js';
import type { SessionRecord } from '../../database/sessions.js';
import type { SignInSecret } from '../credentials/session-secrets.js';
import type { LiveRecording } from '../recording/recording-service.js';

/** Why a session ended; stable words for the audit log and the API. */
export type SessionEndReason =
  | 'client-disconnected'
  | 'client-lost'
  | 'target-disconnected'
  | 'target-lost'
  | 'disconnected-by-administrator'
  | 'session-too-long'
  | 'session-idle'
  | 'protocol-error-client'
  | 'protocol-error-target'
  | 'server-redirection'
  | 'recording-lost'
  | 'recording-gap-too-long'
  | 'recording-rule'
  | 'audit-failed'
  | 'gateway-failed'
  | 'gateway-stopped';

/** One connection of a session, as others may end it. */
export interface ActiveConnection {
  end(reason: SessionEndReason): void;
  /** How often the client has sent input of a person. */
  inputs(): number;
}

export class LiveSession {
  readonly session: SessionRecord;
  /** Null when the session is not recorded. */
  readonly permit: RecordingPermit | null;
  readonly startedAtMs: number;
  readonly channels: ChannelPolicy;
  recording: LiveRecording | null = null;
  connection: ActiveConnection | null = null;
  bytesFromClient = 0;
  bytesFromTarget = 0;
  connections = 0;
  reconnectTimer: NodeJS.Timeout | null = null;
  /** What the person signs in with in this session, while its client may come back. */
  signIn: SignInSecret | null = null;
  /** Set while a connection wants to hear of them. */
  onRecordingLost: ((reason: string) => void) | null = null;
  onLosses: ((losses: Losses, desktop: DesktopSize) => void) | null = null;

  constructor(session: SessionRecord, permit: RecordingPermit | null, startedAtMs: number, channels: ChannelPolicy) {
    this.session = session;
    this.permit = permit;
    this.startedAtMs = startedAtMs;
    this.channels = channels;
  }

  get id(): SessionId {
    return this.session.id;
  }
}

/** All live sessions of this process, by id. */
export class LiveSessions {
  readonly #sessions = new Map<SessionId, LiveSession>();

  get size(): number {
    return this.#sessions.size;
  }

  get(id: SessionId): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  add(live: LiveSession): void {
    this.#sessions.set(live.id, live);
  }

  remove(id: SessionId): void {
    this.#sessions.delete(id);
  }

  all(): readonly LiveSession[] {
    return [...this.#sessions.values()];
  }
}
