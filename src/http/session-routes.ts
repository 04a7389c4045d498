/** `/sessions`: requests for sessions, what became of them, and ending them. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { ReasonInfo, SessionList } from '../contract/api.js';
import { sessionId, targetId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import { type SessionRecord, toSessionInfo } from '../database/sessions.js';
import { explain, RECORDING_RULE } from '../policy/decide.js';
import { TYPED_ADDRESS } from '../inventory/schemas.js';
import { TYPED_CREDENTIAL } from './credential-routes.js';
import { CONNECTING, hasRole, POLICY_EDITORS, REVIEWERS } from './guard.js';
import { linkRefused, lockedOut } from './link-routes.js';
import { ProblemError } from './problems.js';
import type { RequestUser } from './request-user.js';
import type { SessionService } from './services.js';

export interface SessionRoutesDeps {
  readonly database: Pick<Database, 'sessions'>;
  readonly sessions: SessionService;
}

const UUID_V7 = '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';
const OPTIONAL_PLACE = {
  address: Type.Optional(TYPED_ADDRESS.properties.address),
  port: TYPED_ADDRESS.properties.port,
};
const SESSION_REQUEST = Type.Object(
  {
    targetId: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    ...OPTIONAL_PLACE,
    connectionMethod: Type.Union([Type.Literal('native'), Type.Literal('portal')]),
    authenticationMethod: Type.Union([Type.Literal('password'), Type.Literal('kerberos'), Type.Literal('entra')]),
    /** SSH is understood and refused. */
    protocol: Type.Optional(Type.Union([Type.Literal('rdp'), Type.Literal('ssh')])),
    acceptedNotice: Type.Optional(Type.String({ maxLength: 64 })),
    credential: Type.Optional(TYPED_CREDENTIAL),
    clientSecurity: Type.Optional(Type.Union([Type.Literal('nla'), Type.Literal('tls')])),
    linkSecret: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    entraSignIn: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    signInName: Type.Optional(Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\x00-\\x1f\\x7f]+$' })),
  },
  { additionalProperties: false },
);
const PAGE_QUERY = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  before: Type.Optional(Type.String({ pattern: UUID_V7 })),
});
const SESSION_PARAMS = Type.Object({ id: Type.String({ pattern: UUID_V7 }) });

export function sessionRoutes(instance: FastifyInstance, deps: SessionRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.post(
    '/sessions',
    { config: { access: CONNECTING, scope: 'sessions:create' }, schema: { body: SESSION_REQUEST } },
    async (request, reply) => {
      const { protocol = 'rdp', ...body } = request.body;
      if (protocol === 'ssh') throw denial([explain('ssh-not-supported')]);
      const { targetId: typedId, ...rest } = body;
      if ((typedId === undefined) === (rest.address === undefined)) {
        throw new ProblemError('invalid-request', {
          detail: 'A session is to a "targetId" or to an "address": give one.',
        });
      }
      const asked = { ...rest, ...(typedId !== undefined && { targetId: targetId(typedId) }) };
      const result = await deps.sessions.request(request.user, asked, request.ip);
      if ('link' in result) throw linkRefused(result.link);
      if ('lockedOutMs' in result) throw lockedOut(result.lockedOutMs);
      if ('refused' in result) throw new ProblemError(result.refused);
      if ('denied' in result) throw denial(result.denied);
      if ('full' in result) throw new ProblemError('session-limit', { reasons: [result.full] });
      return reply.code(201).send(result.created);
    },
  );

  api.get(
    '/sessions',
    { config: { access: 'signed-in', scope: 'sessions:read' }, schema: { querystring: PAGE_QUERY } },
    async (request) => {
      const { limit, before } = request.query;
      // One more than asked for: whether there is a next page.
      const found = await deps.database.sessions.list({
        limit: limit + 1,
        ...(before !== undefined && { before: sessionId(before) }),
        ...(!hasRole(request.user, REVIEWERS) && { userId: request.user.id }),
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { sessions: page.map(toSessionInfo), next } satisfies SessionList;
    },
  );

  api.get(
    '/sessions/:id',
    { config: { access: 'signed-in', scope: 'sessions:read' }, schema: { params: SESSION_PARAMS } },
    async (request) => toSessionInfo(await visible(deps, request.params.id, request.user)),
  );

  api.post(
    '/sessions/:id/disconnect',
    { config: { access: CONNECTING, scope: 'sessions:disconnect' }, schema: { params: SESSION_PARAMS } },
    async (request, reply) => {
      const session = await visible(deps, request.params.id, request.user);
      const mayEnd = session.userId === request.user.id || hasRole(request.user, POLICY_EDITORS);
      if (!mayEnd) throw new ProblemError('role-missing');
      if (!(await deps.sessions.disconnect(session.id, request.user))) throw new ProblemError('session-over');
      return reply.code(202).send();
    },
  );
}

/** The recording rule is a conflict with a setting; everything else is a matter of what the person may do. */
function denial(reasons: readonly ReasonInfo[]): ProblemError {
  const recordingRule = reasons.some(({ code }) => code === RECORDING_RULE);
  return new ProblemError(recordingRule ? 'recording-rule' : 'session-denied', { reasons });
}

/** A session that the person may know of. Others do not exist for them. */
async function visible(deps: SessionRoutesDeps, id: string, user: RequestUser): Promise<SessionRecord> {
  const session = await deps.database.sessions.get(sessionId(id));
  const known = session !== null && (session.userId === user.id || hasRole(user, REVIEWERS));
  if (!known) throw new ProblemError('not-found', { detail: 'There is no such session.' });
  return session;
}
