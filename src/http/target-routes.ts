/** `/targets`: the inventory. Which targets there are, and whether they are recorded, is policy. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { targetId } from '../contract/ids.js';
import type { TargetDetails } from '../contract/inventory.js';
import type { TargetRecord } from '../database/targets.js';
import { importTargets } from '../inventory/azure-import.js';
import { readHost } from '../inventory/host.js';
import type { PolicyChangeOptions } from '../inventory/policy-change.js';
import { NEW_TARGET, TARGET_CHANGE, TARGET_FILES } from '../inventory/schemas.js';
import { addTarget, changeTarget, removeTarget, toTargetDetails } from '../inventory/targets.js';
import { NEW_CREDENTIAL } from './credential-routes.js';
import { ADMINISTRATORS, CONNECTING, hasRole, POLICY_EDITORS } from './guard.js';
import { onPolicyProblem } from './policy-problems.js';
import { ProblemError } from './problems.js';
import type { RequestUser } from './request-user.js';
import type { CredentialService } from './services.js';

const TARGET_PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
/** Lists of a large subscription. */
export const MAX_IMPORT_BYTES = 32 * 1024 * 1024;

/** A target that becomes another machine loses its credential, unless it is given again with the change. */
const TARGET_CHANGE_WITH_CREDENTIAL = Type.Object(
  { ...TARGET_CHANGE.properties, credential: Type.Optional(NEW_CREDENTIAL) },
  { additionalProperties: false },
);

const READING = { access: CONNECTING, scope: 'inventory:read' } as const;
const CHANGING = { access: POLICY_EDITORS, scope: 'inventory:write' } as const;
const ADMINISTERING = { access: ADMINISTRATORS, scope: 'inventory:write' } as const;

export interface TargetRoutesDeps extends PolicyChangeOptions {
  readonly credentials: Pick<CredentialService, 'set' | 'clear'>;
}

export function targetRoutes(instance: FastifyInstance, deps: TargetRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  const details = async (targets: readonly TargetRecord[]): Promise<TargetDetails[]> => {
    const { recording } = await readHost(deps.database, deps.recording);
    return targets.map((target) => toTargetDetails(target, recording));
  };
  const one = async (target: TargetRecord): Promise<TargetDetails | undefined> => (await details([target]))[0];

  api.get('/targets', { config: READING }, async () => ({
    targets: await details(await deps.database.targets.list()),
  }));

  api.get('/targets/:id', { config: READING, schema: { params: TARGET_PARAMS } }, async (request) => {
    const target = await deps.database.targets.get(targetId(request.params.id));
    if (target === null) throw new ProblemError('not-found', { detail: 'There is no such target in the inventory.' });
    return one(target);
  });

  api.post('/targets', { config: ADMINISTERING, schema: { body: NEW_TARGET } }, async (request, reply) => {
    const target = await addTarget(deps, actorOf(request.user), request.body).catch(onPolicyProblem);
    return reply.code(201).send(await one(target));
  });

  api.patch(
    '/targets/:id',
    { config: CHANGING, schema: { params: TARGET_PARAMS, body: TARGET_CHANGE_WITH_CREDENTIAL } },
    async (request) => {
      requireRightToChange(request.user, request.body);
      const { credential, ...change } = request.body;
      // As where credentials are stored by themselves.
      if (credential !== undefined && request.headers.authorization !== undefined) {
        throw new ProblemError('scope-missing', { detail: 'No token may store a credential.' });
      }
      const actor = actorOf(request.user);
      const id = targetId(request.params.id);
      const { target, dropped } = await changeTarget(deps, actor, id, change).catch(onPolicyProblem);
      if (credential !== undefined) {
        const { userName, domain = '', restrictedAdmin = false, password } = credential;
        await deps.credentials.set(actor, target, { userName, domain, restrictedAdmin }, Buffer.from(password, 'utf8'));
      }
      return { ...(await one(target)), credentialDropped: dropped !== null && credential === undefined };
    },
  );

  api.delete('/targets/:id', { config: ADMINISTERING, schema: { params: TARGET_PARAMS } }, async (request, reply) => {
    const id = targetId(request.params.id);
    const name = (await deps.database.targets.get(id))?.name ?? id;
    await removeTarget(deps, actorOf(request.user), id).catch(onPolicyProblem);
    // What the gateway signed in with there is nobody's any more.
    await deps.credentials.clear(actorOf(request.user), { id, name });
    return reply.code(204).send();
  });

  api.post(
    '/targets/import',
    { config: ADMINISTERING, bodyLimit: MAX_IMPORT_BYTES, schema: { body: TARGET_FILES } },
    ({ user, body: { vms, nics = [] } }) => importTargets(deps, actorOf(user), { vms, nics }),
  );
}

const OPERATORS_FIELDS: ReadonlySet<string> = new Set(['recording', 'endSessions']);

/** Operators say what is recorded; what and where a target is, administrators do. */
function requireRightToChange(user: RequestUser, change: object): void {
  if (hasRole(user, ADMINISTRATORS) || Object.keys(change).every((name) => OPERATORS_FIELDS.has(name))) return;
  throw new ProblemError('role-missing', {
    detail: 'Operators change the recording setting of targets, and nothing else.',
  });
}

export function actorOf(user: RequestUser): string {
  return `user:${user.id}`;
}
