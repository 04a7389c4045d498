/**
 * Why Network Level Authentication did not come about, as a code for the audit log and a sentence that says what to do.
 * Never with a name, a password or a peer's bytes in it.
 */
import * as status from './nt-status.js';

export type NlaProblem =
  | 'wrong-password'
  | 'unknown-user'
  | 'password-expired'
  | 'account-disabled'
  | 'account-expired'
  | 'account-locked'
  | 'account-restricted'
  | 'logon-not-granted'
  /** The peer signs in with Microsoft Entra ID: NEGOEX, PKU2U, or the domain AzureAD. */
  | 'entra-id'
  | 'kerberos-only'
  | 'ntlm-refused'
  | 'no-common-mechanism'
  | 'remote-credential-guard'
  | 'smart-card'
  | 'weak-security'
  /** Somebody is between the two ends of TLS, or the peer is not the one that knows the password. */
  | 'public-key-mismatch'
  | 'credssp-version'
  | 'refused'
  | 'protocol'
  | 'timeout'
  | 'closed';

const SENTENCES: { readonly [Problem in NlaProblem]: string } = {
  'wrong-password': 'the user name or the password is wrong',
  'unknown-user': 'there is no such user',
  'password-expired': 'the password has expired or has to be changed first',
  'account-disabled': 'the account is disabled',
  'account-expired': 'the account has expired',
  'account-locked': 'the account is locked out',
  'account-restricted': 'the account may not sign in now, from here, or with an empty password',
  'logon-not-granted': 'the account may not sign in through Remote Desktop',
  'entra-id': 'the peer signs in with Microsoft Entra ID, which this connection is not for',
  'kerberos-only': 'the peer takes Kerberos only; allow NTLM, or use another way to sign in',
  'ntlm-refused': 'the peer does not allow NTLM; allow it for this account, or use another way to sign in',
  'no-common-mechanism': 'the peer and the gateway have no way to sign in in common; allow NTLM',
  'remote-credential-guard': 'Remote Credential Guard cannot go through a gateway that records; turn it off',
  'smart-card': 'smart card credentials are not taken here; sign in with a password',
  'weak-security': 'the peer asks for NTLM without the protection that is required: allow NTLMv2 with 128-bit keys',
  'public-key-mismatch': 'the proof of the TLS certificate is wrong: somebody may be in between',
  'credssp-version': 'the peer speaks a version of CredSSP that is not known here, or changes it',
  refused: 'the sign-in was refused',
  protocol: 'the peer broke the protocol of the sign-in',
  timeout: 'the sign-in did not come to an end in time',
  closed: 'the connection was closed during the sign-in',
};

export class NlaError extends Error {
  override readonly name = 'NlaError';
  readonly problem: NlaProblem;
  /** What the peer said, or is told; 0 when nothing was said. */
  readonly ntStatus: number;

  constructor(problem: NlaProblem, ntStatus: number = status.STATUS_SUCCESS, detail = '') {
    const code = ntStatus === 0 ? '' : ` (NTSTATUS 0x${ntStatus.toString(16).padStart(8, '0')})`;
    super(`${SENTENCES[problem]}${detail === '' ? '' : `: ${detail}`}${code}`);
    this.problem = problem;
    this.ntStatus = ntStatus;
  }
}

const PROBLEM_OF_STATUS: ReadonlyMap<number, NlaProblem> = new Map([
  [status.STATUS_LOGON_FAILURE, 'wrong-password'],
  [status.STATUS_WRONG_PASSWORD, 'wrong-password'],
  [status.SEC_E_LOGON_DENIED, 'wrong-password'],
  [status.STATUS_NO_SUCH_USER, 'unknown-user'],
  [status.STATUS_PASSWORD_EXPIRED, 'password-expired'],
  [status.STATUS_PASSWORD_MUST_CHANGE, 'password-expired'],
  [status.STATUS_ACCOUNT_DISABLED, 'account-disabled'],
  [status.STATUS_ACCOUNT_EXPIRED, 'account-expired'],
  [status.STATUS_ACCOUNT_LOCKED_OUT, 'account-locked'],
  [status.STATUS_ACCOUNT_RESTRICTION, 'account-restricted'],
  [status.STATUS_INVALID_LOGON_HOURS, 'account-restricted'],
  [status.STATUS_INVALID_WORKSTATION, 'account-restricted'],
  [status.STATUS_LOGON_TYPE_NOT_GRANTED, 'logon-not-granted'],
  [status.STATUS_ACCESS_DENIED, 'logon-not-granted'],
  [status.STATUS_NTLM_BLOCKED, 'ntlm-refused'],
  [status.SEC_E_UNSUPPORTED_FUNCTION, 'ntlm-refused'],
  [status.STATUS_NOT_SUPPORTED, 'ntlm-refused'],
]);

/** What a peer's `errorCode` means. */
export function problemOfStatus(ntStatus: number): NlaProblem {
  return PROBLEM_OF_STATUS.get(ntStatus) ?? 'refused';
}
