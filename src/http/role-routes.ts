/** `/role-assignments`: who has which role of Azure at which scope. Not the roles of this product. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { RoleAssignment } from '../contract/inventory.js';
import type { RoleAssignmentRecord } from '../database/role-assignments.js';
import { importRoleAssignments } from '../inventory/azure-import.js';
import type { PolicyChangeOptions } from '../inventory/policy-change.js';
import { addRoleAssignment, removeRoleAssignment } from '../inventory/role-assignments.js';
import { ASSIGNMENT_FILE, NEW_ROLE_ASSIGNMENT } from '../inventory/schemas.js';
import { ADMINISTRATORS, REVIEWERS } from './guard.js';
import { onPolicyProblem } from './policy-problems.js';
import { actorOf, MAX_IMPORT_BYTES } from './target-routes.js';

const PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const READING = { access: REVIEWERS, scope: 'policy:read' } as const;
/** Who may connect is not for tokens to say. */
const CHANGING = { access: ADMINISTRATORS } as const;

export function roleRoutes(instance: FastifyInstance, deps: PolicyChangeOptions): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.get('/role-assignments', { config: READING }, async () => ({
    roleAssignments: (await deps.database.roleAssignments.list()).map(toRoleAssignment),
  }));

  api.post('/role-assignments', { config: CHANGING, schema: { body: NEW_ROLE_ASSIGNMENT } }, async (request, reply) => {
    const added = await addRoleAssignment(deps, actorOf(request.user), request.body).catch(onPolicyProblem);
    return reply.code(201).send(toRoleAssignment(added));
  });

  api.delete('/role-assignments/:id', { config: CHANGING, schema: { params: PARAMS } }, async (request, reply) => {
    await removeRoleAssignment(deps, actorOf(request.user), request.params.id).catch(onPolicyProblem);
    return reply.code(204).send();
  });

  api.post(
    '/role-assignments/import',
    { config: CHANGING, bodyLimit: MAX_IMPORT_BYTES, schema: { body: ASSIGNMENT_FILE } },
    ({ user, body: { roleAssignments, replace = false } }) =>
      importRoleAssignments(deps, actorOf(user), { list: roleAssignments, replace }),
  );
}

function toRoleAssignment({ createdAtMs: _created, ...assignment }: RoleAssignmentRecord): RoleAssignment {
  return assignment;
}
