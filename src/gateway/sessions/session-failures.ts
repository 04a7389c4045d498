/** What fails in the gateway itself while a session begins or goes on, and the reason that its end has then. */
import { AuditError } from '../../audit/audit-log.js';
import type { SessionEndReason } from './live-session.js';

/** Somebody ended the session while its connection came up. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError';

  constructor() {
    super('the session was ended while it connected');
  }
}

/** Why a trace cannot be written, as a code. */
export function traceProblem(error: Error): 'trace-full' | 'trace-write-failed' {
  return error.name === 'TraceFullError' ? 'trace-full' : 'trace-write-failed';
}

const REASONS: ReadonlyMap<string, SessionEndReason> = new Map([
  ['SessionEndedError', 'disconnected-by-administrator'],
  ['TraceFullError', 'recording-lost'],
  ['TraceWriteError', 'recording-lost'],
]);

/** Why the session of a connection that failed with `error` ends. */
export function failureReason(error: unknown): SessionEndReason {
  if (error instanceof AuditError) return 'audit-failed';
  return (error instanceof Error ? REASONS.get(error.name) : undefined) ?? 'gateway-failed';
}
