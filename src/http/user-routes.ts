/**
 * `/users`: who may use the gateway, for administrators. No token reaches it: with one, a program could make itself an
 * administrator.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Role, ROLES } from '../contract/api.js';
import { userId } from '../contract/ids.js';
import type { Identity } from '../identity/identity.js';
import type { UserChangeRefusal, UserResult } from '../identity/user-administration.js';
import { DISPLAY_NAME_PATTERN, normaliseUserName, USER_NAME_PATTERN } from '../identity/user-names.js';
import { ADMINISTRATORS } from './guard.js';
import { ProblemError, type ProblemName } from './problems.js';

const ROLE_LIST = Type.Array(Type.Union(ROLES.map((role) => Type.Literal(role))), { maxItems: ROLES.length });
const NEW_USER = Type.Object(
  {
    userName: Type.String({ pattern: USER_NAME_PATTERN }),
    displayName: Type.String({ pattern: DISPLAY_NAME_PATTERN }),
    roles: ROLE_LIST,
  },
  { additionalProperties: false },
);
const USER_CHANGE = Type.Object(
  {
    displayName: Type.Optional(Type.String({ pattern: DISPLAY_NAME_PATTERN })),
    roles: Type.Optional(ROLE_LIST),
    disabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);
const LINK_REQUEST = Type.Object({ reset: Type.Boolean() }, { additionalProperties: false });
const USER_PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const CONFIG = { access: ADMINISTRATORS } as const;

const REFUSALS: { readonly [reason in UserChangeRefusal]: ProblemName } = {
  unknown: 'not-found',
  'name-taken': 'user-name-taken',
  'last-administrator': 'last-administrator',
  external: 'managed-by-provider',
  disabled: 'user-disabled',
};

export function userRoutes(instance: FastifyInstance, { identity }: { readonly identity: Identity }): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  const { administration } = identity;

  api.get('/users', { config: CONFIG }, async () => ({ users: await administration.list() }));

  api.post('/users', { config: CONFIG, schema: { body: NEW_USER } }, async (request, reply) => {
    const { displayName } = request.body;
    const asked = {
      userName: normaliseUserName(request.body.userName),
      displayName,
      roles: request.body.roles as Role[],
    };
    return reply.code(201).send(valueOf(await administration.create(asked, actorOf(request))));
  });

  api.patch('/users/:id', { config: CONFIG, schema: { params: USER_PARAMS, body: USER_CHANGE } }, async (request) => {
    const { displayName, roles, disabled } = request.body;
    const change = {
      ...(displayName !== undefined && { displayName }),
      ...(roles !== undefined && { roles: roles as Role[] }),
      ...(disabled !== undefined && { disabled }),
    };
    return valueOf(await administration.update(userId(request.params.id), change, actorOf(request)));
  });

  api.post(
    '/users/:id/link',
    { config: CONFIG, schema: { params: USER_PARAMS, body: LINK_REQUEST } },
    async (request, reply) => {
      const { id } = request.params;
      const result = await administration.issueLink(userId(id), request.body.reset, actorOf(request));
      return reply.code(201).send(valueOf(result));
    },
  );

  api.post('/users/:id/sign-out', { config: CONFIG, schema: { params: USER_PARAMS } }, async (request, reply) => {
    valueOf(await administration.signOut(userId(request.params.id), actorOf(request)));
    return reply.code(204).send();
  });
}

function valueOf<Value>(result: UserResult<Value>): Value {
  if (result.kind === 'done') return result.value;
  throw new ProblemError(REFUSALS[result.reason], {
    ...(result.reason === 'unknown' && { detail: 'There is no such person.' }),
  });
}

function actorOf(request: FastifyRequest): string {
  return `user:${request.user.id}`;
}
