/** What can stand in the way of a change of policy, as problems. */
import { InventoryError, type InventoryErrorCode } from '../inventory/inventory-error.js';
import { SessionsInTheWayError } from '../inventory/policy-change.js';
import { ProblemError, type ProblemName } from './problems.js';

const PROBLEMS: { readonly [code in InventoryErrorCode]: ProblemName } = {
  'no-such-target': 'not-found',
  'no-such-assignment': 'not-found',
  'name-taken': 'name-taken',
  'resource-taken': 'resource-taken',
  'assignment-exists': 'assignment-exists',
  inconsistent: 'invalid-request',
};

/** Throws the problem of an error of a change, or the error itself. */
export function onPolicyProblem(error: unknown): never {
  if (error instanceof SessionsInTheWayError) {
    throw new ProblemError('sessions-in-the-way', { sessions: error.sessions });
  }
  if (error instanceof InventoryError) throw new ProblemError(PROBLEMS[error.code], { detail: error.message });
  throw error;
}
