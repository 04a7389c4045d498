/** What channels may be used for at single targets: JSON of uses and whether they are allowed. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('target_channels')
    .addColumn('target_id', 'text', (column) => column.primaryKey().references('targets.id').onDelete('cascade'))
    .addColumn('channels_json', 'text', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}
