/** Opens the gateway's database: SQLite by default, PostgreSQL for more than one gateway. */
import { Kysely, type Dialect, type Migration } from 'kysely';
import { migrations as ownMigrations } from '../../migrations/index.js';
import { ApiTokenRepository } from './api-tokens.js';
import { AuditEventRepository } from './audit-events.js';
import { CredentialRepository } from './credentials.js';
import { EntraSignInRepository } from './entra-sign-ins.js';
import { KdcTokenRepository } from './kdc-tokens.js';
import { migrate } from './migrate.js';
import { postgresDialect } from './postgres-dialect.js';
import { RecordingMediaRepository } from './recording-media.js';
import { RecordingRepository } from './recordings.js';
import { RoleAssignmentRepository } from './role-assignments.js';
import type { Schema } from './schema.js';
import { SessionSecretRepository } from './session-secrets.js';
import { SessionRepository } from './sessions.js';
import { SettingRepository } from './settings.js';
import { ShareableLinkRepository } from './shareable-links.js';
import { SqliteClient } from './sqlite-client.js';
import { SqliteWorkerDialect } from './sqlite-dialect.js';
import { TargetCredentialRepository } from './target-credentials.js';
import { TargetChannelRepository } from './target-channels.js';
import { TargetRepository } from './targets.js';
import { TicketRepository } from './tickets.js';
import { UserRepository } from './users.js';
import { WebSessionRepository } from './web-sessions.js';

export type DatabaseLocation =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** One repository for each family of tables. */
export interface Repositories {
  readonly users: UserRepository;
  readonly credentials: CredentialRepository;
  readonly webSessions: WebSessionRepository;
  readonly apiTokens: ApiTokenRepository;
  readonly targets: TargetRepository;
  readonly roleAssignments: RoleAssignmentRepository;
  readonly targetChannels: TargetChannelRepository;
  readonly sessions: SessionRepository;
  readonly tickets: TicketRepository;
  readonly recordings: RecordingRepository;
  readonly media: RecordingMediaRepository;
  readonly auditEvents: AuditEventRepository;
  readonly settings: SettingRepository;
  readonly targetCredentials: TargetCredentialRepository;
  readonly sessionSecrets: SessionSecretRepository;
  readonly entraSignIns: EntraSignInRepository;
  readonly kdcTokens: KdcTokenRepository;
  readonly shareableLinks: ShareableLinkRepository;
}

export interface Database extends Repositories {
  /** For queries that no repository has. */
  readonly kysely: Kysely<Schema>;
  /**
   * Runs `work` in one transaction: all of it is durable when the promise resolves, none of it when it rejects. Inside,
   * only the repositories given to `work` may be used; on SQLite the others would wait for this transaction.
   */
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens a database and brings it to this program's schema.
 * @throws DatabaseError `newer-schema` when a newer version of the program wrote it; nothing is changed then
 */
export async function openDatabase(
  location: DatabaseLocation,
  migrations: Readonly<Record<string, Migration>> = ownMigrations,
): Promise<Database> {
  const kysely = new Kysely<Schema>({ dialect: await dialectOf(location) });
  try {
    await migrate(kysely, migrations);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  return {
    kysely,
    ...repositories(kysely),
    transaction: (work) => kysely.transaction().execute((transaction) => work(repositories(transaction))),
    close: () => kysely.destroy(),
  };
}

async function dialectOf(location: DatabaseLocation): Promise<Dialect> {
  if (location.kind === 'postgres') return postgresDialect(location.url);
  return new SqliteWorkerDialect(await SqliteClient.open(location.path));
}

function repositories(db: Kysely<Schema>): Repositories {
  return {
    users: new UserRepository(db),
    credentials: new CredentialRepository(db),
    webSessions: new WebSessionRepository(db),
    apiTokens: new ApiTokenRepository(db),
    targets: new TargetRepository(db),
    roleAssignments: new RoleAssignmentRepository(db),
    targetChannels: new TargetChannelRepository(db),
    sessions: new SessionRepository(db),
    tickets: new TicketRepository(db),
    recordings: new RecordingRepository(db),
    media: new RecordingMediaRepository(db),
    auditEvents: new AuditEventRepository(db),
    settings: new SettingRepository(db),
    targetCredentials: new TargetCredentialRepository(db),
    sessionSecrets: new SessionSecretRepository(db),
    entraSignIns: new EntraSignInRepository(db),
    kdcTokens: new KdcTokenRepository(db),
    shareableLinks: new ShareableLinkRepository(db),
  };
}
