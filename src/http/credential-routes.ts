/** `/credentials`: what the gateway signs in with at targets. Passwords go in, and never come out. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { CredentialInfo } from '../contract/api.js';
import { type TargetId, targetId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import { ADMINISTRATORS } from './guard.js';
import { ProblemError } from './problems.js';
import type { CredentialService } from './services.js';

export interface CredentialRoutesDeps {
  readonly database: Pick<Database, 'targets'>;
  readonly credentials: CredentialService;
}

const NAME = Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\x00-\\x1f\\x7f]+$' });
const DOMAIN = Type.String({ maxLength: 256, pattern: '^[^\\x00-\\x1f\\x7f\\\\]*$' });
const PASSWORD = Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\x00]+$' });

/** A credential that a person types for one session. */
export const TYPED_CREDENTIAL = Type.Object(
  { userName: NAME, domain: Type.Optional(DOMAIN), password: PASSWORD },
  { additionalProperties: false },
);

/** A credential that the gateway keeps for a target. */
export const NEW_CREDENTIAL = Type.Object(
  {
    userName: NAME,
    domain: Type.Optional(DOMAIN),
    password: PASSWORD,
    /** Signs in without leaving the password at the target. */
    restrictedAdmin: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
const TARGET_PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

export function credentialRoutes(instance: FastifyInstance, { database, credentials }: CredentialRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  const existing = async (id: string): Promise<{ id: TargetId; name: string }> => {
    const target = await database.targets.get(targetId(id));
    if (target === null) throw new ProblemError('not-found', { detail: 'There is no such target in the inventory.' });
    return target;
  };

  api.get('/credentials', { config: { access: ADMINISTRATORS } }, async () => {
    const names = new Map((await database.targets.list()).map(({ id, name }) => [id, name]));
    const listed = await credentials.list();
    return {
      credentials: listed.map((one): CredentialInfo => ({
        targetId: one.targetId,
        targetName: names.get(one.targetId) ?? null,
        userName: one.userName,
        domain: one.domain,
        restrictedAdmin: one.restrictedAdmin,
        store: one.store,
        updatedAt: new Date(one.updatedAtMs).toISOString(),
      })),
    };
  });

  api.put(
    '/targets/:id/credential',
    { config: { access: ADMINISTRATORS }, schema: { params: TARGET_PARAMS, body: NEW_CREDENTIAL } },
    async (request, reply) => {
      const { userName, domain = '', restrictedAdmin = false, password } = request.body;
      const target = await existing(request.params.id);
      const facts = { userName, domain, restrictedAdmin };
      await credentials.set(`user:${request.user.id}`, target, facts, Buffer.from(password, 'utf8'));
      return reply.code(204).send();
    },
  );

  api.delete(
    '/targets/:id/credential',
    { config: { access: ADMINISTRATORS }, schema: { params: TARGET_PARAMS } },
    async (request, reply) => {
      // A target that is gone may have left its credential.
      const id = targetId(request.params.id);
      const name = (await database.targets.get(id))?.name ?? id;
      const cleared = await credentials.clear(`user:${request.user.id}`, { id, name });
      if (!cleared) throw new ProblemError('not-found', { detail: 'The target has no credential.' });
      return reply.code(204).send();
    },
  );
}
