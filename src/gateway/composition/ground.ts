/** What a gateway stands on: keys, storage, database, recorders and the audit log, each opened when what it needs is there. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { AuditLog } from '../../audit/audit-log.js';
import { BlobCheckpointStore } from '../../audit/blob-checkpoint-store.js';
import { RefusalLog } from '../../audit/refusal-log.js';
import { loadSigner, type Signer } from '../../audit/signer.js';
import { chainId } from '../../contract/ids.js';
import { compiledEntry } from '../../database/compiled-entry.js';
import { type Database, openDatabase } from '../../database/open.js';
import type { Settings } from '../config/settings.js';
import { loadOrCreateKey } from '../keys/key-store.js';
import { probeRecorder } from '../recording/probe-recorder.js';
import { recorderStarter, type StartRecorder } from '../recording/recorder-process.js';
import { loadOrCreateCertificate, type ServerCertificate } from '../tls/certificate.js';
import { lockDataFolder } from './data-lock.js';
import { openStorage, type OpenStorage } from './storage.js';

/** Everything that has to be closed, in the order of opening. */
export type Closers = (() => Promise<void>)[];

export interface Keys {
  readonly masterKey: Buffer;
  readonly viewingKey: Buffer;
  readonly browserKey: Buffer;
  readonly signer: Signer;
  readonly certificate: ServerCertificate;
}

export interface Ground {
  readonly settings: Settings;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly keys: Keys;
  readonly storage: OpenStorage;
  readonly database: Database;
  readonly startRecorder: StartRecorder;
  /** What recorders can do here. */
  readonly abilities: Awaited<ReturnType<typeof probeRecorder>>;
  readonly audit: AuditLog;
  readonly refusals: RefusalLog;
}

/** Rejects with an error that says what to do; what did open is in `closers`. */
export async function openGround(settings: Settings, log: Logger, closers: Closers): Promise<Ground> {
  const clock = Date.now;
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  closers.push(await lockDataFolder(settings.dataDir));
  const keys = await openKeys(settings, clock());
  const startRecorder = recorderStarter(fileURLToPath(compiledEntry('recorder/bundle/main.js')));
  // All are waited for, so that what did open is closed again when another did not.
  const [storageOpening, databaseOpening, probing] = await Promise.allSettled([
    openStorage(settings, log),
    openDatabase(databaseLocation(settings)),
    probeRecorder(startRecorder, settings.encoder),
  ]);
  if (storageOpening.status === 'fulfilled') closers.push(() => storageOpening.value.stop());
  if (databaseOpening.status === 'fulfilled') closers.push(() => databaseOpening.value.close());
  const [storage, database, abilities] = [opened(storageOpening), opened(databaseOpening), opened(probing)];
  const audit = await AuditLog.start({
    chainId: chainId(settings.gatewayId),
    store: new BlobCheckpointStore(storage.container),
    signer: keys.signer,
    clock,
    events: database.auditEvents,
  });
  closers.push(() => audit.stop());
  const refusals = new RefusalLog({ audit, log, clock });
  closers.push(() => refusals.flush());
  return { settings, log, clock, keys, storage, database, startRecorder, abilities, audit, refusals };
}

/** Where the settings put the database. */
export function databaseLocation({ database, dataDir }: Settings): Parameters<typeof openDatabase>[0] {
  if (database !== 'embedded') return { kind: 'postgres', url: database };
  return { kind: 'sqlite', path: path.join(dataDir, 'witness.db') };
}

async function openKeys({ dataDir, publicHost }: Settings, nowMs: number): Promise<Keys> {
  const folder = path.join(dataDir, 'keys');
  const [masterKey, viewingKey, browserKey, signer, certificate] = await Promise.all([
    loadOrCreateKey(path.join(folder, 'master.key')),
    loadOrCreateKey(path.join(folder, 'viewing.key')),
    loadOrCreateKey(path.join(folder, 'browser.key')),
    loadSigner(path.join(folder, 'signing.pem')),
    loadOrCreateCertificate(path.join(dataDir, 'tls'), [publicHost, 'localhost', '127.0.0.1'], nowMs),
  ]);
  return { masterKey, viewingKey, browserKey, signer, certificate };
}

function opened<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
