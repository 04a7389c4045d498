/** `GET /api/v1/sessions/live`: who is connected where. */
import type { RecordingState, SessionState } from './api.js';
import type { SessionId } from './ids.js';
import type { AuthenticationMethod, ConnectionMethod } from './rule.js';

/** The fields of Azure Bastion's active session, and behind them those that this gateway knows besides. */
export interface LiveSessionInfo {
  readonly sessionId: SessionId;
  readonly startTime: string;
  readonly userName: string;
  readonly protocol: string;
  /** These three are null for an address. */
  readonly targetResourceId: string | null;
  readonly targetSubscriptionId: string | null;
  readonly targetResourceGroup: string | null;
  readonly targetHostName: string;
  readonly targetIpAddress: string;
  readonly resourceType: 'VM' | 'IP';
  /** Whole minutes since the session began. */
  readonly sessionDurationInMins: number;

  readonly state: SessionState;
  readonly connectionMethod: ConnectionMethod;
  readonly authenticationMethod: AuthenticationMethod;
  readonly recording: RecordingState;
  /** Null when it is not known. */
  readonly clientAddress: string | null;
}

/** Reviewers see all, others their own; the oldest first. */
export interface LiveSessionList {
  readonly sessions: readonly LiveSessionInfo[];
}
