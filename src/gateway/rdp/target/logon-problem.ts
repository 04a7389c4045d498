/** What a target's refusal of a sign-in means for the session. */
import type { NlaProblem } from '../../../rdp/nla/nla-error.js';
import type { TargetProblem } from './target-error.js';

export function targetProblemOf(problem: NlaProblem): TargetProblem {
  return PROBLEM_OF[problem];
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
