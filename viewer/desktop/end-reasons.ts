/** What a person is told when a desktop ends or cannot begin: by the reason that the gateway has on record. */

export interface EndText {
  readonly title: string;
  readonly detail: string;
  /** What to do about it. */
  readonly remedy: string;
}

const AGAIN = 'You can connect again.';

/** By reason, as the gateway writes it down. */
export const END_TEXTS: { readonly [reason: string]: EndText } = {
  'client-disconnected': { title: 'You have disconnected', detail: 'The session is over.', remedy: AGAIN },
  'target-disconnected': {
    title: 'The machine has ended the session',
    detail: 'You signed out there, or it ended the session itself.',
    remedy: AGAIN,
  },
  'target-lost': {
    title: 'The machine cannot be reached any more',
    detail: 'Its connection to the gateway broke.',
    remedy: 'See whether it was shut down or restarted, and connect again.',
  },
  'disconnected-by-administrator': {
    title: 'An administrator has ended the session',
    detail: 'What ran on the machine goes on there.',
    remedy: 'Ask them before you connect again.',
  },
  'session-idle': {
    title: 'The session was idle for too long',
    detail: 'Nobody typed or moved the pointer. What ran on the machine goes on there.',
    remedy: AGAIN,
  },
  'session-too-long': {
    title: 'The session has lasted as long as it may',
    detail: 'What ran on the machine goes on there.',
    remedy: AGAIN,
  },
  'target-entra-unexpected': {
    title: 'Microsoft Entra ID showed where it was not chosen',
    detail: 'The session was authorised for another authentication.',
    remedy: 'Choose Microsoft Entra ID, or another account.',
  },
  'target-requires-rdstls': {
    title: 'The machine wants RDSTLS',
    detail: 'Redirected sessions use it, and the gateway does not speak it.',
    remedy: 'Connect to the machine itself instead of a broker that redirects to it.',
  },
  'target-credential-unavailable': {
    title: 'The credential for the machine cannot be read',
    detail: 'The gateway has one on record, and its store does not answer.',
    remedy: 'Ask an administrator to look at the store of credentials.',
  },
  'client-lost': {
    title: 'The connection to the gateway was lost',
    detail: 'It was not back in the time that the gateway waits.',
    remedy: 'Check your network, and connect again.',
  },
  'recording-lost': {
    title: 'The session could not be recorded any longer',
    detail: 'Sessions to this machine have to be recorded, so it was ended.',
    remedy: 'Ask an administrator to look at the gateway’s storage, and connect again.',
  },
  'recording-gap-too-long': {
    title: 'The session could not be recorded for a while',
    detail: 'Sessions to this machine have to be recorded without such gaps, so it was ended.',
    remedy: 'Connect again; if it happens again, tell an administrator.',
  },
  'recording-rule': {
    title: 'Microsoft Entra ID showed in a recorded session',
    detail:
      'A session in the portal that is authenticated with Microsoft Entra ID cannot be recorded, so it was ended.',
    remedy: 'Choose Microsoft Entra ID before you connect, or connect with a native client or a password.',
  },
  'policy-denied': {
    title: 'Policy does not allow the session any more',
    detail: 'It was changed after the session was asked for.',
    remedy: 'Ask for the session again: the page says what holds now.',
  },
  'link-over': {
    title: 'The link that you came by works no longer',
    detail: 'It was revoked, or has expired.',
    remedy: 'Ask the person who gave it to you for another one.',
  },
  'policy-changed': {
    title: 'Policy has changed',
    detail: 'Whether this session is recorded would change in its middle.',
    remedy: 'Ask for a new session.',
  },
  'server-redirection': {
    title: 'The machine wanted to send you to another one',
    detail: 'The session would have gone on where nothing is decided or recorded, so it was ended.',
    remedy: 'Connect to the other machine through the gateway.',
  },
  'audit-failed': {
    title: 'The audit log cannot be written',
    detail: 'Nothing goes on that cannot be put on record.',
    remedy: 'Ask an administrator to look at the gateway’s database.',
  },
  'gateway-failed': {
    title: 'The gateway has failed',
    detail: 'Something in it did not work, so it ended the session.',
    remedy: 'Connect again; if it happens again, ask an administrator to look at its log.',
  },
  'gateway-stopped': {
    title: 'The gateway was stopped',
    detail: 'Every session ended with it. What ran on the machine goes on there.',
    remedy: 'Connect again in a minute.',
  },
  'gateway-lost': {
    title: 'The gateway was restarted',
    detail: 'Every session ended with it. What ran on the machine goes on there.',
    remedy: AGAIN,
  },
  'protocol-error-client': {
    title: 'The browser sent what RDP does not allow here',
    detail: 'The gateway ended the session.',
    remedy: 'Load the portal again, and connect again.',
  },
  'protocol-error-target': {
    title: 'The machine sent what RDP does not allow here',
    detail: 'The gateway ended the session.',
    remedy: 'Tell an administrator which machine it was.',
  },
  'too-many-sessions': {
    title: 'There are too many sessions',
    detail: 'You, or all people together, have as many open as the gateway allows.',
    remedy: 'End another session first, or wait until there is room.',
  },
  'session-over': {
    title: 'The session is over',
    detail: 'It ended while you came back to it.',
    remedy: AGAIN,
  },
  'client-tls-failed': {
    title: 'The browser went away while it was connected',
    detail: 'The gateway had reached the machine, and nobody was there any more.',
    remedy: AGAIN,
  },
  'target-entra-failed': {
    title: 'Sign-in with Microsoft Entra ID at the machine failed',
    detail: 'What you signed in with in the browser was not taken by the machine, or has expired.',
    remedy: 'Sign in again in the portal, and connect again.',
  },
  'ticket-expired': {
    title: 'Connecting took too long',
    detail: 'The ticket for the session is good for a short time only.',
    remedy: AGAIN,
  },
  'target-unknown': {
    title: 'The machine is not in the inventory any more',
    detail: 'Somebody removed it.',
    remedy: 'Choose another machine.',
  },
  'target-without-restricted-admin': {
    title: 'The machine does not support restricted admin mode',
    detail: 'The credential that the gateway has for it is for that mode.',
    remedy: 'Ask an administrator to store it without, or to switch the mode on at the machine.',
  },
  'target-selected-unexpected-protocol': {
    title: 'The machine selected a security protocol that it was not asked for',
    detail: 'No RDP server that works does this.',
    remedy: 'Tell an administrator which machine it was.',
  },
  'target-credssp-failed': {
    title: 'Network level authentication with the machine failed',
    detail: 'The versions and policies of CredSSP may not fit.',
    remedy: 'Tell an administrator which machine it was.',
  },
  'target-unreachable': {
    title: 'The machine cannot be reached',
    detail: 'The gateway got no answer at its address and port.',
    remedy: 'See that it runs, and that the gateway may reach it.',
  },
  'target-not-rdp': {
    title: 'The machine does not speak RDP',
    detail: 'Something else answered at its address and port. SSH is not supported.',
    remedy: 'Check the port.',
  },
  'target-requires-nla': {
    title: 'The machine demands network level authentication',
    detail: 'It could not be signed in to in the way that was chosen.',
    remedy: 'Choose another authentication, or tell an administrator.',
  },
  'target-without-nla': {
    title: 'The machine does not offer network level authentication',
    detail: 'Kerberos, and the restricted admin mode of a stored credential, need it.',
    remedy: 'Choose user name and password, or have it switched on at the machine.',
  },
  'ntlm-blocked': {
    title: 'Kerberos did not work, and nothing else is allowed',
    detail: 'The sign-in would have gone on with NTLM, which an operator has blocked.',
    remedy: 'Sign in with a user of the machine’s realm, or have an administrator look at Kerberos.',
  },
  'target-standard-security-only': {
    title: 'The machine offers RDP’s own encryption only',
    detail: 'That protects nothing, so the gateway does not use it.',
    remedy: 'Let the machine offer TLS or NLA.',
  },
  'target-without-entra': {
    title: 'The machine does not offer Microsoft Entra ID',
    detail: 'The session was authorised for sign-in with Microsoft Entra ID, and for nothing else.',
    remedy: 'Choose another authentication.',
  },
  'target-tls-failed': {
    title: 'TLS with the machine failed',
    detail: 'The gateway could not set up a protected connection.',
    remedy: 'Tell an administrator which machine it was.',
  },
  'target-certificate-changed': {
    title: 'The machine shows another certificate than before',
    detail: 'It was renewed, or somebody else answers in its place.',
    remedy: 'Ask an administrator to compare the fingerprints.',
  },
  'target-certificate-not-pinned': {
    title: 'The machine’s certificate is not on record',
    detail: 'It has to be pinned before anybody connects.',
    remedy: 'Ask an administrator to enter the fingerprint.',
  },
  'target-certificate-untrusted': {
    title: 'The machine’s certificate is not trusted',
    detail: 'It does not lead to a trusted authority, or is for another name.',
    remedy: 'Ask an administrator to correct it.',
  },
  'target-logon-failed': {
    title: 'The machine refused the user name or the password',
    detail: 'Nobody was signed in.',
    remedy: 'Go back to the portal, correct them there, and connect again.',
  },
  'target-logon-denied': {
    title: 'The machine does not let this account in',
    detail: 'It knows the account.',
    remedy: 'Ask the machine’s administrator.',
  },
};

/** Text for a reason on record; what the client said when there is none for it. */
export function endTextOf(reason: string | null, said: string): EndText {
  const known = reason === null ? undefined : END_TEXTS[reason];
  if (known !== undefined) return known;
  const detail = said === '' ? 'The gateway gave no reason that this page knows.' : said;
  return { title: 'The connection has ended', detail, remedy: AGAIN };
}
