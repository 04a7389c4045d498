/** Puts the HTTPS server together: who signs in, requests for sessions, recordings to watch, and the entrance of the portal. */
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { RecordingNotice } from '../../contract/portal.js';
import { packageRoot } from '../../database/compiled-entry.js';
import { recordingRoutes } from '../../http/recordings/routes.js';
import { createHttpServer } from '../../http/server.js';
import { Identity } from '../../identity/identity.js';
import type { OidcSettings } from '../../identity/oidc/oidc-sign-in.js';
import { TypedAddresses } from '../../inventory/typed-address.js';
import { PortalEntrance } from '../../portal/portal-entrance.js';
import { recordingNotice } from '../../portal/recording-notice.js';
import { outliveErrors } from '../outlive-errors.js';
import { SessionRequests } from '../sessions/session-requests.js';
import { ShareableLinks } from '../sessions/shareable-links.js';
import { GatewayHealth } from './gateway-health.js';
import type { Closers, Ground } from './ground.js';
import { RecordingSource } from './recording-source.js';
import type { OpenRecordings } from './recordings.js';
import type { OpenSessions } from './sessions.js';

export interface OpenWebServer {
  readonly port: number;
  /** Secret of the first administrator's one-time sign-in link; null when somebody has used one. */
  readonly firstSignInToken: string | null;
}

/** What the routes and the requests for sessions share. */
interface Shared {
  readonly identity: Identity;
  readonly addresses: TypedAddresses;
  readonly links: ShareableLinks;
  readonly notice: RecordingNotice | null;
}

/** Opens the HTTPS server. Rejects when its port is taken. */
export async function openWebServer(
  ground: Ground,
  recordings: OpenRecordings,
  sessions: OpenSessions,
  oidc: OidcSettings | null,
  closers: Closers,
): Promise<OpenWebServer> {
  const { settings, database, audit, clock, log } = ground;
  const { localPasswords, ipConnectNetworks: open } = settings;
  const ownPorts = new Set([sessions.rdpPort]);
  const shared = {
    identity: new Identity({ database, audit, clock, browserKey: ground.keys.browserKey, oidc, localPasswords }),
    addresses: new TypedAddresses({ targets: database.targets, open, ownPorts, clock }),
    links: new ShareableLinks({ database, audit, clock }),
    notice: recordingNotice(settings.recordingNotice === 'none' ? '' : settings.recordingNotice),
  };
  const server = await createServer(ground, recordings, sessions, shared);
  outliveErrors(server.server, 'https', log);
  const portal = new PortalEntrance(server.server, sessions.entrance);
  await server.listen({ host: settings.httpHost, port: settings.httpPort });
  const { port } = server.server.address() as AddressInfo;
  ownPorts.add(port);
  closers.push(() => server.close());
  closers.push(() => portal.close());
  return { port, firstSignInToken: await shared.identity.firstAdministratorLink() };
}

function createServer(
  ground: Ground,
  recordings: OpenRecordings,
  sessions: OpenSessions,
  shared: Shared,
): Promise<FastifyInstance> {
  const { settings, database, audit, clock, keys, log } = ground;
  const { policy, control, credentials, kdcProxy, live } = sessions;
  const { service, store } = recordings;
  const { encoder } = ground.abilities;
  const requests = sessionRequests(ground, sessions, shared);
  return createHttpServer({
    tls: { cert: keys.certificate.certificatePem, key: keys.certificate.privateKeyPem },
    database,
    recording: settings.recording,
    audit,
    identity: shared.identity,
    channels: settings.channels,
    limits: settings,
    abilities: sessions.abilities,
    sessions: {
      request: (user, request, clientAddress) => requests.request(user, request, clientAddress),
      disconnect: (id, user) => control.requestDisconnect(id, user),
    },
    portal: { policy, notice: shared.notice, addresses: shared.addresses },
    links: shared.links,
    credentials: credentials.targets,
    entra: credentials.entra?.signIns ?? null,
    kdcProxy,
    health: new GatewayHealth({ database, audit, store, recordings: service, live, encoder, clock }),
    recordings: routesOfRecordings(ground, recordings),
    viewerFolder: path.join(packageRoot(), 'dist', 'viewer'),
    clock,
    // Where it listens is told by what starts the gateway.
    logger: log.child({ server: 'https' }, { level: log.isLevelEnabled('warn') ? 'warn' : log.level }),
  });
}

function sessionRequests(
  { settings, database, audit, clock }: Ground,
  { policy, places, credentials, kdcProxy, rdpPort }: OpenSessions,
  { addresses, links, notice }: Shared,
): SessionRequests {
  return new SessionRequests({
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
}

function routesOfRecordings({ database, audit, clock, keys }: Ground, { store }: OpenRecordings): FastifyPluginAsync {
  const source = new RecordingSource(database);
  return recordingRoutes({
    viewer: (request) => ({ actor: `user:${request.user.id}`, ...request.user }),
    loadRecording: (id) => source.loadRecording(id),
    findPlace: (id) => source.findPlace(id),
    findVideo: (id, file) => source.findVideo(id, file),
    audit: async (event) => void (await audit.append(event)),
    store,
    viewingKey: keys.viewingKey,
    now: clock,
  });
}
