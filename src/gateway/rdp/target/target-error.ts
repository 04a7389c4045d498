/**
 * Why a target cannot be used: a stable word for the audit log and the API, what the client shows, and what a person can do
 * about it. Error codes: [MS-RDPBCGR] 2.2.5.1.1.
 */

const SERVER_DENIED_CONNECTION = 0x0007;
const SERVER_INSUFFICIENT_PRIVILEGES = 0x0009;
const CB_DESTINATION_NOT_FOUND = 0x0400;
const CB_REDIRECTING_TO_DESTINATION = 0x0404;

interface ProblemKind {
  readonly errorInfo: number;
  readonly sentence: string;
  readonly remedy: string;
}

const PROBLEMS = {
  'target-unknown': {
    errorInfo: CB_DESTINATION_NOT_FOUND,
    sentence: 'The target is not in the inventory any more.',
    remedy: 'Choose another target.',
  },
  'target-unreachable': {
    errorInfo: CB_DESTINATION_NOT_FOUND,
    sentence: 'The target cannot be reached.',
    remedy: 'See that it runs, and that the gateway may reach its address and port.',
  },
  'target-not-rdp': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'What answers at the target’s address does not speak RDP.',
    remedy: 'Correct the address or the port of the target.',
  },
  'target-standard-security-only': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The target offers RDP’s own encryption only, which protects nothing.',
    remedy: 'Let the target offer TLS or NLA.',
  },
  'target-requires-nla': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The target demands NLA, and the gateway has no credential for it.',
    remedy: 'Store a credential for the target, or give one with the request for the session.',
  },
  'target-without-nla': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The target does not offer NLA, which Kerberos and restricted admin mode need.',
    remedy: 'Switch NLA on at the target, or connect with a user name and a password.',
  },
  'target-requires-rdstls': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The target wants RDSTLS, which redirected sessions use and the gateway does not speak.',
    remedy: 'Connect to the machine itself instead of a broker that redirects to it.',
  },
  'target-without-restricted-admin': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The credential is for restricted admin mode, which the target does not support.',
    remedy: 'Switch restricted admin on at the target, or store the credential without it.',
  },
  'target-without-entra': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The session was authorised for sign-in with Microsoft Entra ID, and the target does not offer it.',
    remedy: 'Connect with another authentication method, or join the target to Microsoft Entra ID.',
  },
  'target-selected-unexpected-protocol': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The target selected a security protocol that it was not asked for.',
    remedy: 'Look at the target: no RDP server that works does this.',
  },
  'target-tls-failed': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'TLS with the target failed.',
    remedy: 'See that the target speaks TLS 1.2 or later, and that its certificate can be used.',
  },
  'target-certificate-changed': {
    errorInfo: SERVER_DENIED_CONNECTION,
    sentence: 'The target shows another certificate than before: it was renewed, or somebody else answers.',
    remedy: 'Ask an administrator to compare the fingerprints, and to accept the new one when it is the target’s.',
  },
  'target-certificate-not-pinned': {
    errorInfo: SERVER_DENIED_CONNECTION,
    sentence: 'The certificate of the target has to be pinned, and no fingerprint is on record.',
    remedy: 'Ask an administrator to enter the fingerprint of the target’s certificate.',
  },
  'target-certificate-untrusted': {
    errorInfo: SERVER_DENIED_CONNECTION,
    sentence: 'The certificate of the target does not lead to a trusted authority, or is for another name.',
    remedy: 'Ask an administrator to correct the certificate, the target’s address, or the file of trusted roots.',
  },
  'target-credential-unavailable': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'The target has a credential that cannot be had from its store.',
    remedy: 'Ask an administrator; the detail says what is wrong.',
  },
  'target-entra-unexpected': {
    errorInfo: SERVER_DENIED_CONNECTION,
    sentence: 'The sign-in at the target is one with Microsoft Entra ID, and the session is authorised for another.',
    remedy: 'Connect with Entra ID as the authentication method.',
  },
  'target-logon-failed': {
    errorInfo: SERVER_INSUFFICIENT_PRIVILEGES,
    sentence: 'The target refused the user name or the password.',
    remedy: 'Correct the credential and try again.',
  },
  'target-logon-denied': {
    errorInfo: SERVER_INSUFFICIENT_PRIVILEGES,
    sentence: 'The target knows the account and does not let it in.',
    remedy: 'Ask the target’s administrator; the detail says what is wrong with the account.',
  },
  'target-entra-failed': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'Sign-in with Microsoft Entra ID at the target failed.',
    remedy: 'Sign in again; the detail says where it failed.',
  },
  'target-credssp-failed': {
    errorInfo: CB_REDIRECTING_TO_DESTINATION,
    sentence: 'NLA with the target failed.',
    remedy: 'The detail says where; the versions and policies of CredSSP may not fit.',
  },
} as const satisfies Record<string, ProblemKind>;

export type TargetProblem = keyof typeof PROBLEMS;

export const TARGET_PROBLEMS: Readonly<Record<TargetProblem, ProblemKind>> = PROBLEMS;

/** `message` says what exactly was seen: no secret, no bytes of the target. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly problem: TargetProblem;

  constructor(problem: TargetProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}
