/** Turns whatever a route throws into a problem. No message of a foreign error is sent: it may repeat the request. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { AuditError } from '../audit/audit-log.js';
import { DatabaseError } from '../database/errors.js';
import { SecretStoreError } from '../gateway/credentials/secret-store.js';
import { ProblemError, sendProblem } from './problems.js';

export function installErrorHandling(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.problem.status >= 500) request.log.error(faultOf(error), 'a request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new ProblemError('not-found')));
}

/** Frames of the stack that are worth a log line. */
const FRAMES = 6;

/** What failed and where, for the log. Messages stay out of it: those of foreign errors may repeat what was sent. */
function faultOf({ name, code, stack = '' }: FastifyError) {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return { error: name, code, at: frames.slice(0, FRAMES).map((line) => line.trim()) };
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
