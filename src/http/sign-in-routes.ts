/**
 * Signing in and out: `POST /sign-in` (one-time link), `POST /sign-in/password`, `GET /sign-in/oidc` and its callback,
 * `GET /sign-in/methods`, `POST /sign-out`, `GET /me`.
 */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Me, SignInMethods } from '../contract/api.js';
import type { Identity } from '../identity/identity.js';
import { KNOWN_BROWSER_LIFETIME_MS } from '../identity/known-browser.js';
import { BusyError } from '../identity/one-at-a-time.js';
import { PASSWORD_MAX_LENGTH } from '../identity/password-rules.js';
import type { SignInResult } from '../identity/sign-in.js';
import { USER_NAME_MAX_LENGTH } from '../identity/user-names.js';
import { SESSION_COOKIE } from './guard.js';
import { ProblemError, type ProblemName } from './problems.js';
import type { RequestUser } from './request-user.js';

const SIGN_IN_BODY = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
const PASSWORD_BODY = Type.Object(
  {
    userName: Type.String({ minLength: 1, maxLength: USER_NAME_MAX_LENGTH }),
    // Characters may take two places each here.
    password: Type.String({ minLength: 1, maxLength: 2 * PASSWORD_MAX_LENGTH }),
  },
  { additionalProperties: false },
);
/** `__Host-` binds the cookie to this host: no Domain, the path /, Secure. */
const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;
/** Says that somebody has signed in with this browser before, see identity/known-browser.ts. */
const BROWSER_COOKIE = '__Host-witness-browser';
/** Holds a sign-in at the provider together; it has to come along when the provider sends the browser back. */
const ATTEMPT_COOKIE = '__Host-witness-attempt';
const ATTEMPT_LIFETIME_S = 600;
/** Sign-ins a minute from one address; people behind one address share it. */
const SIGN_INS_PER_MINUTE = 60;

export function signInRoutes(instance: FastifyInstance, deps: { readonly identity: Identity }): void {
  const { identity } = deps;
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  const limited = { onRequest: limitSignIns(instance), config: { access: 'anyone' } } as const;
  const finish = (reply: FastifyReply, result: SignInResult<string>, refusal: ProblemName): FastifyReply => {
    if (result.kind === 'locked-out') throw new ProblemError('locked-out', { retryAfterMs: result.retryAfterMs });
    if (result.kind === 'refused') throw new ProblemError(refusal);
    return setCookies(identity, reply, result).send(toMe(result.user));
  };

  api.get('/sign-in/methods', { config: { access: 'anyone' } }, (): SignInMethods => ({
    password: identity.passwords.enabled,
    provider: identity.oidc?.name ?? null,
  }));

  api.post('/sign-in', { ...limited, schema: { body: SIGN_IN_BODY } }, async (request, reply) =>
    finish(reply, await identity.signIn(request.body.token, request.ip, userAgentOf(request)), 'sign-in-refused'),
  );

  api.post('/sign-in/password', { ...limited, schema: { body: PASSWORD_BODY } }, async (request, reply) => {
    const { userName, password } = request.body;
    const browserMark = request.cookies[BROWSER_COOKIE] ?? '';
    const client = { address: request.ip, userAgent: userAgentOf(request), browserMark };
    const result = await unlessBusy(() => identity.passwords.signIn(userName, password, client));
    return finish(reply, result, 'password-refused');
  });

  if (identity.oidc !== null) oidcRoutes(api, identity, identity.oidc, limited);

  api.post('/sign-out', { config: { access: 'signed-in' } }, async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (secret !== undefined) await identity.signOut(secret, request.user);
    return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send();
  });

  api.get('/me', { config: { access: 'signed-in' } }, (request) => toMe(request.user));
}

/**
 * The browser leaves for the provider and comes back: both are navigations, so what went wrong is told on the sign-in page.
 * The attempt's cookie is Lax: it has to arrive with a navigation that another site began.
 */
function oidcRoutes(
  api: FastifyInstance,
  identity: Identity,
  oidc: NonNullable<Identity['oidc']>,
  limited: { readonly onRequest: (request: FastifyRequest) => Promise<void>; readonly config: { access: 'anyone' } },
): void {
  const cookie = { ...COOKIE, sameSite: 'lax' } as const;
  const options = { ...limited, exposeHeadRoute: false };
  const sendBack = (reply: FastifyReply, problem: string) => reply.redirect(`/sign-in?problem=${problem}`, 303);

  api.get('/sign-in/oidc', options, async (request, reply) => {
    try {
      const { url, attempt } = await oidc.begin();
      return await reply
        .setCookie(ATTEMPT_COOKIE, attempt, { ...cookie, maxAge: ATTEMPT_LIFETIME_S })
        .redirect(url, 303);
    } catch (error) {
      request.log.warn({ code: error instanceof Error ? error.name : null }, 'the identity provider cannot be reached');
      return sendBack(reply, 'provider-failed');
    }
  });

  api.get('/sign-in/oidc/callback', options, async (request, reply) => {
    const query = request.url.split('?').slice(1).join('?');
    const client = { address: request.ip, userAgent: userAgentOf(request) };
    const result = await oidc.finish(query, request.cookies[ATTEMPT_COOKIE] ?? '', client);
    void reply.clearCookie(ATTEMPT_COOKIE, cookie);
    if (result.kind === 'locked-out') return sendBack(reply, 'locked-out');
    if (result.kind === 'refused') return sendBack(reply, result.reason);
    return setCookies(identity, reply, result).redirect('/', 303);
  });
}

/** Runs what hashes a password. @throws ProblemError `sign-in-busy` */
export async function unlessBusy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BusyError) throw new ProblemError('sign-in-busy', { retryAfterMs: 5_000 });
    throw error;
  }
}

function setCookies(
  identity: Identity,
  reply: FastifyReply,
  { user, secret, lifetimeMs }: Extract<SignInResult<string>, { kind: 'signed-in' }>,
): FastifyReply {
  const browserAge = Math.floor(KNOWN_BROWSER_LIFETIME_MS / 1000);
  return reply
    .setCookie(SESSION_COOKIE, secret, { ...COOKIE, maxAge: Math.floor(lifetimeMs / 1000) })
    .setCookie(BROWSER_COOKIE, identity.markBrowser(user.id), { ...COOKIE, maxAge: browserAge });
}

function limitSignIns(instance: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const limit = instance.createRateLimit({ max: SIGN_INS_PER_MINUTE, timeWindow: 60_000 });
  return async (request) => {
    const result = await limit(request);
    if (!result.isAllowed && result.isExceeded) {
      throw new ProblemError('too-many-requests', { retryAfterMs: result.ttl });
    }
  };
}

function userAgentOf(request: FastifyRequest): string {
  return request.headers['user-agent'] ?? '';
}

function toMe(user: RequestUser): Me {
  return { userName: user.userName, displayName: user.displayName, roles: user.roles };
}
