/**
 * What a native client proves besides showing its ticket: a user name, and the NT hash of a one-time password, sealed. A
 * ticket without a user name is one for TLS alone. The hash is erased when nobody may prove it any longer.
 */
import { type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('tickets').addColumn('proof_user_name', 'text').execute();
  await db.schema.alterTable('tickets').addColumn('proof_key', 'text').execute();
  await db.schema
    .alterTable('tickets')
    .addColumn('failed_proofs', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
}
