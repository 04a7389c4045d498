/**
 * What policy decides on: targets as resources with a place in the network, role assignments over scopes, and what a
 * session's decision looked at beside the rule's own facts.
 *
 * SQLite cannot drop NOT NULL from a column, so `targets` is made anew; nothing refers to it by a foreign key.
 */
import { type Kysely, sql } from 'kysely';

/** Where the gateway puts what is not in Azure; as in src/policy/scopes.ts. */
const LOCAL_MACHINES =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/witness/providers/Microsoft.Compute/virtualMachines/';

export async function up(db: Kysely<unknown>): Promise<void> {
  await rebuildTargets(db);
  await createRoleAssignments(db);
  await db.schema
    .alterTable('sessions')
    .addColumn('through_link', 'bigint', (column) =>
      column
        .notNull()
        .defaultTo(0)
        .check(sql`through_link in (0, 1)`),
    )
    .execute();
  await db.schema.alterTable('sessions').addColumn('sign_in_name', 'text').execute();
}

async function rebuildTargets(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('targets').renameTo('targets_0001').execute();
  await db.schema
    .createTable('targets')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('resource', 'ip')`))
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('port', 'bigint', (column) => column.notNull().check(sql`port between 1 and 65535`))
    // Null: the host's setting holds.
    .addColumn('recording_setting', 'text', (column) =>
      column.check(sql`recording_setting in ('required', 'preferred', 'off')`),
    )
    .addColumn('resource_id', 'text')
    .addColumn('nic_id', 'text')
    .addColumn('virtual_network_id', 'text')
    .addColumn('peered', 'bigint', (column) =>
      column
        .notNull()
        .defaultTo(0)
        .check(sql`peered in (0, 1)`),
    )
    .addColumn('entra_joined', 'bigint', (column) =>
      column
        .notNull()
        .defaultTo(0)
        .check(sql`entra_joined in (0, 1)`),
    )
    .addColumn('realm', 'text')
    .addColumn('certificate_policy', 'text', (column) =>
      column
        .notNull()
        .defaultTo('trust-on-first-use')
        .check(sql`certificate_policy in ('trust-on-first-use', 'pinned', 'ca')`),
    )
    .addColumn('certificate_sha256', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('targets_name', ['name'])
    .addUniqueConstraint('targets_resource', ['resource_id'])
    .addCheckConstraint('targets_resource_id', sql`kind = 'ip' or resource_id is not null`)
    .addCheckConstraint('targets_peering', sql`peered = 0 or virtual_network_id is not null`)
    .addCheckConstraint('targets_pin', sql`certificate_policy <> 'pinned' or certificate_sha256 is not null`)
    .execute();
  await sql`
    insert into targets (id, name, kind, address, port, recording_setting, resource_id, created_at_ms)
    select id, name, kind, address, port, recording_setting,
      case when kind = 'resource' then ${sql.lit(LOCAL_MACHINES)} || id end, created_at_ms
    from targets_0001
  `.execute(db);
  await db.schema.dropTable('targets_0001').execute();
}

/**
 * `principal` is a user name or object id, a group's object id, or a role of the product. The assignment that is there
 * from the start lets administrators connect before anybody has typed another one; it can be removed as any other.
 */
async function createRoleAssignments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('role_assignments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('principal_kind', 'text', (column) =>
      column.notNull().check(sql`principal_kind in ('user', 'group', 'product-role')`),
    )
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('principal_name', 'text')
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull().check(sql`source in ('built-in', 'manual', 'azure')`))
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('role_assignments_once', ['principal_kind', 'principal', 'role', 'scope'])
    .execute();
  await sql`
    insert into role_assignments (id, principal_kind, principal, role, scope, source, created_at_ms)
    values ('administrators-read-everything', 'product-role', 'administrator', 'Reader', '/', 'built-in', 0)
  `.execute(db);
}
