/** Why a ticket let nobody in: the reasons that audit and clients are told. */

/** Why nobody was let in. */
export type RefusalReason =
  | 'ticket-missing'
  | 'ticket-unknown'
  | 'ticket-expired'
  | 'ticket-used'
  | 'ticket-wrong-entrance'
  | 'ticket-wrong-address'
  | 'session-over'
  | 'reconnect-window-over'
  /** The ticket asks for a one-time password, and the client came without proof of it. */
  | 'ticket-unproven'
  | 'ticket-wrong-password'
  /** Too many wrong passwords were tried with this ticket. */
  | 'ticket-guessed'
  /** Too many wrong tickets or passwords from one network. */
  | 'too-many-attempts'
  | 'policy-denied'
  /** The shareable link that the person came by was revoked, or has expired. */
  | 'link-over'
  /** Policy is another than the ticket was made under, or how the session is recorded would change in mid-session. */
  | 'policy-changed'
  | 'too-many-sessions';

/** By what became of showing the ticket. */
export const REFUSAL_OF_TICKET = {
  unknown: 'ticket-unknown',
  expired: 'ticket-expired',
  used: 'ticket-used',
  'wrong-entrance': 'ticket-wrong-entrance',
  'wrong-address': 'ticket-wrong-address',
  'session-over': 'session-over',
  unproven: 'ticket-unproven',
  guessed: 'ticket-guessed',
} as const;

/** By what became of a client that comes back. */
export const REFUSAL_OF_RETURN = {
  unknown: 'ticket-used',
  'still-connected': 'ticket-used',
  'not-waiting': 'ticket-used',
  'wrong-entrance': 'ticket-wrong-entrance',
  'wrong-address': 'ticket-wrong-address',
  'window-over': 'reconnect-window-over',
  unproven: 'ticket-unproven',
} as const;

/** What only somebody does who tries what is not theirs, or does it again and again. */
export const ATTEMPTS: ReadonlySet<RefusalReason> = new Set([
  'ticket-unknown',
  'ticket-used',
  'ticket-wrong-entrance',
  'ticket-wrong-address',
  'ticket-wrong-password',
  'ticket-guessed',
]);
