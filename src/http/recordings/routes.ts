/**
 * `/api/v1/recordings/:sessionId`: what a recording consists of, its playlist, video, events and manifest. Only people
 * whose roles include watching get an answer, and who looks into a recording is in the audit log before the first byte is sent.
 */
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../../contract/api.js';
import { sessionId as asSessionId, type SessionId } from '../../contract/ids.js';
import { StorageError } from '../../storage/storage-error.js';
import { DEFAULT_STREAM_LIMITS, type RecordingRouteDeps, type Viewer } from './deps.js';
import { MAX_EVENTS_PER_PAGE, readEventPage } from './event-page.js';
import { buildPlaylist } from './playlist.js';
import * as problems from './problems.js';
import { ReadingNotes, type RecordingPart } from './reading-notes.js';
import { recordingInfo } from './recording-info.js';
import { sendFile } from './send-file.js';
import { StreamSlots } from './stream-slots.js';
import { beginViewing, isViewing } from './viewing.js';

/** Roles that include watching recordings. */
export const WATCHING_ROLES: ReadonlySet<Role> = new Set(['administrator', 'operator', 'auditor']);

/** A manifest has about 330 bytes a segment: this is weeks of recording. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

const UUID_V7 = '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';
const SESSION_ID = { type: 'string', pattern: UUID_V7 };
const SESSION_PARAMS = { type: 'object', required: ['sessionId'], properties: { sessionId: SESSION_ID } };
const VIDEO_PARAMS = {
  type: 'object',
  required: ['sessionId', 'file'],
  properties: { sessionId: SESSION_ID, file: { type: 'string', pattern: '^video-[0-9]{4}\\.mp4$' } },
};
const VIEWING_QUERY = { type: 'object', properties: { viewing: { type: 'string', maxLength: 64 } } };
const EVENT_QUERY = {
  type: 'object',
  properties: {
    after: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: MAX_EVENTS_PER_PAGE, default: 500 },
  },
};

interface SessionRoute {
  Params: { sessionId: string };
}
interface ViewingRoute extends SessionRoute {
  Querystring: { viewing?: string };
}
interface VideoRoute {
  Params: { sessionId: string; file: string };
  Querystring: { viewing?: string };
}
interface EventRoute extends SessionRoute {
  Querystring: { after: number; limit: number };
}

/** What the routes share. */
interface Desk extends RecordingRouteDeps {
  readonly slots: StreamSlots;
  readonly readings: ReadingNotes;
}

/** The routes, relative to `/api/v1/recordings`. */
export function recordingRoutes(deps: RecordingRouteDeps): FastifyPluginAsync {
  const limits = deps.limits ?? DEFAULT_STREAM_LIMITS;
  const slots = new StreamSlots(limits.streams, limits.streamsPerViewer);
  const readings = new ReadingNotes(
    (event) => deps.audit(event),
    () => deps.now(),
  );
  const desk = { ...deps, slots, readings };
  // eslint-disable-next-line typescript/require-await -- Fastify's type wants a promise.
  return async (app) => {
    app.setErrorHandler(answerError);
    const forSession = { schema: { params: SESSION_PARAMS } };
    app.get<SessionRoute>('/:sessionId', forSession, (request, reply) => sendInfo(desk, request, reply));
    app.get<ViewingRoute>(
      '/:sessionId/playlist.m3u8',
      { schema: { params: SESSION_PARAMS, querystring: VIEWING_QUERY } },
      (request, reply) => sendPlaylist(desk, request, reply),
    );
    app.get<VideoRoute>(
      '/:sessionId/video/:file',
      { schema: { params: VIDEO_PARAMS, querystring: VIEWING_QUERY } },
      (request, reply) => sendVideo(desk, request, reply),
    );
    app.get<EventRoute>(
      '/:sessionId/events',
      { schema: { params: SESSION_PARAMS, querystring: EVENT_QUERY } },
      (request, reply) => sendEvents(desk, request, reply),
    );
    app.get<SessionRoute>('/:sessionId/manifest', forSession, (request, reply) => sendManifest(desk, request, reply));
  };
}

/** A problem of ours or of storage becomes its answer; anything else is for the handler of the whole server. */
function answerError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof problems.HttpProblem) return problems.sendProblem(reply, error);
  if (error instanceof StorageError) return problems.sendProblem(reply, problems.storageProblem(error));
  if (error.validation !== undefined) {
    return problems.sendProblem(reply, problems.invalidRequest('A part of the address is not of the expected form.'));
  }
  throw error;
}

function requireWatcher(deps: RecordingRouteDeps, request: FastifyRequest): Viewer {
  const viewer = deps.viewer(request);
  if (viewer === null) throw problems.notSignedIn();
  if (!viewer.roles.some((role) => WATCHING_ROLES.has(role))) throw problems.mayNotWatch();
  return viewer;
}

/** [invariant 1] Also in the middle of a viewing. */
function requireShown({ withheld }: { readonly withheld: boolean }): void {
  if (withheld) throw problems.recordingWithheld();
}

