/** Adding and removing role assignments. */
import { randomBytes } from 'node:crypto';
import type { Static } from 'typebox';
import { type Role, ROLES } from '../contract/api.js';
import { uuidV7 } from '../contract/ids.js';
import type { RoleAssignmentRecord } from '../database/role-assignments.js';
import { normalScope } from '../policy/scopes.js';
import { InventoryError } from './inventory-error.js';
import { makeChange, type PolicyChangeOptions } from './policy-change.js';
import type { NEW_ROLE_ASSIGNMENT } from './schemas.js';

/** @throws InventoryError */
export async function addRoleAssignment(
  options: PolicyChangeOptions,
  actor: string,
  { principalKind = 'user', principal, role, scope }: Static<typeof NEW_ROLE_ASSIGNMENT>,
): Promise<RoleAssignmentRecord> {
  if (principalKind === 'product-role' && !ROLES.includes(principal as Role)) {
    throw new InventoryError('inconsistent', `A role of this product is one of: ${ROLES.join(', ')}.`);
  }
  const nowMs = options.clock();
  const assignment: RoleAssignmentRecord = {
    id: uuidV7(nowMs, randomBytes(10)),
    principalKind,
    principal,
    principalName: null,
    role,
    scope,
    source: 'manual',
    createdAtMs: nowMs,
  };
  const key = assignmentKey(assignment);
  if ((await options.database.roleAssignments.list()).some((other) => assignmentKey(other) === key)) {
    throw new InventoryError('assignment-exists', 'The principal has this role at this scope already.');
  }
  const data = { id: assignment.id, principalKind, principal, role, scope };
  await makeChange(options, { actor, change: 'role-assigned', data }, ({ roleAssignments }) =>
    roleAssignments.create(assignment),
  );
  return assignment;
}

/** @throws InventoryError */
export async function removeRoleAssignment(options: PolicyChangeOptions, actor: string, id: string): Promise<void> {
  const assignment = await options.database.roleAssignments.get(id);
  if (assignment === null) throw new InventoryError('no-such-assignment', 'There is no such role assignment.');
  const { principalKind, principal, role, scope } = assignment;
  const data = { id, principalKind, principal, role, scope };
  await makeChange(options, { actor, change: 'role-unassigned', data }, ({ roleAssignments }) =>
    roleAssignments.remove(id),
  );
}

/** The same for assignments that say the same. */
export function assignmentKey(
  one: Pick<RoleAssignmentRecord, 'principalKind' | 'principal' | 'role' | 'scope'>,
): string {
  return [one.principalKind, one.principal.toLowerCase(), one.role, normalScope(one.scope)].join('\n');
}
