/** Signing in with a password: by NLA where the target speaks it, else by Client Info, else by the person inside the desktop. */
import type { TLSSocket } from 'node:tls';
import { RESTRICTED_ADMIN_MODE_SUPPORTED } from '../../../rdp/connection/x224/connection-confirm.js';
import { RESTRICTED_ADMIN_MODE_REQUIRED } from '../../../rdp/connection/x224/connection-request.js';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX, PROTOCOL_SSL } from '../../../rdp/connection/security-protocols.js';
import { isEntraAccount } from '../../../rdp/connection/entra-account.js';
import type { Credential } from '../../credentials/credential.js';
import { type CredsspSignInOptions, signInWithCredssp } from './credssp-sign-in.js';
import type { Asked, Negotiated } from './negotiate.js';
import type { SignInPlan } from './sign-in-plan.js';
import { TargetError } from './target-error.js';

const NLA = PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX;

export interface PasswordPlanOptions extends Omit<CredsspSignInOptions, 'selectedProtocol'> {
  /** `request`: typed for this session; `target`: stored for the target. */
  readonly source: 'request' | 'target';
  /** Whether the client can sign in with NLA itself where there is no credential. */
  readonly clientSignsIn: boolean;
  /** The session is one of Kerberos, which is spoken inside NLA alone. */
  readonly kerberos: boolean;
}

/** Without a credential the gateway says nothing: the client signs in if it can, or the person does inside the desktop. @throws TargetError for an account of Entra ID */
export function passwordPlan(credential: Credential | null, options: PasswordPlanOptions): SignInPlan {
  // [invariant 1] It would be a sign-in with Entra ID under the label of another method.
  if (credential !== null && isEntraAccount(credential)) throw new TargetError('target-entra-unexpected', 'AzureAD');
  return {
    asked: askedFor(credential, options),
    checkNegotiated: (negotiated) => checkRestrictedAdmin(negotiated, credential),
    record: (negotiated) => {
      if (credential === null) return null;
      const { userName, domain, restrictedAdmin } = credential;
      return { source: options.source, userName, domain, nla: isNla(negotiated), restrictedAdmin };
    },
    signIn: async (tls: TLSSocket, negotiated) => {
      if (credential === null || !isNla(negotiated)) return;
      await signInWithCredssp(tls, credential, { ...options, selectedProtocol: negotiated.selectedProtocol });
    },
    clientInfo: (negotiated) => {
      if (credential === null) return null;
      const { domain, userName } = credential;
      // After NLA the target knows who it is: the password is not said again.
      return { domain, userName, password: isNla(negotiated) ? '' : credential.password };
    },
  };
}

function isNla({ selectedProtocol }: Negotiated): boolean {
  return (selectedProtocol & NLA) !== 0;
}

/** NLA takes a credential, the gateway's or the client's. Kerberos takes NLA: a password that is typed into TLS is no ticket. */
function askedFor(
  credential: Credential | null,
  { clientSignsIn, kerberos }: Pick<PasswordPlanOptions, 'clientSignsIn' | 'kerberos'>,
): Asked {
  if (kerberos) return { requestedProtocols: NLA, flags: 0 };
  if (credential === null) return { requestedProtocols: PROTOCOL_SSL | (clientSignsIn ? NLA : 0), flags: 0 };
  if (credential.restrictedAdmin) return { requestedProtocols: NLA, flags: RESTRICTED_ADMIN_MODE_REQUIRED };
  return { requestedProtocols: PROTOCOL_SSL | NLA, flags: 0 };
}

/** Without restricted admin the target would be handed the password that it is not to have. */
function checkRestrictedAdmin({ flags }: Negotiated, credential: Credential | null): void {
  if (credential?.restrictedAdmin !== true || (flags & RESTRICTED_ADMIN_MODE_SUPPORTED) !== 0) return;
  throw new TargetError('target-without-restricted-admin', 'the target does not say that it supports restricted admin');
}