/** The recording is there: that this person looks into it is on record from here on. */
async function noteReading(
  { readings }: Desk,
  viewer: Viewer,
  request: FastifyRequest<SessionRoute>,
  part: RecordingPart,
): Promise<void> {
  await readings.note({ viewer, sessionId: asSessionId(request.params.sessionId), address: request.ip, part });
}

async function sendInfo(desk: Desk, request: FastifyRequest<SessionRoute>, reply: FastifyReply): Promise<FastifyReply> {
  const viewer = requireWatcher(desk, request);
  const recording = await desk.loadRecording(asSessionId(request.params.sessionId));
  if (recording === null) throw problems.noRecording();
  await noteReading(desk, viewer, request, 'details');
  return reply.header('cache-control', 'no-store').send(recordingInfo(recording));
}

/**
 * Without a viewing: begins one and sends the player to the playlist that carries it. Players reload a live playlist
 * at the address they were sent to, so reloading is the same viewing.
 */
async function sendPlaylist(
  deps: RecordingRouteDeps,
  request: FastifyRequest<ViewingRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const viewer = requireWatcher(deps, request);
  const sessionId = asSessionId(request.params.sessionId);
  const { viewing } = request.query;
  if (viewing !== undefined) requireViewing(deps, viewer, sessionId, viewing);
  const recording = await deps.loadRecording(sessionId);
  if (recording === null) throw problems.noRecording();
  requireShown(recording);
  if (recording.segments.length === 0) throw problems.nothingStored(recording.complete);
  reply.header('cache-control', 'no-store');
  if (viewing === undefined) {
    const begun = await auditedViewing(deps, viewer, sessionId, request.ip, recording.complete);
    return reply.redirect(`playlist.m3u8?viewing=${begun}`, 307);
  }
  return reply.type('application/vnd.apple.mpegurl').send(buildPlaylist(recording, `?viewing=${viewing}`));
}

async function auditedViewing(
  deps: RecordingRouteDeps,
  viewer: Viewer,
  sessionId: SessionId,
  address: string,
  complete: boolean,
): Promise<string> {
  const viewing = beginViewing(deps.viewingKey, { sessionId, actor: viewer.actor }, deps.now());
  await deps.audit({
    kind: 'replay.watched',
    actor: viewer.actor,
    sessionId,
    data: { viewing: viewing.id, userName: viewer.userName, address, live: !complete },
  });
  return viewing.text;
}

function requireViewing(deps: RecordingRouteDeps, viewer: Viewer, sessionId: SessionId, viewing: string): void {
  const subject = { sessionId, actor: viewer.actor };
  if (!isViewing(deps.viewingKey, subject, viewing, deps.now())) throw problems.viewingRequired();
}

async function sendVideo(deps: Desk, request: FastifyRequest<VideoRoute>, reply: FastifyReply): Promise<FastifyReply> {
  const viewer = requireWatcher(deps, request);
  const sessionId = asSessionId(request.params.sessionId);
  requireViewing(deps, viewer, sessionId, request.query.viewing ?? '');
  const video = await deps.findVideo(sessionId, request.params.file);
  if (video === null) throw problems.noRecording();
  requireShown(video);
  return sendFile(request, reply, deps.store, {
    path: `${video.folder}/${request.params.file}`,
    sizeBytes: video.storedBytes,
    contentType: 'video/mp4',
    done: takeSlot(deps.slots, viewer),
  });
}

function takeSlot(slots: StreamSlots, viewer: Viewer): () => void {
  const give = slots.take(viewer.actor);
  if (give === null) throw problems.tooManyStreams();
  return give;
}

async function sendEvents(deps: Desk, request: FastifyRequest<EventRoute>, reply: FastifyReply): Promise<FastifyReply> {
  const viewer = requireWatcher(deps, request);
  const place = await deps.findPlace(asSessionId(request.params.sessionId));
  if (place === null) throw problems.noRecording();
  requireShown(place);
  await noteReading(deps, viewer, request, 'details');
  const { after, limit } = request.query;
  const path = `${place.folder}/events.ndjson`;
  const signal = AbortSignal.timeout(30_000);
  return reply.header('cache-control', 'no-store').send(await readEventPage(deps.store, path, after, limit, signal));
}

async function sendManifest(
  deps: Desk,
  request: FastifyRequest<SessionRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const viewer = requireWatcher(deps, request);
  const place = await deps.findPlace(asSessionId(request.params.sessionId));
  if (place === null) throw problems.noRecording();
  const path = `${place.folder}/manifest.json`;
  const sizeBytes = await manifestSize(deps, path, place.complete);
  await noteReading(deps, viewer, request, 'manifest');
  reply.header('content-disposition', `attachment; filename="manifest-${request.params.sessionId}.json"`);
  const done = takeSlot(deps.slots, viewer);
  return sendFile(request, reply, deps.store, { path, sizeBytes, contentType: 'application/json', done });
}

async function manifestSize(deps: RecordingRouteDeps, path: string, complete: boolean): Promise<number> {
  try {
    const sizeBytes = await deps.store.size(path);
    if (sizeBytes <= MAX_MANIFEST_BYTES) return sizeBytes;
    throw new StorageError('too-large', `${path} has ${sizeBytes} bytes`);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not-found') throw problems.manifestNotYet(complete);
    throw error;
  }
}
