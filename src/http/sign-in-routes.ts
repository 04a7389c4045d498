/** `POST /sign-in`, `POST /sign-out`, `GET /me`. */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Me } from '../contract/api.js';
import type { Identity } from '../identity/identity.js';
import { SESSION_COOKIE } from './guard.js';
import { ProblemError } from './problems.js';
import type { RequestUser } from './request-user.js';

const SIGN_IN_BODY = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
/** `__Host-` binds the cookie to this host: no Domain, the path /, Secure. */
const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

export function signInRoutes(instance: FastifyInstance, deps: { readonly identity: Identity }): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  api.post('/sign-in', { config: { access: 'anyone' }, schema: { body: SIGN_IN_BODY } }, async (request, reply) => {
    const result = await deps.identity.signIn(request.body.token, request.ip);
    if (result.kind === 'locked-out') throw new ProblemError('locked-out', { retryAfterMs: result.retryAfterMs });
    if (result.kind === 'refused') throw new ProblemError('sign-in-refused');
    const maxAge = Math.floor(result.lifetimeMs / 1000);
    return reply.setCookie(SESSION_COOKIE, result.secret, { ...COOKIE, maxAge }).send(toMe(result.user));
  });

  api.post('/sign-out', { config: { access: 'signed-in' } }, async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (secret !== undefined) await deps.identity.signOut(secret, request.user);
    return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send();
  });

  api.get('/me', { config: { access: 'signed-in' } }, (request) => toMe(request.user));
}

function toMe(user: RequestUser): Me {
  return { userName: user.userName, displayName: user.displayName, roles: user.roles };
}
