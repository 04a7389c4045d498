/** NLA at a target: CredSSP with a credential of the gateway's, and what its failure means for the session. */
import type { TLSSocket } from 'node:tls';
import { type NlaProblem, NlaError } from '../../../rdp/nla/nla-error.js';
import { PROTOCOL_HYBRID_EX } from '../../../rdp/connection/security-protocols.js';
import type { Credential } from '../../credentials/credential.js';
import { connectCredssp } from '../../nla/connect-credssp.js';
import { subjectPublicKeyOf } from '../../nla/platform.js';
import { TargetError, type TargetProblem } from './target-error.js';
import { shownBy } from './tls.js';

export interface CredsspSignInOptions {
  /** Name or address under which the target is meant. */
  readonly host: string;
  readonly selectedProtocol: number;
  readonly timeoutMs: number;
  readonly clock: () => number;
}

/** Signs in; the socket is paused afterwards. Rejects with `TargetError`. */
export async function signInWithCredssp(
  tls: TLSSocket,
  { userName, domain, password, restrictedAdmin }: Credential,
  { host, selectedProtocol, timeoutMs, clock }: CredsspSignInOptions,
): Promise<void> {
  const [certificate] = shownBy(tls).chain;
  if (certificate === undefined) throw new TargetError('target-tls-failed', 'the target showed no certificate');
  const credential = { userName, domainName: domain, password };
  try {
    await connectCredssp(tls, credential, {
      subjectPublicKey: subjectPublicKeyOf(certificate),
      host,
      earlyAuthorization: selectedProtocol === PROTOCOL_HYBRID_EX,
      restrictedAdmin,
      timeoutMs,
      clock,
    });
  } catch (error) {
    if (error instanceof NlaError) throw new TargetError(PROBLEM_OF[error.problem], error.message);
    throw error;
  }
}

const PROBLEM_OF: { readonly [Problem in NlaProblem]: TargetProblem } = {
  'wrong-password': 'target-logon-failed',
  'unknown-user': 'target-logon-failed',
  'password-expired': 'target-logon-denied',
  'account-disabled': 'target-logon-denied',
  'account-expired': 'target-logon-denied',
  'account-locked': 'target-logon-denied',
  'account-restricted': 'target-logon-denied',
  'logon-not-granted': 'target-logon-denied',
  'entra-id': 'target-entra-unexpected',
  'kerberos-only': 'target-credssp-failed',
  'ntlm-refused': 'target-credssp-failed',
  'no-common-mechanism': 'target-credssp-failed',
  'remote-credential-guard': 'target-credssp-failed',
  'smart-card': 'target-credssp-failed',
  'weak-security': 'target-credssp-failed',
  'public-key-mismatch': 'target-credssp-failed',
  'credssp-version': 'target-credssp-failed',
  refused: 'target-credssp-failed',
  protocol: 'target-credssp-failed',
  timeout: 'target-credssp-failed',
  closed: 'target-credssp-failed',
};
