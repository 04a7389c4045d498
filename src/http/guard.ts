/**
 * Who may do what: signs the request's person in from the cookie or from an API token, refuses changes that come from other
 * sites, and asks every route below /api/v1 for the roles that may use it. A route that names none does not start; one
 * that names no scope cannot be reached with a token.
 *
 * A cookie is sent by the browser whoever asked for the request, so a change needs a header that other sites cannot send
 * and an Origin that is this one. A token is sent only by a program that has it: neither is asked for.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Role } from '../contract/api.js';
import type { Scope } from '../contract/scopes.js';
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
    /** What a token needs to use the route; without it, no token does. */
    scope?: Scope;
  }
}

export const ADMINISTRATORS = ['administrator'] as const satisfies Access;
export const POLICY_EDITORS = ['administrator', 'operator'] as const satisfies Access;
export const CONNECTING = ['administrator', 'operator', 'user'] as const satisfies Access;
/** Who sees the sessions and recordings of everybody. */
export const REVIEWERS = ['administrator', 'operator', 'auditor'] as const satisfies Access;
export const EXPORTERS = ['administrator', 'auditor'] as const satisfies Access;

/** A route below /api/v1 and who may use it. */
export interface GuardedRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  readonly scope: Scope | null;
}

export interface GuardDeps {
  readonly identity: Pick<Identity, 'authenticate' | 'tokens'>;
  readonly audit: AuditAppender;
  /** Told of every guarded route when the server is ready. */
  readonly onRoute?: (route: GuardedRoute) => void;
}

const BEARER = /^Bearer +(\S{1,200}) *$/i;

/** Has to be installed before the routes are. */
export function installGuard(api: FastifyInstance, deps: GuardDeps): void {
  const routes: RouteOptions[] = [];
  api.addHook('onRoute', (route) => void routes.push(route));
  api.addHook('onReady', async () => {
    for (const route of routes.flatMap(guarded)) deps.onRoute?.(route);
  });
  api.addHook('onRequest', async (request) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) return guardToken(request, authorization, deps);
    const secret = request.cookies[SESSION_COOKIE];
    const user = secret === undefined ? null : await deps.identity.authenticate(secret);
    if (user !== null) setRequestUser(request, user);
    await requireAccess(request, accessOf(request), deps.audit);
    if (request.method !== 'GET' && request.method !== 'HEAD') requireSameSite(request);
  });
}

export function hasRole(user: { readonly roles: readonly Role[] }, roles: readonly Role[]): boolean {
  return user.roles.some((role) => roles.includes(role));
}

function guarded(route: RouteOptions): readonly GuardedRoute[] {
  const { access, scope = null } = route.config ?? {};
  if (access === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may use it`);
  return [route.method].flat().map((method) => ({ method, url: route.url, access, scope }));
}

function accessOf(request: FastifyRequest): Access {
  return request.routeOptions.config.access ?? [];
}

async function guardToken(request: FastifyRequest, authorization: string, deps: GuardDeps): Promise<void> {
  const [, token] = BEARER.exec(authorization) ?? [];
  if (token === undefined) throw new ProblemError('token-refused', { detail: 'The header holds no bearer token.' });
  const use = await deps.identity.tokens.authenticate(token, request.ip);
  if (use.kind === 'locked-out') throw new ProblemError('locked-out', { retryAfterMs: use.retryAfterMs });
  if (use.kind === 'refused') throw new ProblemError('token-refused');
  setRequestUser(request, use.user);
  const { scope } = request.routeOptions.config;
  if (scope === undefined || !use.scopes.includes(scope)) {
    await auditRefusal(request, 'scope-missing', deps.audit, use.tokenId);
    const detail = scope === undefined ? 'No token may do this.' : `This needs the scope "${scope}".`;
    throw new ProblemError('scope-missing', { detail });
  }
  await requireAccess(request, accessOf(request), deps.audit);
}

async function requireAccess(request: FastifyRequest, access: Access, audit: AuditAppender): Promise<void> {
  if (access === 'anyone') return;
  const user = optionalUser(request);
  if (user === null) throw new ProblemError('not-signed-in');
  if (access === 'signed-in' || hasRole(user, access)) return;
  await auditRefusal(request, 'role-missing', audit, null);
  throw new ProblemError('role-missing');
}

async function auditRefusal(
  request: FastifyRequest,
  reason: 'role-missing' | 'scope-missing',
  audit: AuditAppender,
  tokenId: string | null,
): Promise<void> {
  await audit.append({
    kind: 'request.refused',
    actor: `user:${request.user.id}`,
    sessionId: null,
    data: {
      reason,
      method: request.method,
      route: request.routeOptions.url ?? '',
      clientAddress: request.ip,
      userName: request.user.userName,
      ...(tokenId !== null && { tokenId }),
    },
  });
}

function requireSameSite(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (request.headers[REQUEST_HEADER] !== '1') throw new ProblemError('cross-site');
  if (origin === undefined || host === undefined || origin !== `https://${host}`) throw new ProblemError('cross-site');
}
