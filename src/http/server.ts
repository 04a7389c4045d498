/** The gateway's HTTPS server: API, viewer, and the headers and limits that hold for both. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify';
import type { ChannelPolicy } from '../contract/channel-policy.js';
import type { HostLimits } from '../contract/inventory.js';
import type { RecordingSetting } from '../contract/rule.js';
import type { Database } from '../database/open.js';
import type { AuditAppender, Identity } from '../identity/identity.js';
import type { GatewayAbilities } from '../policy/gateway-abilities.js';
import { accountRoutes } from './account-routes.js';
import { auditRoutes } from './audit-routes.js';
import { CONTENT_SECURITY } from './content-security.js';
import { credentialRoutes } from './credential-routes.js';
import { entraRoutes } from './entra-routes.js';
import { installErrorHandling } from './error-handler.js';
import { hostRoutes } from './host-routes.js';
import { type GuardedRoute, installGuard, REVIEWERS } from './guard.js';
import { healthRoutes } from './health-routes.js';
import { kdcProxyRoutes } from './kdc-proxy-routes.js';
import { linkRoutes } from './link-routes.js';
import { liveSessionRoutes } from './live-session-routes.js';
import { type PortalRoutesDeps, portalRoutes } from './portal-routes.js';
import { ProblemError } from './problems.js';
import { decorateRequestUser } from './request-user.js';
import { roleRoutes } from './role-routes.js';
import type {
  CredentialService,
  EntraService,
  HealthService,
  KdcProxyService,
  LinkService,
  SessionService,
} from './services.js';
import { sessionRoutes } from './session-routes.js';
import { signInRoutes } from './sign-in-routes.js';
import { targetChannelRoutes } from './target-channel-routes.js';
import { targetRoutes } from './target-routes.js';
import { userRoutes } from './user-routes.js';
import { viewerRoutes } from './viewer-routes.js';

export interface HttpServerDeps {
  /** PEM. */
  readonly tls: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Whether sessions are recorded until an operator sets it for the host. */
  readonly recording: RecordingSetting;
  readonly database: Pick<
    Database,
    | 'sessions'
    | 'targets'
    | 'targetChannels'
    | 'targetCredentials'
    | 'roleAssignments'
    | 'auditEvents'
    | 'settings'
    | 'transaction'
  >;
  readonly audit: AuditAppender;
  readonly identity: Identity;
  readonly sessions: SessionService;
  readonly portal: PortalRoutesDeps['portal'];
  readonly links: LinkService;
  readonly credentials: CredentialService;
  /** Null where no authority of Entra ID is configured. */
  readonly entra: EntraService | null;
  /** Null where no KDC is configured. */
  readonly kdcProxy: KdcProxyService | null;
  /** What channels may be used for where a target does not say. */
  readonly channels: ChannelPolicy;
  /** Bounds of sessions; shown, not enforced here. */
  readonly limits: HostLimits;
  /** What policy may take for granted of this gateway when it explains; what is built when left out. */
  readonly abilities?: GatewayAbilities;
  readonly health: HealthService;
  /** Routes below /api/v1/recordings. They see only requests of people who may watch, with `request.user`. */
  readonly recordings: FastifyPluginAsync;
  /** Folder of the built viewer. */
  readonly viewerFolder: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly logger?: FastifyBaseLogger;
  /** Requests a minute from one address. A viewer that follows a live session sends about 200. Default 1500. */
  readonly requestsPerMinute?: number;
  /** Told of every route below /api/v1 and who may use it, once the server is ready. */
  readonly onRoute?: (route: GuardedRoute) => void;
}

const DEFAULT_REQUESTS_PER_MINUTE = 1_500;
const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** Builds the server; the caller lets it listen and closes it. */
export async function createHttpServer(deps: HttpServerDeps): Promise<FastifyInstance> {
  const app = fastify({
    https: { cert: deps.tls.cert, key: deps.tls.key, minVersion: 'TLSv1.2' },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Request lines are not logged: addresses say who watches what, and that is in the audit log.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false } },
    ...(deps.logger !== undefined && { loggerInstance: deps.logger }),
  });
  // The instance is typed by its server's kind; the parts below do not depend on it.
  const server = app as unknown as FastifyInstance;
  installErrorHandling(server);
  acceptEmptyJson(server);
  decorateRequestUser(server);
  await installHeaders(server);
  await installRateLimit(server, deps.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE);
  await server.register(cookie);
  await server.register((api) => installApi(api, deps), { prefix: '/api/v1' });
  const { kdcProxy } = deps;
  if (kdcProxy !== null) await server.register(async (scope) => kdcProxyRoutes(scope, kdcProxy));
  await server.register((scope) => viewerRoutes(scope, deps.viewerFolder));
  return server;
}

async function installApi(api: FastifyInstance, deps: HttpServerDeps): Promise<void> {
  installGuard(api, deps);
  api.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
  signInRoutes(api, deps);
  accountRoutes(api, deps);
  userRoutes(api, deps);
  targetRoutes(api, deps);
  hostRoutes(api, deps);
  roleRoutes(api, deps);
  credentialRoutes(api, deps);
  entraRoutes(api, deps);
  targetChannelRoutes(api, deps);
  liveSessionRoutes(api, deps);
  sessionRoutes(api, deps);
  portalRoutes(api, deps);
  linkRoutes(api, deps);
  auditRoutes(api, deps);
  healthRoutes(api, deps.health);
  await api.register(
    async (recordings) => {
      recordings.addHook('onRoute', (route) => {
        route.config = { ...route.config, access: REVIEWERS, scope: 'recordings:read' };
      });
      await recordings.register(deps.recordings);
    },
    { prefix: '/recordings' },
  );
}

async function installHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    // Other hosts below this name are not ours to decide about.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  });
}

async function installRateLimit(server: FastifyInstance, max: number): Promise<void> {
  await server.register(rateLimit, { global: false });
  const limit = server.createRateLimit({ max, timeWindow: 60_000 });
  server.addHook('onRequest', async (request) => {
    const result = await limit(request);
    if (!result.isAllowed && result.isExceeded) {
      throw new ProblemError('too-many-requests', { retryAfterMs: result.ttl });
    }
  });
}

/** A change without a body may still name JSON as its type. */
function acceptEmptyJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}
