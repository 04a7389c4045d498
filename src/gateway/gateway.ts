/** Puts the gateway together and takes it apart: nothing here decides or relays. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { AuditLog } from '../audit/audit-log.js';
import { BlobCheckpointStore } from '../audit/blob-checkpoint-store.js';
import { sealManifest } from '../audit/manifest-seal.js';
import { RefusalLog } from '../audit/refusal-log.js';
import { loadSigner, type Signer } from '../audit/signer.js';
import { chainId, type SessionId } from '../contract/ids.js';
import { compiledEntry, packageRoot } from '../database/compiled-entry.js';
import { type Database, openDatabase } from '../database/open.js';
import type { DemoDesktop } from '../demo/demo-desktop.js';
import { recordingRoutes } from '../http/recordings/routes.js';
import { createHttpServer } from '../http/server.js';
import { LockOut } from '../identity/lock-out.js';
import { Identity } from '../identity/identity.js';
import { SessionPolicy } from '../inventory/session-policy.js';
import { TypedAddresses } from '../inventory/typed-address.js';
import { PortalEntrance } from '../portal/portal-entrance.js';
import { recordingNotice } from '../portal/recording-notice.js';
import { gfxOfferOf } from '../rdp/relay/shaping/graphics-pipeline.js';
import { abilitiesWith } from '../policy/gateway-abilities.js';
import { BlobRecordingStore } from '../storage/blob-recording-store.js';
import { confirmStored } from './composition/confirm-stored.js';
import { openCredentials } from './composition/credentials.js';
import { DatabaseRecordingRows } from './composition/database-recording-rows.js';
import { ensureDemoTarget } from './composition/demo-target.js';
import { GatewayHealth } from './composition/gateway-health.js';
import { lockDataFolder } from './composition/data-lock.js';
import { RecordingSource } from './composition/recording-source.js';
import { SessionControl } from './composition/session-control.js';
import { openStorage, type OpenStorage } from './composition/storage.js';
import { targetConnector } from './composition/target-connections.js';
import { oidcSettingsOf } from './config/identity-settings.js';
import type { Settings } from './config/settings.js';
import { KdcProxy } from './kdc-proxy/kdc-proxy.js';
import { KeyWrapper, loadOrCreateKey } from './keys/key-store.js';
import { subjectPublicKeyOf } from './nla/platform.js';
import { attemptLimits } from './rdp/admission.js';
import { outliveErrors } from './outlive-errors.js';
import { NativeEntrance } from './rdp/native-entrance.js';
import { recorderStarter } from './recording/recorder-process.js';
import { probeRecorder } from './recording/probe-recorder.js';
import { RecordingService } from './recording/recording-service.js';
import { LiveSessions } from './sessions/live-session.js';
import { SessionLifecycle } from './sessions/session-lifecycle.js';
import { SessionLimits } from './sessions/session-limits.js';
import { SessionPlaces } from './sessions/session-places.js';
import { SessionRequests } from './sessions/session-requests.js';
import { settleLeftSessions } from './sessions/settle-left-sessions.js';
import { ShareableLinks } from './sessions/shareable-links.js';
import { loadOrCreateCertificate, type ServerCertificate } from './tls/certificate.js';
import { TraceFolder } from './trace/trace-folder.js';

/** How long a stop waits for recordings; the rest is taken up at the next start. */
const STOP_GRACE_MS = 20_000;

export interface Gateway {
  readonly rdp: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number };
  readonly demoTargetPort: number | null;
  /** Secret of the first administrator's one-time sign-in link; null when somebody has used one. */
  readonly firstSignInToken: string | null;
  readonly certificateFingerprint: string;
  readonly encoder: string;
  readonly recoveredRecordings: number;
  /** Ends sessions, finishes what recordings it can, and closes everything. */
  stop(): Promise<void>;
}

/** Everything that has to be closed, in the order of opening. */
type Closers = (() => Promise<void>)[];

/** Starts a gateway. Rejects with an error that says what to do; nothing is left running then. */
export async function startGateway(settings: Settings, log: Logger): Promise<Gateway> {
  const closers: Closers = [];
  try {
    return await open(settings, log, closers);
  } catch (error) {
    await closeAll(closers, log);
    throw error;
  }
}

async function closeAll(closers: Closers, log: Logger): Promise<void> {
  for (const close of closers.splice(0).toReversed()) {
    await close().catch((error: unknown) => log.error({ error: String(error) }, 'something did not close'));
  }
}

