/** `/account`: what people do about themselves. No token reaches it: a token cannot make tokens or change passwords. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account, ApiTokenCreated } from '../contract/api.js';
import { type Scope, SCOPE_NAMES } from '../contract/scopes.js';
import { MAX_TOKEN_DAYS } from '../identity/api-tokens.js';
import type { Identity } from '../identity/identity.js';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '../identity/password-rules.js';
import { DISPLAY_NAME_PATTERN } from '../identity/user-names.js';
import { SESSION_COOKIE } from './guard.js';
import { ProblemError } from './problems.js';
import { unlessBusy } from './sign-in-routes.js';

const PASSWORD_TEXT = Type.String({ minLength: 1, maxLength: 2 * PASSWORD_MAX_LENGTH });
const PASSWORD_CHANGE = Type.Object(
  { currentPassword: Type.Optional(PASSWORD_TEXT), newPassword: PASSWORD_TEXT },
  { additionalProperties: false },
);
const TOKEN_REQUEST = Type.Object(
  {
    name: Type.String({ pattern: DISPLAY_NAME_PATTERN }),
    scopes: Type.Array(Type.Union(SCOPE_NAMES.map((name) => Type.Literal(name))), { minItems: 1, maxItems: 50 }),
    lifetimeDays: Type.Integer({ minimum: 1, maximum: MAX_TOKEN_DAYS }),
  },
  { additionalProperties: false },
);
const ID_PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const SIGNED_IN = { access: 'signed-in' } as const;

export function accountRoutes(instance: FastifyInstance, { identity }: { readonly identity: Identity }): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.get('/account', { config: SIGNED_IN }, async (request): Promise<Account> => {
    const { id, userName, displayName, roles } = request.user;
    const needed = await identity.passwords.currentNeeded(id, secretOf(request));
    const [own] = await identity.administration.list(id);
    const mayHavePassword = await identity.passwords.isAvailable(id);
    const hasPassword = own?.hasPassword ?? false;
    const passwordMinLength = PASSWORD_MIN_LENGTH;
    const password = { hasPassword, mayHavePassword, currentPasswordNeeded: needed, passwordMinLength };
    return { userName, displayName, roles, ...password };
  });

  api.put('/account/password', { config: SIGNED_IN, schema: { body: PASSWORD_CHANGE } }, async (request, reply) => {
    const asked = { current: request.body.currentPassword ?? null, next: request.body.newPassword };
    const result = await unlessBusy(() =>
      identity.passwords.change(request.user, secretOf(request), asked, request.ip),
    );
    if (result.kind === 'not-available') throw new ProblemError('password-not-available');
    if (result.kind === 'weak') throw new ProblemError('password-weak', { detail: result.fault });
    if (result.kind === 'current-wrong') throw new ProblemError('current-password-wrong');
    if (result.kind === 'locked-out') throw new ProblemError('locked-out', { retryAfterMs: result.retryAfterMs });
    return reply.code(204).send();
  });

  sessionRoutes(instance, identity);
  tokenRoutes(instance, identity);
}

function sessionRoutes(instance: FastifyInstance, identity: Identity): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.get('/account/sessions', { config: SIGNED_IN }, async (request) => ({
    sessions: await identity.webSessions.list(request.user.id, secretOf(request)),
  }));

  api.delete('/account/sessions/:id', { config: SIGNED_IN, schema: { params: ID_PARAMS } }, async (request, reply) => {
    if (!(await identity.endWebSession(request.user, request.params.id))) {
      throw new ProblemError('not-found', { detail: 'You have no such web session.' });
    }
    return reply.code(204).send();
  });

  api.post('/account/sign-out-everywhere', { config: SIGNED_IN }, async (request, reply) => {
    await identity.endWebSessions(request.user.id, `user:${request.user.id}`);
    return reply.code(204).send();
  });
}

function tokenRoutes(instance: FastifyInstance, identity: Identity): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.get('/account/tokens', { config: SIGNED_IN }, async (request) => ({
    tokens: await identity.tokens.list(request.user.id),
  }));

  api.post('/account/tokens', { config: SIGNED_IN, schema: { body: TOKEN_REQUEST } }, async (request, reply) => {
    const { name, lifetimeDays } = request.body;
    const asked = { name, lifetimeDays, scopes: request.body.scopes as Scope[] };
    const result = await identity.tokens.create(request.user, asked, request.ip);
    if (result.kind === 'too-many') throw new ProblemError('too-many-tokens');
    if (result.kind === 'scopes-not-allowed') {
      throw new ProblemError('scope-not-allowed', { detail: `Beyond your roles: ${result.scopes.join(', ')}.` });
    }
    return reply.code(201).send({ ...result.info, token: result.token } satisfies ApiTokenCreated);
  });

  api.delete('/account/tokens/:id', { config: SIGNED_IN, schema: { params: ID_PARAMS } }, async (request, reply) => {
    if (!(await identity.tokens.revoke(request.user, request.params.id, request.ip))) {
      throw new ProblemError('not-found', { detail: 'You have no such API token.' });
    }
    return reply.code(204).send();
  });
}

/** The secret of the web session that asks. Tokens do not get here. */
function secretOf(request: FastifyRequest): string {
  return request.cookies[SESSION_COOKIE] ?? '';
}
