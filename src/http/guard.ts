/**
 * Who may do what: signs the request's person in from the cookie, refuses changes that come from other sites, and asks
 * every route below /api/v1 for the roles that may use it. A route that names none is open to nobody.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Role } from '../contract/api.js';
import type { AuditAppender, Identity } from '../identity/identity.js';
import { ProblemError } from './problems.js';
import { optionalUser, setRequestUser } from './request-user.js';

export const SESSION_COOKIE = '__Host-witness';
/** Sent with every change by the gateway's pages. A foreign page cannot send it without asking first (CORS). */
export const REQUEST_HEADER = 'x-witness-request';

/** Roles that may use a route; `anyone` needs no sign-in, `signed-in` any role. */
export type Access = readonly Role[] | 'anyone' | 'signed-in';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

export const ADMINISTRATORS = ['administrator'] as const satisfies Access;
export const POLICY_EDITORS = ['administrator', 'operator'] as const satisfies Access;
export const CONNECTING = ['administrator', 'operator', 'user'] as const satisfies Access;
/** Who sees the sessions and recordings of everybody. */
export const REVIEWERS = ['administrator', 'operator', 'auditor'] as const satisfies Access;
export const EXPORTERS = ['administrator', 'auditor'] as const satisfies Access;

export interface GuardDeps {
  readonly identity: Pick<Identity, 'authenticate'>;
  readonly audit: AuditAppender;
}

export function installGuard(api: FastifyInstance, deps: GuardDeps): void {
  api.addHook('onRequest', async (request) => {
    const secret = request.cookies[SESSION_COOKIE];
    const user = secret === undefined ? null : await deps.identity.authenticate(secret);
    if (user !== null) setRequestUser(request, user);
    await requireAccess(request, request.routeOptions.config.access ?? [], deps.audit);
    if (request.method !== 'GET' && request.method !== 'HEAD') requireSameSite(request);
  });
}

export function hasRole(user: { readonly roles: readonly Role[] }, roles: readonly Role[]): boolean {
  return user.roles.some((role) => roles.includes(role));
}

async function requireAccess(request: FastifyRequest, access: Access, audit: AuditAppender): Promise<void> {
  if (access === 'anyone') return;
  const user = optionalUser(request);
  if (user === null) throw new ProblemError('not-signed-in');
  if (access === 'signed-in' || hasRole(user, access)) return;
  await audit.append({
    kind: 'request.refused',
    actor: `user:${user.id}`,
    sessionId: null,
    data: {
      reason: 'role-missing',
      method: request.method,
      route: request.routeOptions.url ?? '',
      clientAddress: request.ip,
      userName: user.userName,
    },
  });
  throw new ProblemError('role-missing');
}

function requireSameSite(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (request.headers[REQUEST_HEADER] !== '1') throw new ProblemError('cross-site');
  if (origin === undefined || host === undefined || origin !== `https://${host}`) throw new ProblemError('cross-site');
}
