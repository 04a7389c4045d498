/** Turns whatever a route throws into a problem. No message of a foreign error is sent: it may repeat the request. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { AuditError } from '../audit/audit-log.js';
import { DatabaseError } from '../database/errors.js';
import { SecretStoreError } from '../gateway/credentials/secret-store.js';
import { ProblemError, sendProblem } from './problems.js';

export function installErrorHandling(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.problem.status >= 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new ProblemError('not-found')));
}

function problemOf(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof AuditError) return new ProblemError('audit-unavailable');
  if (error instanceof DatabaseError && error.code !== 'internal') return new ProblemError('database-unavailable');
  if (error instanceof SecretStoreError) {
    return new ProblemError('credential-store-unavailable', { detail: `${error.message}.` });
  }
  // Validation messages name the place in the request and the rule, not the value.
  if (error.validation !== undefined) return new ProblemError('invalid-request', { detail: `${error.message}.` });
  if (error.statusCode === 413) return new ProblemError('too-large');
  if (error.statusCode === 415) return new ProblemError('unsupported-media-type');
  if (error.statusCode !== undefined && error.statusCode < 500) return new ProblemError('invalid-request');
  return new ProblemError('internal');
}
