/**
 * Passwords, people of an OpenID Connect provider, API tokens, and web sessions that can be told apart. Web sessions that
 * are open stay open: their table is made anew because SQLite adds no NOT NULL column without a default.
 */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createCredentials(db);
  await createApiTokens(db);
  await replaceWebSessions(db);
}

async function createCredentials(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('passwords')
    .addColumn('user_id', 'text', (column) => column.primaryKey().references('users.id'))
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('changed_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('external_identities')
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull().unique().references('users.id'))
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('external_identities_key', ['issuer', 'subject'])
    .execute();
}

async function createApiTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_tokens')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint')
    .addColumn('last_used_address', 'text')
    .addColumn('revoked_at_ms', 'bigint')
    .execute();
  await db.schema.createIndex('api_tokens_by_user').on('api_tokens').column('user_id').execute();
}

async function replaceWebSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('web_sessions').renameTo('web_sessions_before').execute();
  await db.schema
    .createTable('web_sessions')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('method', 'text', (column) => column.notNull().check(sql`method in ('link', 'password', 'oidc')`))
    .addColumn('client_address', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into web_sessions
      (token_hash, id, user_id, method, client_address, user_agent, created_at_ms, last_seen_at_ms, expires_at_ms)
    select token_hash, substr(token_hash, 1, 32), user_id, 'link', '', '', created_at_ms, last_seen_at_ms, expires_at_ms
    from web_sessions_before`.execute(db);
  await db.schema.dropTable('web_sessions_before').execute();
  await db.schema.createIndex('web_sessions_by_user').on('web_sessions').column('user_id').execute();
}
