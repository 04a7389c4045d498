/** Puts the supervision of recordings together, and takes up what an earlier process left. */
import { sealManifest } from '../../audit/manifest-seal.js';
import type { SessionId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import { BlobRecordingStore } from '../../storage/blob-recording-store.js';
import type { Settings } from '../config/settings.js';
import { KeyWrapper } from '../keys/key-store.js';
import { RecordingService } from '../recording/recording-service.js';
import { settleLeftSessions } from '../sessions/settle-left-sessions.js';
import { TraceFolder } from '../trace/trace-folder.js';
import { confirmStored } from './confirm-stored.js';
import { DatabaseRecordingRows } from './database-recording-rows.js';
import type { Closers, Ground } from './ground.js';

export interface OpenRecordings {
  readonly service: RecordingService;
  readonly store: BlobRecordingStore;
  /** How many recordings of an earlier process were taken up. */
  readonly recovered: number;
}

/** How long a stop waits for recordings; the rest is taken up at the next start. */
const STOP_GRACE_MS = 20_000;
const LEASE_MS = 24 * 60 * 60 * 1000;

export async function openRecordings(ground: Ground, closers: Closers): Promise<OpenRecordings> {
  const { settings, database, audit, clock } = ground;
  const store = new BlobRecordingStore(ground.storage.container);
  const service = recordingService(ground, store);
  const outcomes = await settleLeftSessions({
    database,
    audit,
    clock,
    gatewayId: settings.gatewayId,
    createRow: (sessionId, startedAtMs) => createRecordingRow(database, settings, sessionId, startedAtMs),
  });
  const unfinished = await database.recordings.listUnfinished(settings.gatewayId);
  const recovered = await service.recover(
    (sessionId) => outcomes.outcomeOf(sessionId),
    unfinished.filter(({ state }) => state !== 'failed').map(({ sessionId }) => sessionId),
  );
  closers.push(() => service.stop(STOP_GRACE_MS));
  return { service, store, recovered };
}

function recordingService(ground: Ground, store: BlobRecordingStore): RecordingService {
  const { settings, storage, database, audit, clock, log } = ground;
  return new RecordingService({
    storage: storage.access,
    encoder: settings.encoder,
    startRecorder: ground.startRecorder,
    rows: new DatabaseRecordingRows(database, clock),
    audit,
    seal: (body) => sealManifest(body, ground.keys.signer),
    confirmStored: (stored) => confirmStored(storage, store, stored),
    traces: new TraceFolder(settings.dataDir),
    wrapper: new KeyWrapper(ground.keys.masterKey),
    gatewayId: settings.gatewayId,
    clock,
    durability: settings.durability,
    traceMaxBytes: settings.traceMaxBytes,
    traceKeep: settings.traceKeep,
    createRow: (sessionId, startedAtMs) => createRecordingRow(database, settings, sessionId, startedAtMs),
    checkpoint: async () => {
      await audit.checkpoint();
      await storage.persist();
    },
    log: (level, message, sessionId) => log[level]({ sessionId }, message),
  });
}

/** [invariant 1] The database refuses this row for a session that must not be recorded, whatever was decided before. */
async function createRecordingRow(
  database: Database,
  settings: Settings,
  sessionId: SessionId,
  sessionStartedAtMs: number,
): Promise<void> {
  const session = await database.sessions.get(sessionId);
  if (session === null) throw new Error('there is no such session');
  const { connectionMethod, authenticationMethod, protocol, recordingSetting } = session;
  await database.recordings.create({
    sessionId,
    connectionMethod,
    authenticationMethod,
    protocol,
    recordingSetting: recordingSetting === 'off' ? 'preferred' : recordingSetting,
    ownerGatewayId: settings.gatewayId,
    leaseExpiresAtMs: sessionStartedAtMs + LEASE_MS,
    sessionStartedAtMs,
  });
}
