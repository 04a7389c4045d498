/**
 * The built viewer behind a real HTTP server with the strict Content-Security-Policy. Recordings are served by the real
 * routes from real storage; sign-in, sessions and targets answer from what the test sets.
 */
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Me, Problem, SessionCreated, SessionInfo } from '../../../src/contract/api.js';
import type { PortalInfo, PortalTarget } from '../../../src/contract/portal.js';
import type { AuditEvent } from '../../../src/contract/audit-event.js';
import type { StoredRecording } from '../../../src/http/recordings/deps.js';
import { recordingRoutes } from '../../../src/http/recordings/routes.js';
import type { RecordingStore } from '../../../src/storage/recording-store.js';

/** As src/http/server.ts sends it. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** What the server answers; a test changes it as it goes. */
export interface World {
  me: Me | null;
  sessions: SessionInfo[];
  portal: PortalInfo;
  /** What is at whatever address. */
  atAddress: PortalTarget | Problem;
  ticket: SessionCreated | null;
  recording: StoredRecording | null;
  /** True: requests for video give 404. */
  videoAway: boolean;
  readonly audited: AuditEvent[];
  /** Mutations that arrived: path, body, and the header that proves where they came from. */
  readonly mutations: { path: string; body: unknown; header: string | undefined }[];
}

export interface TestServer {
  readonly url: string;
  readonly world: World;
  close(): Promise<void>;
}

export async function startTestServer(viewerFolder: string, store: RecordingStore): Promise<TestServer> {
  const world: World = {
    me: { userName: 'ada', displayName: 'Ada Lovelace', roles: ['administrator'] },
    sessions: [],
    portal: { targets: [], notice: null },
    atAddress: CLOSED,
    ticket: null,
    recording: null,
    videoAway: false,
    audited: [],
    mutations: [],
  };
  const app = Fastify();
  app.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', CSP));
  await app.register(recordingRoutes(recordingDeps(world, store)), { prefix: '/api/v1/recordings' });
  addApi(app, world);
  await app.register(fastifyStatic, { root: viewerFolder, wildcard: false });
  app.setNotFoundHandler((_request, reply) => reply.sendFile('index.html'));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, world, close: () => app.close() };
}

function recordingDeps(world: World, store: RecordingStore): Parameters<typeof recordingRoutes>[0] {
  return {
    viewer: () => (world.me === null ? null : { actor: 'user:1', userName: world.me.userName, roles: world.me.roles }),
    loadRecording: () => Promise.resolve(world.recording),
    findPlace: () => Promise.resolve(world.recording),
    findVideo: (_sessionId, file) => {
      const last = world.recording?.segments.findLast((one) => one.file === file);
      if (world.recording === null || last === undefined || world.videoAway) return Promise.resolve(null);
      const { folder, withheld } = world.recording;
      return Promise.resolve({ folder, withheld, storedBytes: last.offset + last.sizeBytes });
    },
    audit: (event) => {
      world.audited.push(event);
      return Promise.resolve();
    },
    store,
    viewingKey: new Uint8Array(32).fill(9),
    now: () => Date.now(),
  };
}

function addApi(app: FastifyInstance, world: World): void {
  app.addHook('preHandler', async (request) => {
    if (request.method !== 'POST') return;
    const header = request.headers['x-witness-request'];
    world.mutations.push({ path: request.url, body: request.body, header: header?.toString() });
  });
  app.get('/api/v1/me', (_request, reply) =>
    world.me === null ? reply.code(401).type('application/problem+json').send(SIGNED_OUT) : reply.send(world.me),
  );
  app.get('/api/v1/sign-in/methods', () => ({ password: true, provider: null }));
  app.post<{ Body: { token: string } }>('/api/v1/sign-in', (request, reply) => {
    if (request.body.token !== 'right-token') return reply.code(401).type('application/problem+json').send(BAD_TOKEN);
    world.me = { userName: 'ada', displayName: 'Ada Lovelace', roles: ['administrator'] };
    return reply.code(204).send();
  });
  app.get<{ Querystring: { before?: string } }>('/api/v1/sessions', (request, reply) => {
    const at = request.query.before === undefined ? 0 : Number(request.query.before);
    const next = at + 25 < world.sessions.length ? String(at + 25) : null;
    return reply.send({ sessions: world.sessions.slice(at, at + 25), next });
  });
  app.get<{ Params: { id: string } }>('/api/v1/sessions/:id', (request, reply) =>
    reply.send(world.sessions.find((one) => one.id === request.params.id)),
  );
  app.get('/api/v1/portal', (_request, reply) => reply.send(world.portal));
  app.get('/api/v1/portal/address', (_request, reply) =>
    'type' in world.atAddress
      ? reply.code(world.atAddress.status).type('application/problem+json').send(world.atAddress)
      : reply.send(world.atAddress),
  );
  app.post('/api/v1/sessions', (_request, reply) => reply.code(201).send(world.ticket));
}

const CLOSED: Problem = {
  type: 'urn:witness:problem:address-not-open',
  title: 'Nobody may connect to this address',
  status: 409,
  detail: 'It is in no open network.',
  remedy: 'Choose a machine of the inventory.',
};

const SIGNED_OUT: Problem = {
  type: 'urn:witness:problem:not-signed-in',
  title: 'You are not signed in',
  status: 401,
  detail: 'This page needs a signed-in person.',
  remedy: 'Sign in and try again.',
};

const BAD_TOKEN: Problem = {
  type: 'urn:witness:problem:sign-in-refused',
  title: 'The link does not work',
  status: 401,
  detail: 'It was used already, or it is too old.',
  remedy: 'Ask for another link.',
};
