/** Brings a database to this program's schema, or refuses it. Nothing is ever deleted to make a schema fit. */
import { DEFAULT_MIGRATION_TABLE, type Kysely, type Migration, Migrator } from 'kysely';
import { DatabaseError } from './errors.js';
import type { Schema } from './schema.js';

/**
 * Runs the migrations that the database does not have, each in a transaction.
 * @throws DatabaseError `newer-schema` when it has migrations that are not among those given
 */
export async function migrate(db: Kysely<Schema>, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  await refuseNewerSchema(db, Object.keys(migrations));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof DatabaseError) throw error;
  if (error !== undefined) throw new DatabaseError('internal', 'The database could not be brought to this schema');
}

async function refuseNewerSchema(db: Kysely<Schema>, known: readonly string[]): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === DEFAULT_MIGRATION_TABLE)) return;
  const rows = await db
    .withTables<{ [DEFAULT_MIGRATION_TABLE]: { name: string } }>()
    .selectFrom(DEFAULT_MIGRATION_TABLE)
    .select('name')
    .orderBy('name')
    .execute();
  const unknown = rows.map((row) => row.name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new DatabaseError(
    'newer-schema',
    `The database was written by a newer version of Witness: this version does not know its migration ` +
      `"${unknown.join('", "')}". Nothing was changed. Start the newer version, or restore a backup that this version made.`,
  );
}
