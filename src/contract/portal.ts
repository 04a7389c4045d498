/** `GET /api/v1/portal`: what a person may connect to, and what policy says of it before they do. */
import type { ReasonInfo } from './api.js';
import type { TargetId } from './ids.js';
import type { TargetKind } from './inventory.js';
import type { AuthenticationMethod } from './rule.js';

/** What would be decided about one way to connect. */
export interface PortalChoice {
  readonly authenticationMethod: AuthenticationMethod;
  readonly allowed: boolean;
  readonly recorded: boolean;
  /** Why, and what would change it. */
  readonly reasons: readonly ReasonInfo[];
}

export interface PortalTarget {
  readonly id: TargetId;
  readonly name: string;
  readonly kind: TargetKind;
  readonly address: string;
  readonly port: number;
  /** In the browser, one for each authentication method. */
  readonly portal: readonly PortalChoice[];
  /** With a native client. */
  readonly native: readonly PortalChoice[];
}

/** What a person has to accept before a session in the browser that is recorded. */
export interface RecordingNotice {
  readonly text: string;
  /** Changes with the text; `SessionRequest.acceptedNotice` says it back. */
  readonly version: string;
}

export interface PortalInfo {
  readonly targets: readonly PortalTarget[];
  /** Null when there is none to accept. */
  readonly notice: RecordingNotice | null;
}
