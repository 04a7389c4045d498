/** RFC 9457 problem details: every error that the server answers with, its status and its remedy. */
import type { FastifyReply } from 'fastify';
import type { Problem, ReasonInfo } from '../contract/api.js';
import { IDENTITY_PROBLEMS } from './identity-problems.js';

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
}

/** By the last part of their type, `urn:witness:problem:<name>`. A name is stable: clients compare it. */
const PROBLEMS = {
  ...IDENTITY_PROBLEMS,
  'not-found': {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing at this address.',
    remedy: 'Check the address, or start again from the list of sessions.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    detail: 'The request does not have the form that this address expects.',
    remedy: 'Correct the named part of the request and send it again.',
  },
  'too-large': {
    status: 413,
    title: 'The request is too large',
    detail: 'The body of the request is larger than any request needs to be.',
    remedy: 'Send less.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The request is not JSON',
    detail: 'The body of the request is of a type that is not read here.',
    remedy: 'Send JSON with the content type "application/json".',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    detail: 'Your address sends more requests than the gateway answers.',
    remedy: 'Wait until the time in the Retry-After header has passed.',
  },
  'cross-site': {
    status: 403,
    title: 'The request comes from another site',
    detail: 'A change has to come from the gateway’s own pages: its Origin header names another site or none.',
    remedy: 'Open the gateway in your browser and repeat what you did there.',
  },
  'role-missing': {
    status: 403,
    title: 'Your roles do not allow this',
    detail: 'None of your roles includes this.',
    remedy: 'Ask an administrator for a role that includes it.',
  },
  'session-denied': {
    status: 403,
    title: 'The session is not allowed',
    detail: 'Policy does not allow this session.',
    remedy: 'Each reason says what would change the decision.',
  },
  'session-limit': {
    status: 409,
    title: 'Too many sessions are open',
    detail: 'A further session would be more than may be open at the same time.',
    remedy: 'The reason says which limit it is, and what makes room.',
  },
  'recording-rule': {
    status: 409,
    title: 'The session cannot be recorded, and has to be',
    detail:
      'An RDP session in the portal with Microsoft Entra ID is never recorded, and recording is required for this target.',
    remedy:
      'Connect with a native client, choose another authentication method, or have an operator turn recording off for this target.',
  },
  'sessions-in-the-way': {
    status: 409,
    title: 'Sessions are live that must not be recorded',
    detail:
      'RDP sessions in the portal with Microsoft Entra ID are live, and the change would turn recording on for them.',
    remedy: 'Wait until they have ended, or end them with the change ("endSessions": true).',
  },
  'tls-only-tickets-off': {
    status: 409,
    title: 'Tickets for TLS alone are off',
    detail: 'This gateway lets native clients in with NLA and a one-time password only.',
    remedy: 'Use a client that speaks NLA, or have an administrator set WITNESS_TLS_ONLY_TICKETS=on.',
  },
  'address-not-open': {
    status: 409,
    title: 'Nobody may connect to this address',
    detail: 'It is not an IP address in a network that people may type addresses of.',
    remedy:
      'Choose a machine of the inventory, or have an administrator add its network to WITNESS_IP_CONNECT_NETWORKS.',
  },
  'notice-not-accepted': {
    status: 409,
    title: 'The recording notice was not accepted',
    detail: 'The session is recorded, and whoever connects in the browser has to accept that first.',
    remedy: 'Read the notice in the portal, accept it, and connect again.',
  },
  'link-refused': {
    status: 403,
    title: 'The link does not work',
    detail: 'The link leads nowhere.',
    remedy: 'Ask the person who gave it to you for another one.',
  },
  'link-not-possible': {
    status: 409,
    title: 'Links to this target do not work',
    detail: 'Policy would refuse everybody who opens the link.',
    remedy: 'Each reason says what would change that.',
  },
  'too-many-links': {
    status: 409,
    title: 'The host has as many links as it may have',
    detail: 'There are 500 shareable links that work, which is the most.',
    remedy: 'Revoke links that nobody needs any more, or wait until some have expired.',
  },
  'session-over': {
    status: 409,
    title: 'The session has ended',
    detail: 'The session has ended, or is being ended already.',
    remedy: 'Nothing needs to be done.',
  },
  'name-taken': {
    status: 409,
    title: 'The name is taken',
    detail: 'There is another target with this name.',
    remedy: 'Choose another name, or remove the other target first.',
  },
  'resource-taken': {
    status: 409,
    title: 'The resource is in the inventory already',
    detail: 'There is another target with this resource id.',
    remedy: 'Change the other target, or remove it first.',
  },
  'assignment-exists': {
    status: 409,
    title: 'The role assignment is there already',
    detail: 'The principal has this role at this scope already.',
    remedy: 'Nothing needs to be done.',
  },
  'audit-unavailable': {
    status: 503,
    title: 'The audit log cannot be written',
    detail: 'Nothing is done that cannot be written into the audit log first.',
    remedy: 'Ask an administrator to look at the health page: the database may be full or unreachable.',
  },
  'database-unavailable': {
    status: 503,
    title: 'The database cannot be used',
    detail: 'The database did not answer or refused the request.',
    remedy: 'Try again. If it goes on, ask an administrator to look at the health page.',
  },
  'entra-not-configured': {
    status: 409,
    title: 'Sign-in with Entra ID is not set up',
    detail: 'No authority that issues access tokens for RDP is configured.',
    remedy: 'Choose another authentication method, or ask an administrator to set WITNESS_ENTRA_AUTHORITY.',
  },
  'entra-unavailable': {
    status: 503,
    title: 'The sign-in page cannot be reached',
    detail: 'The authority that issues access tokens for RDP does not answer.',
    remedy: 'Try again. If it goes on, ask an administrator to look at WITNESS_ENTRA_AUTHORITY.',
  },
  'entra-sign-in-missing': {
    status: 409,
    title: 'You are not signed in with Entra ID for this target',
    detail: 'The session needs a sign-in with Entra ID that was made for this target in the last minutes.',
    remedy: 'Sign in with Entra ID for the target, then ask for the session again.',
  },
  'credential-store-unavailable': {
    status: 503,
    title: 'The store of credentials cannot be used',
    detail: 'Passwords of targets cannot be kept or read now.',
    remedy: 'Ask an administrator to look at the store of credentials (WITNESS_CREDENTIAL_STORE).',
  },
  internal: {
    status: 500,
    title: 'Something went wrong',
    detail: 'The gateway could not do this because of a defect of its own.',
    remedy: 'Try again. If it goes on, report it with the time at which it happened.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemName = keyof typeof PROBLEMS;

export interface ProblemFields {
  /** Why, more exactly than the kind of problem says it. */
  readonly detail?: string;
  readonly reasons?: readonly ReasonInfo[];
  readonly sessions?: NonNullable<Problem['sessions']>;
  readonly retryAfterMs?: number;
}

/** Thrown to answer a request with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly retryAfterMs: number | null;

  constructor(name: ProblemName, fields: ProblemFields = {}) {
    const { status, title, remedy, detail } = PROBLEMS[name];
    super(fields.detail ?? detail);
    this.problem = {
      type: `urn:witness:problem:${name}`,
      title,
      status,
      detail: fields.detail ?? detail,
      remedy,
      ...(fields.reasons !== undefined && { reasons: fields.reasons }),
      ...(fields.sessions !== undefined && { sessions: fields.sessions }),
    };
    this.retryAfterMs = fields.retryAfterMs ?? null;
  }
}

export function sendProblem(reply: FastifyReply, { problem, retryAfterMs }: ProblemError): FastifyReply {
  if (retryAfterMs !== null) void reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}
