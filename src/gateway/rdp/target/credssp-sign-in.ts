/** NLA at a target: CredSSP with a credential of the gateway's, and what its failure means for the session. */
import type { TLSSocket } from 'node:tls';
import { NlaError } from '../../../rdp/nla/nla-error.js';
import { PROTOCOL_HYBRID_EX } from '../../../rdp/connection/security-protocols.js';
import type { Credential } from '../../credentials/credential.js';
import { connectCredssp } from '../../nla/connect-credssp.js';
import { subjectPublicKeyOf } from '../../nla/platform.js';
import { targetProblemOf } from './logon-problem.js';
import { TargetError } from './target-error.js';
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
    if (error instanceof NlaError) throw new TargetError(targetProblemOf(error.problem), error.message);
    throw error;
  }
}
