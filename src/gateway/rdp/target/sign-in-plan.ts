/** How a session signs in at its target: what is asked for in the negotiation, what follows TLS, what Client Info says. */
import type { TLSSocket } from 'node:tls';
import type { Json } from '../../../contract/json.js';
import type { ClientInfoCredential } from '../../../rdp/relay/shaping/client-info.js';
import type { Asked, Negotiated } from './negotiate.js';

export interface SignInPlan {
  readonly asked: Asked;
  /** Throws `TargetError` when what the target selected will not do. */
  checkNegotiated(negotiated: Negotiated): void;
  /** What the audit log says of the sign-in before it happens; null when the gateway does not sign in. */
  record(negotiated: Negotiated): { readonly [key: string]: Json } | null;
  /** Signs in after TLS, and leaves the socket paused. Rejects with `TargetError`. */
  signIn(tls: TLSSocket, negotiated: Negotiated): Promise<void>;
  /** What Client Info says in the place of what the client says; null: what the client says. */
  clientInfo(negotiated: Negotiated): ClientInfoCredential | null;
}
