/**
 * Recordings that the recording rule forbids afterwards: Entra ID showed in a session that was not known to be one of its
 * own. [invariant 1] What is stored of them is kept as evidence, and shown to nobody.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('recordings')
    .addColumn('withheld_reason', 'text', (column) => column.check(sql`withheld_reason in ('recording-rule')`))
    .execute();
}
