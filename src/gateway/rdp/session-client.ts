/** The client of one connection, whichever entrance it came in by: what a session asks of it. */
import type { Duplex } from 'node:stream';
import type { RefusalReason } from './refusal-reason.js';
import type { RefusedSession } from './refusal-text.js';
import type { TargetLeg } from './target/open-target-leg.js';
import type { TargetProblem } from './target/target-error.js';

export interface SessionClient {
  readonly clientAddress: string;
  /** What the client requested in its negotiation: a combination of PROTOCOL_*. */
  readonly requestedProtocols: number;
  /** True for a client in a browser, which does not say all that it has and can do. */
  readonly browser: boolean;
  /** True when it speaks CredSSP with the target itself, where the gateway has no credential. */
  readonly signsIn: boolean;
  /** True when Client Info says what the client signed in with at the gateway: nothing of that is the target's to know. */
  readonly saysOneTimePassword: boolean;
  /** True once the person has said that they leave: this connection's end is the session's. */
  readonly tookLeave: boolean;

  /**
   * Answers the connection request now that the target can be used. Resolves with the stream that RDP goes on in, paused;
   * rejects with an error that says what went wrong, and nothing is left open then.
   */
  open(target: TargetLeg): Promise<Duplex>;

  /**
   * Tells the client why it is not connected, and of which session when it came with its ticket. Resolves when it was told,
   * or does not listen.
   */
  refuse(reason: RefusalReason | TargetProblem, about: RefusedSession | null): Promise<void>;

  destroy(): void;
}
