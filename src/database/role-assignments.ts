/** Role assignments: a principal has a role at a scope and everywhere below it. */
import type { Kysely, Selectable } from 'kysely';
import type { RoleAssignment } from '../contract/inventory.js';
import type { RoleAssignmentsTable, Schema } from './schema.js';

export interface RoleAssignmentRecord extends RoleAssignment {
  readonly createdAtMs: number;
}

/** Whose assignments are looked for: names and ids, compared without regard to case. */
export interface Principals {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly productRoles: readonly string[];
}

export class RoleAssignmentRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @throws DatabaseError `constraint` when the principal has this role at this scope already */
  async create(assignment: RoleAssignmentRecord): Promise<void> {
    await this.#db
      .insertInto('role_assignments')
      .values({
        id: assignment.id,
        principal_kind: assignment.principalKind,
        principal: assignment.principal,
        principal_name: assignment.principalName,
        role: assignment.role,
        scope: assignment.scope,
        source: assignment.source,
        created_at_ms: assignment.createdAtMs,
      })
      .execute();
  }

  async get(id: string): Promise<RoleAssignmentRecord | null> {
    const row = await this.#db.selectFrom('role_assignments').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  }

  async list(): Promise<readonly RoleAssignmentRecord[]> {
    const rows = await this.#db
      .selectFrom('role_assignments')
      .selectAll()
      .orderBy('principal')
      .orderBy('scope')
      .orderBy('role')
      .execute();
    return rows.map(toRecord);
  }

  /** Assignments of a person: their own, those of their groups, and those of their roles in this product. */
  async listFor(principals: Principals): Promise<readonly RoleAssignmentRecord[]> {
    const all = await this.list();
    const lower = (names: readonly string[]): ReadonlySet<string> => new Set(names.map((name) => name.toLowerCase()));
    const byKind = {
      user: lower(principals.users),
      group: lower(principals.groups),
      'product-role': lower(principals.productRoles),
    } as const;
    return all.filter(({ principalKind, principal, principalName }) => {
      const names = byKind[principalKind];
      return names.has(principal.toLowerCase()) || (principalName !== null && names.has(principalName.toLowerCase()));
    });
  }

  /** False when there is no such assignment. */
  async remove(id: string): Promise<boolean> {
    const row = await this.#db.deleteFrom('role_assignments').where('id', '=', id).returning('id').executeTakeFirst();
    return row !== undefined;
  }
}

function toRecord(row: Selectable<RoleAssignmentsTable>): RoleAssignmentRecord {
  return {
    id: row.id,
    principalKind: row.principal_kind,
    principal: row.principal,
    principalName: row.principal_name,
    role: row.role,
    scope: row.scope,
    source: row.source,
    createdAtMs: row.created_at_ms,
  };
}
