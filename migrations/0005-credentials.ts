/**
 * Credentials for targets, and what a session may use once: a credential that was typed for it, a sign-in with Entra ID
 * that was made for it, a token for the KDC proxy. Secrets are sealed, or names of secrets in a key vault; tokens are hashes.
 *
 * `target_credentials` has no foreign key: the inventory may make its table anew.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('target_credentials')
    .addColumn('target_id', 'text', (column) => column.primaryKey())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('restricted_admin', 'bigint', (column) => column.notNull().check(sql`restricted_admin in (0, 1)`))
    .addColumn('store', 'text', (column) => column.notNull().check(sql`store in ('embedded', 'key-vault')`))
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_by', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('session_secrets')
    .addColumn('session_id', 'text', (column) => column.primaryKey().references('sessions.id'))
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('entra_sign_ins')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state_hash', 'text', (column) => column.notNull().unique())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('granted', 'bigint', (column) => column.notNull().check(sql`granted in (0, 1)`))
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('kdc_tokens')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}
