/**
 * The first schema. One text for SQLite and PostgreSQL: `text` and `bigint` mean the same to both.
 *
 * [invariant 1] The recording rule holds here without the program's help. `recordings` repeats the facts of its session
 * by a composite foreign key and a CHECK refuses the forbidden combination; changing the facts of a session that has a
 * recording breaks the foreign key.
 */
import { type Kysely, sql } from 'kysely';

const CONNECTION_METHODS = sql`connection_method in ('native', 'portal', 'imported')`;
const AUTHENTICATION_METHODS = sql`authentication_method in ('password', 'kerberos', 'entra')`;
const FORBIDDEN = sql`connection_method = 'portal' and authentication_method = 'entra' and protocol = 'rdp'`;
const FACTS = ['connection_method', 'authentication_method', 'protocol'] as const;

export async function up(db: Kysely<unknown>): Promise<void> {
  await createPeople(db);
  await createTargets(db);
  await createSessions(db);
  await createTickets(db);
  await createRecordings(db);
  await createMedia(db);
  await createAuditEvents(db);
  await db.schema
    .createTable('settings')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value_json', 'text', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_name', 'text', (column) => column.notNull().unique())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('roles', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_sign_in_at_ms', 'bigint')
    .addColumn('disabled_at_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('sign_in_links')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('used_at_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('web_sessions')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

async function createTargets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('targets')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('resource', 'ip')`))
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('port', 'bigint', (column) => column.notNull().check(sql`port between 1 and 65535`))
    .addColumn('recording_setting', 'text', (column) =>
      column.notNull().check(sql`recording_setting in ('required', 'preferred', 'off')`),
    )
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

async function createSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('target_name', 'text', (column) => column.notNull())
    .addColumn('target_address', 'text', (column) => column.notNull())
    .addColumn('target_port', 'bigint', (column) => column.notNull())
    .addColumn('connection_method', 'text', (column) => column.notNull().check(CONNECTION_METHODS))
    .addColumn('authentication_method', 'text', (column) => column.notNull().check(AUTHENTICATION_METHODS))
    .addColumn('protocol', 'text', (column) => column.notNull().check(sql`protocol in ('rdp')`))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('recording_setting', 'text', (column) =>
      column.notNull().check(sql`recording_setting in ('required', 'preferred', 'off')`),
    )
    .addColumn('recorded', 'bigint', (column) => column.notNull().check(sql`recorded in (0, 1)`))
    .addColumn('decision_id', 'text', (column) => column.notNull())
    .addColumn('policy_version', 'bigint', (column) => column.notNull())
    .addColumn('gateway_id', 'text', (column) => column.notNull())
    .addColumn('client_address', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint')
    .addColumn('client_lost_at_ms', 'bigint')
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('end_reason', 'text')
    .addColumn('disconnect_requested_at_ms', 'bigint')
    .addColumn('bytes_from_client', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('bytes_from_target', 'bigint', (column) => column.notNull().defaultTo(0))
    .addUniqueConstraint('sessions_facts', ['id', ...FACTS])
    .addCheckConstraint('sessions_rule', sql`not (recorded = 1 and ${FORBIDDEN})`)
    .execute();
  await db.schema.createIndex('sessions_by_user').on('sessions').columns(['user_id', 'id']).execute();
  await db.schema.createIndex('sessions_by_state').on('sessions').columns(['state', 'gateway_id']).execute();
}

async function createTickets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tickets')
    .addColumn('ticket_hash', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
    .addColumn('entrance', 'text', (column) => column.notNull().check(sql`entrance in ('native', 'portal')`))
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('bound_client_address', 'text')
    .addColumn('redeemed_at_ms', 'bigint')
    .addColumn('redeemed_client_address', 'text')
    .execute();
  await db.schema.createIndex('tickets_by_session').on('tickets').column('session_id').execute();
}

async function createRecordings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('recordings')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('connection_method', 'text', (column) => column.notNull())
    .addColumn('authentication_method', 'text', (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('recording_setting', 'text', (column) =>
      column.notNull().check(sql`recording_setting in ('required', 'preferred')`),
    )
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('live', 'finishing', 'finished', 'failed')`),
    )
    .addColumn('owner_gateway_id', 'text', (column) => column.notNull())
    .addColumn('lease_expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('session_started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('finished_at_ms', 'bigint')
    .addColumn('duration_ms', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('size_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('gap_count', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('encoder', 'text')
    .addColumn('manifest_sha256', 'text')
    .addColumn('failure', 'text')
    .addForeignKeyConstraint('recordings_facts', ['session_id', ...FACTS], 'sessions', ['id', ...FACTS])
    .addCheckConstraint('recordings_rule', sql`not (${FORBIDDEN})`)
    .execute();
  await db.schema.createIndex('recordings_by_owner').on('recordings').columns(['owner_gateway_id', 'state']).execute();
}

async function createMedia(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('videos')
    .addColumn('session_id', 'text', (column) => column.notNull().references('recordings.session_id'))
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('part', 'bigint', (column) => column.notNull())
    .addColumn('width', 'bigint', (column) => column.notNull())
    .addColumn('height', 'bigint', (column) => column.notNull())
    .addColumn('codec', 'text', (column) => column.notNull())
    .addColumn('init_bytes', 'bigint', (column) => column.notNull())
    .addColumn('init_sha256', 'text', (column) => column.notNull())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('videos_key', ['session_id', 'file'])
    .execute();
  await db.schema
    .createTable('segments')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('segment_index', 'bigint', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('offset_bytes', 'bigint', (column) => column.notNull())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('start_ms', 'bigint', (column) => column.notNull())
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('frames', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('segments_key', ['session_id', 'segment_index'])
    .addForeignKeyConstraint('segments_video', ['session_id', 'file'], 'videos', ['session_id', 'file'])
    .execute();
  await db.schema
    .createTable('gaps')
    .addColumn('session_id', 'text', (column) => column.notNull().references('recordings.session_id'))
    .addColumn('gap_hash', 'text', (column) => column.notNull())
    .addColumn('start_ms', 'bigint', (column) => column.notNull())
    .addColumn('end_ms', 'bigint', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('codec', 'text', (column) => column.notNull())
    .addColumn('area_json', 'text')
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('pdus', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('gaps_key', ['session_id', 'gap_hash'])
    .execute();
}

/** No foreign key leads out of the audit log: it says what was, not what is. */
async function createAuditEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_events')
    .addColumn('chain_id', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('time_ms', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text')
    .addColumn('data_json', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_events_key', ['chain_id', 'sequence'])
    .execute();
  await db.schema.createIndex('audit_events_by_time').on('audit_events').column('time_ms').execute();
  await db.schema.createIndex('audit_events_by_session').on('audit_events').column('session_id').execute();
}
