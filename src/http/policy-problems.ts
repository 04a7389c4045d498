/** What can stand in the way of a change of policy, as problems. */
import { SessionsInTheWayError } from '../inventory/policy-change.js';
import { ProblemError } from './problems.js';

/** Throws the problem of an error of a change, or the error itself. */
export function onPolicyProblem(error: unknown): never {
  if (error instanceof SessionsInTheWayError) {
    throw new ProblemError('sessions-in-the-way', { sessions: error.sessions });
  }
  throw error;
}
