/**
 * Signing in with Entra ID. [invariant 1] RDS AAD Auth is asked for alone: a target that selects anything else is not used,
 * or the label "Entra" would buy a session with a password.
 */
import { PROTOCOL_RDSAAD } from '../../../rdp/connection/security-protocols.js';
import type { EntraProof } from '../../entra/entra-proof.js';
import { type EntraSignInOptions, signInWithEntra } from './entra-sign-in.js';
import type { SignInPlan } from './sign-in-plan.js';

export function entraPlan(proof: EntraProof, options: EntraSignInOptions): SignInPlan {
  return {
    asked: { requestedProtocols: PROTOCOL_RDSAAD, flags: 0 },
    checkNegotiated: () => {},
    record: () => ({ source: 'entra', resourceUri: proof.resourceUri }),
    signIn: (tls) => signInWithEntra(tls, proof, options),
    // Who it is the target knows from the token.
    clientInfo: () => ({ domain: '', userName: '', password: '' }),
  };
}
