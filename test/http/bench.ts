/** An HTTP server with a real database, audit log and identity, for tests. */
import type { ChannelUse } from '../../src/contract/channel-policy.js';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { generate } from 'selfsigned';
import { afterEach } from 'vitest';
import { AuditLog } from '../../src/audit/audit-log.js';
import { FolderCheckpointStore } from '../../src/audit/folder-checkpoint-store.js';
import { Signer } from '../../src/audit/signer.js';
import type { Health, Role } from '../../src/contract/api.js';
import type { AuditRow } from '../../src/contract/audit-event.js';
import { chainId } from '../../src/contract/ids.js';
import { type Database, openDatabase } from '../../src/database/open.js';
import { EmbeddedSecretStore } from '../../src/gateway/credentials/embedded-secret-store.js';
import { TargetCredentials } from '../../src/gateway/credentials/target-credentials.js';
import { ShareableLinks } from '../../src/gateway/sessions/shareable-links.js';
import { createHttpServer, type HttpServerDeps } from '../../src/http/server.js';
import type { SessionRequestResult, SessionService } from '../../src/http/services.js';
import { SessionPolicy } from '../../src/inventory/session-policy.js';
import { TypedAddresses } from '../../src/inventory/typed-address.js';
import { requireNetworks } from '../inventory/networks.js';
import { Identity, type IdentityOptions } from '../../src/identity/identity.js';

export const CHAIN = chainId('gateway-1');
export const HOST = 'gateway.example:8443';
export const SAME_SITE = { host: HOST, origin: `https://${HOST}`, 'x-witness-request': '1' };

export const HEALTH: Health = {
  status: 'ok',
  version: '0.1.0',
  uptimeMs: 1,
  encoder: 'node-av',
  storage: 'ok',
  audit: 'ok',
  database: 'ok',
  liveSessions: 0,
  recordersRunning: 0,
  recordingLagMs: 0,
  problems: [],
};

/** Answers what a test tells it to, and remembers what it was asked. */
export class ScriptedSessions implements SessionService {
  answer: SessionRequestResult = { denied: [] };
  ends = true;
  readonly asked: unknown[] = [];

  async request(...asked: Parameters<SessionService['request']>): Promise<SessionRequestResult> {
    this.asked.push(asked);
    return this.answer;
  }

  async disconnect(...asked: Parameters<SessionService['disconnect']>): Promise<boolean> {
    this.asked.push(asked);
    return this.ends;
  }
}

export interface HttpBench {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly identity: Identity;
  readonly sessions: ScriptedSessions;
  readonly tls: { readonly cert: string; readonly key: string };
  /** Changes what GET /health tells. */
  health: Health;
  /** Headers of a person with these roles who has signed in. */
  readonly signIn: (roles: readonly Role[], userName?: string) => Promise<Record<string, string>>;
  readonly rows: () => Promise<readonly AuditRow[]>;
}

let certificate: Promise<{ cert: string; key: string }> | null = null;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** What hashing a password costs is not what these tests are about. */
const FAST = { logN: 4, blockSize: 1, parallelism: 1 };

export async function makeHttpBench(
  overrides: Partial<HttpServerDeps> = {},
  identityOptions: Partial<IdentityOptions> = {},
): Promise<HttpBench> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-http-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'witness.sqlite') });
  cleanups.push(() => database.close());
  const clock = Date.now;
  const signer = new Signer(generateKeyPairSync('ed25519').privateKey);
  const store = new FolderCheckpointStore(join(folder, 'checkpoints'));
  const audit = await AuditLog.start({ chainId: CHAIN, store, signer, clock, events: database.auditEvents });
  cleanups.push(() => audit.stop());
  const identity = new Identity({ database, audit, clock, passwordCost: FAST, ...identityOptions });
  const sessions = new ScriptedSessions();
  certificate ??= generate([{ name: 'commonName', value: 'localhost' }]).then((made) => ({
    cert: made.cert,
    key: made.private,
  }));
  const tls = await certificate;
  const open = requireNetworks('10.0.0.0/8');
  const addresses = new TypedAddresses({ targets: database.targets, open, ownPorts: new Set(), clock });
  const bench = { database, audit, identity, sessions, tls, health: HEALTH };
  const app = await createHttpServer({
    tls,
    database,
    recording: 'required',
    audit,
    identity,
    channels: new Set<ChannelUse>(['clipboard-to-target', 'drives']),
    limits: { maxSessionMs: 8 * 3_600_000, idleTimeoutMs: 900_000, sessionsPerUser: 2, sessionsPerHost: 0 },
    sessions,
    portal: { policy: new SessionPolicy({ database, recording: 'required', clock }), notice: null, addresses },
    links: new ShareableLinks({ database, audit, clock }),
    credentials: new TargetCredentials({ database, audit, clock, store: new EmbeddedSecretStore(Buffer.alloc(32, 7)) }),
    entra: null,
    kdcProxy: null,
    health: { health: async () => full.health },
    recordings: async (scope) => {
      scope.get('/:sessionId', (request) => ({ watcher: request.user.userName }));
    },
    viewerFolder: await writeViewer(folder),
    clock,
    ...overrides,
  });
  cleanups.push(() => app.close());
  const full: HttpBench = {
    ...bench,
    app,
    signIn: (roles, userName = roles.join('-')) => signIn(bench, roles, userName),
    rows: () => database.auditEvents.page({ chainId: CHAIN, first: 1, last: Number.MAX_SAFE_INTEGER }, 1000),
  };
  return full;
}

async function signIn(bench: { identity: Identity }, roles: readonly Role[], userName: string) {
  const user = await bench.identity.createUser(userName, userName, roles);
  const result = await bench.identity.signIn(await bench.identity.issueLink(user.id), '127.0.0.1');
  if (result.kind !== 'signed-in') throw new Error(`sign-in was ${result.kind}`);
  return { ...SAME_SITE, cookie: `__Host-witness=${result.secret}` };
}

async function writeViewer(folder: string): Promise<string> {
  const viewer = join(folder, 'viewer');
  await mkdir(join(viewer, 'assets'), { recursive: true });
  await writeFile(join(viewer, 'index.html'), '<!doctype html><title>Witness</title>');
  await writeFile(join(viewer, 'assets', 'app-1a2b3c.js'), 'export {};');
  await writeFile(join(viewer, '.secret'), 'hidden');
  return viewer;
}
