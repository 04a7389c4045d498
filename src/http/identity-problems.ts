/** Problems of signing in, of API tokens and of administering people; see problems.ts. */
import type { ProblemKind } from './problems.js';

export const IDENTITY_PROBLEMS = {
  'not-signed-in': {
    status: 401,
    title: 'You are not signed in',
    detail: 'This request needs a signed-in person.',
    remedy: 'Sign in and try again.',
  },
  'sign-in-refused': {
    status: 401,
    title: 'The sign-in link does not work',
    detail: 'The link is not known, was used before, or has expired.',
    remedy:
      'Ask an administrator for another sign-in link. The gateway prints one for the first administrator at its start.',
  },
  'password-refused': {
    status: 401,
    title: 'You are not signed in',
    detail: 'The user name or the password is wrong, or the account cannot sign in with a password.',
    remedy: 'Try again. An administrator can give you a sign-in link with which you set another password.',
  },
  'locked-out': {
    status: 429,
    title: 'Too many sign-ins failed',
    detail: 'Too many sign-ins under this name or from your address failed.',
    remedy: 'Wait until the time in the Retry-After header has passed, or use a sign-in link of an administrator.',
  },
  'sign-in-busy': {
    status: 503,
    title: 'Too many people sign in at this moment',
    detail: 'The gateway checks passwords one after the other, and too many wait.',
    remedy: 'Try again in a few seconds.',
  },
  'provider-unreachable': {
    status: 503,
    title: 'The identity provider cannot be reached',
    detail: 'The gateway could not read where the provider signs people in.',
    remedy: 'Try again. If it goes on, ask an administrator to check WITNESS_OIDC_ISSUER and the network.',
  },
  'password-weak': {
    status: 400,
    title: 'The password is not good enough',
    detail: 'The password does not do what a password is for.',
    remedy: 'Choose a longer one: several words that have nothing to do with each other are easy to remember.',
  },
  'current-password-wrong': {
    status: 403,
    title: 'The current password is wrong',
    detail: 'A new password is set by who knows the one that holds.',
    remedy: 'Type the current password again, or ask an administrator for a sign-in link.',
  },
  'password-not-available': {
    status: 409,
    title: 'This account has no password',
    detail: 'People of an identity provider sign in there, or passwords are switched off.',
    remedy: 'Sign in the way that the sign-in page offers.',
  },
  'token-refused': {
    status: 401,
    title: 'The API token does not work',
    detail: 'The token is not known, has expired or was revoked, or its person may not sign in.',
    remedy: 'Make another token on your account page.',
  },
  'scope-missing': {
    status: 403,
    title: 'The API token does not allow this',
    detail: 'The token lacks the scope that this needs, or no token may do this.',
    remedy: 'Make a token with the scope that is named, or sign in with a browser.',
  },
  'scope-not-allowed': {
    status: 403,
    title: 'Your roles do not include these scopes',
    detail: 'A token cannot do more than its person.',
    remedy: 'Leave out the scopes that are named, or ask an administrator for a role that includes them.',
  },
  'too-many-tokens': {
    status: 409,
    title: 'You have too many API tokens',
    detail: 'A person has 50 tokens at most.',
    remedy: 'Revoke the tokens that nothing uses any more.',
  },
  'user-name-taken': {
    status: 409,
    title: 'The user name is taken',
    detail: 'Somebody else has this user name, or had it: disabled people keep theirs.',
    remedy: 'Choose another name, or enable the person again.',
  },
  'last-administrator': {
    status: 409,
    title: 'This is the last administrator',
    detail: 'Nobody would be left who can administer the gateway.',
    remedy: 'Make somebody else an administrator first.',
  },
  'managed-by-provider': {
    status: 409,
    title: 'The identity provider decides about this',
    detail: 'Name, roles and sign-in of this person come from the identity provider.',
    remedy: 'Change it there; it holds here from the next sign-in on. Disabling works here at once.',
  },
  'user-disabled': {
    status: 409,
    title: 'The person is disabled',
    detail: 'Nobody signs in under a disabled name.',
    remedy: 'Enable the person first.',
  },
} as const satisfies Record<string, ProblemKind>;