async function open(settings: Settings, log: Logger, closers: Closers): Promise<Gateway> {
  const clock = Date.now;
  const { dataDir } = settings;
  const oidc = oidcSettingsOf(settings);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  closers.push(await lockDataFolder(dataDir));
  const keys = path.join(dataDir, 'keys');
  const [masterKey, viewingKey, browserKey, signer, certificate] = await Promise.all([
    loadOrCreateKey(path.join(keys, 'master.key')),
    loadOrCreateKey(path.join(keys, 'viewing.key')),
    loadOrCreateKey(path.join(keys, 'browser.key')),
    loadSigner(path.join(keys, 'signing.pem')),
    loadOrCreateCertificate(path.join(dataDir, 'tls'), [settings.publicHost, 'localhost', '127.0.0.1'], clock()),
  ]);
  const recorderEntry = fileURLToPath(compiledEntry('recorder/bundle/main.js'));
  const startRecorder = recorderStarter(recorderEntry);
  // All are waited for, so that what did open is closed again when another did not.
  const [storageOpening, databaseOpening, probing] = await Promise.allSettled([
    openStorage(settings, log),
    openDatabase(databaseLocation(settings)),
    probeRecorder(startRecorder, settings.encoder),
  ]);
  if (storageOpening.status === 'fulfilled') closers.push(() => storageOpening.value.stop());
  if (databaseOpening.status === 'fulfilled') closers.push(() => databaseOpening.value.close());
  const [storage, database, abilities] = [opened(storageOpening), opened(databaseOpening), opened(probing)];
  const { encoder, optionalCodecs } = abilities;
  const audit = await openAudit(settings, signer, storage, database, clock);
  closers.push(() => audit.stop());
  const refusals = new RefusalLog({ audit, log, clock });
  closers.push(() => refusals.flush());
  await audit.append({
    kind: 'gateway.started',
    actor: 'gateway',
    sessionId: null,
    data: { encoder, optionalCodecs: [...optionalCodecs], version: '0.1.0' },
  });

  const store = new BlobRecordingStore(storage.container);
  const live = new LiveSessions();
  const recordings = new RecordingService({
    storage: storage.access,
    encoder: settings.encoder,
    startRecorder,
    rows: new DatabaseRecordingRows(database, clock),
    audit,
    seal: (body) => sealManifest(body, signer),
    confirmStored: (stored) => confirmStored(storage, store, stored),
    traces: new TraceFolder(dataDir),
    wrapper: new KeyWrapper(masterKey),
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
  const lifecycleOptions = { database, audit, recordings, live, clock, log };
  const { reconnectWindowMs, channels } = settings;
  const lifecycle = new SessionLifecycle({ ...lifecycleOptions, reconnectWindowMs, channels });
  const outcomes = await settleLeftSessions({ database, audit, clock, gatewayId: settings.gatewayId });
  const unfinished = await database.recordings.listUnfinished(settings.gatewayId);
  const recoveredRecordings = await recordings.recover(
    (sessionId) => outcomes.outcomeOf(sessionId),
    unfinished.filter(({ state }) => state !== 'failed').map(({ sessionId }) => sessionId),
  );
  closers.push(() => recordings.stop(STOP_GRACE_MS));

  const demo = settings.demoTarget ? await startDemo(database, certificate, clock) : null;
  if (demo !== null) closers.push(() => demo.close());
  const secureContext = createSecureContext({
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    minVersion: 'TLSv1.2',
  });
  const credentials = await openCredentials(settings, database, audit, refusals);
  const kdcProxy =
    settings.kdcs.size === 0 ? null : new KdcProxy({ database, audit, refusals, realms: settings.kdcs, clock });
  const policyAbilities = abilitiesWith({ entra: credentials.entra !== null, kdcs: settings.kdcs.size > 0 });
  const policy = new SessionPolicy({ database, recording: settings.recording, clock, abilities: policyAbilities });
  const places = new SessionPlaces(database, settings, clock);
  const attempts = new LockOut(attemptLimits(settings.ticketAttempts));
  const admission = { database, audit, clock, policy, live, places, attempts, refusals };
  const entranceOptions = {
    ...lifecycleOptions,
    lifecycle,
    targets: await targetConnector(settings, audit, database, credentials),
    maxGapMs: settings.maxGapMs,
    refusalPage: settings.refusalPage,
    keepsClipboardText: settings.keepsClipboardText,
    gfxOffer: gfxOfferOf(optionalCodecs),
    maxConnections: settings.maxSessions,
    admission: { ...admission, reconnectWindowMs: settings.reconnectWindowMs },
  };
  const entrance = new NativeEntrance({
    ...entranceOptions,
    tls: { secureContext, subjectPublicKey: subjectPublicKeyOf(certificate.certificatePem) },
    oneTime: credentials.oneTime,
  });
  const rdpPort = await entrance.listen(settings.rdpHost, settings.rdpPort);
  closers.push(() => entrance.close());
  const { maxSessionMs, idleTimeoutMs, gatewayId } = settings;
  const disconnect = lifecycle.disconnect.bind(lifecycle);
  const limits = new SessionLimits({ live, audit, clock, disconnect, maxSessionMs, idleTimeoutMs });
  const control = new SessionControl({ database, audit, live, lifecycle, limits, clock, gatewayId, log });
  closers.push(() => control.stop());

  const identity = new Identity({
    database,
    audit,
    clock,
    browserKey,
    oidc,
    localPasswords: settings.localPasswords,
  });
  const ownPorts = new Set([rdpPort]);
  const open = settings.ipConnectNetworks;
  const addresses = new TypedAddresses({ targets: database.targets, open, ownPorts, clock });
  const notice = recordingNotice(settings.recordingNotice === 'none' ? '' : settings.recordingNotice);
  const links = new ShareableLinks({ database, audit, clock });
  const requests = new SessionRequests({
    database,
    audit,
    clock,
    gatewayId: settings.gatewayId,
    policy,
    addresses,
    secrets: credentials.sessions,
    channels: settings.channels,
    notice,
    entra: credentials.entra?.signIns ?? null,
    kdcProxy,
    places,
    links,
    oneTime: credentials.oneTime,
    tlsOnlyTickets: settings.tlsOnlyTickets,
    ticketAddressBinding: settings.ticketAddressBinding,
    ticketLifetimeMs: settings.ticketLifetimeMs,
    rdpAddress: { host: settings.publicHost, port: rdpPort },
  });
  const source = new RecordingSource(database);
  const server = await createHttpServer({
    tls: { cert: certificate.certificatePem, key: certificate.privateKeyPem },
    database,
    recording: settings.recording,
    audit,
    identity,
    channels: settings.channels,
    limits: settings,
    abilities: policyAbilities,
    sessions: {
      request: (user, request, clientAddress) => requests.request(user, request, clientAddress),
      disconnect: (id, user) => control.requestDisconnect(id, user),
    },
    portal: { policy, notice, addresses },
    links,
    credentials: credentials.targets,
    entra: credentials.entra?.signIns ?? null,
    kdcProxy,
    health: new GatewayHealth({ database, audit, store, recordings, live, encoder, clock }),
    recordings: recordingRoutes({
      viewer: (request) => ({ actor: `user:${request.user.id}`, ...request.user }),
      loadRecording: (id) => source.loadRecording(id),
      findPlace: (id) => source.findPlace(id),
      findVideo: (id, file) => source.findVideo(id, file),
      audit: async (event) => void (await audit.append(event)),
      store,
      viewingKey,
      now: clock,
    }),
    viewerFolder: path.join(packageRoot(), 'dist', 'viewer'),
    clock,
  });
  outliveErrors(server.server, 'https', log);
  const portal = new PortalEntrance(server.server, entranceOptions);
  await server.listen({ host: settings.httpHost, port: settings.httpPort });
  const httpPort = (server.server.address() as AddressInfo).port;
  ownPorts.add(httpPort);
  closers.push(() => server.close());
  closers.push(() => portal.close());
  const firstSignInToken = await identity.firstAdministratorLink();
  return {
    rdp: { host: settings.publicHost, port: rdpPort },
    http: { host: settings.publicHost, port: httpPort },
    demoTargetPort: demo?.port ?? null,
    firstSignInToken,
    certificateFingerprint: certificate.fingerprint,
    encoder,
    recoveredRecordings,
    stop: async () => {
      await control.endAll('gateway-stopped');
      await audit
        .append({ kind: 'gateway.stopped', actor: 'gateway', sessionId: null, data: {} })
        .catch((error: unknown) => log.error({ error: String(error) }, 'the stop is not on record'));
      await closeAll(closers, log);
    },
  };
}

function opened<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Where the settings put the database. */
export function databaseLocation({ database, dataDir }: Settings): Parameters<typeof openDatabase>[0] {
  if (database !== 'embedded') return { kind: 'postgres', url: database };
  return { kind: 'sqlite', path: path.join(dataDir, 'witness.db') };
}

async function openAudit(
  settings: Settings,
  signer: Signer,
  storage: OpenStorage,
  database: Database,
  clock: () => number,
): Promise<AuditLog> {
  const store = new BlobCheckpointStore(storage.container);
  return AuditLog.start({ chainId: chainId(settings.gatewayId), store, signer, clock, events: database.auditEvents });
}

const LEASE_MS = 24 * 60 * 60 * 1000;

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

async function startDemo(
  database: Database,
  certificate: ServerCertificate,
  clock: () => number,
): Promise<DemoDesktop> {
  // A gateway without the demo target does not load its code.
  const { startDemoDesktop } = await import('../demo/demo-desktop.js');
  const demo = await startDemoDesktop({ host: '127.0.0.1', port: 0, tls: certificate, clock });
  await ensureDemoTarget(database, {
    port: demo.port,
    nowMs: clock(),
    random: randomBytes(10),
  });
  return demo;
}
