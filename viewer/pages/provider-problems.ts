/** Why a sign-in at the identity provider came to nothing: by the names with which the gateway sends people back. */
import type { Problem } from '../../src/contract/api.js';

const ASK = 'Ask an administrator of the gateway.';

const REASONS: Readonly<Record<string, readonly [detail: string, remedy: string]>> = {
  attempt: [
    'The sign-in was begun in another browser or too long ago.',
    'Sign in again, and do not wait longer than ten minutes at the provider.',
  ],
  'provider-refused': ['The identity provider did not sign you in, or you gave up there.', 'Sign in again.'],
  'provider-failed': [
    'The identity provider cannot be reached, or its answer does not hold.',
    'Sign in again. If it goes on, ask an administrator: the audit log has the reason.',
  ],
  'claim-missing': ['The identity provider did not say who you are.', ASK],
  tenant: ['Your account belongs to an organisation that does not use this gateway.', 'Choose another account.'],
  'no-role': ['Nothing that the identity provider says of you gives you a role here.', ASK],
  'groups-overage': [
    'You belong to more groups than the identity provider tells of.',
    'An administrator can give roles by app roles instead of groups.',
  ],
  disabled: ['You are disabled in this gateway.', ASK],
  'locked-out': ['Too many sign-ins from your address failed.', 'Wait a quarter of an hour, then sign in again.'],
};

export function providerProblem(name: string): Problem {
  const [detail, remedy] = REASONS[name] ?? ['The sign-in failed for a reason that is not known.', 'Sign in again.'];
  return { type: `urn:witness:problem:sign-in-${name}`, title: 'You are not signed in', status: 401, detail, remedy };
}
