/** `/sessions/live`: who is connected where, in the fields that Azure Bastion gives an active session. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import type { FastifyInstance } from 'fastify';
import type { LiveSessionInfo, LiveSessionList } from '../contract/live-sessions.js';
import type { Database } from '../database/open.js';
import type { SessionRecord } from '../database/sessions.js';
import type { TargetRecord } from '../database/targets.js';
import { hasRole, REVIEWERS } from './guard.js';

export interface LiveSessionRoutesDeps {
  readonly database: Pick<Database, 'sessions' | 'targets'>;
  readonly clock: () => number;
}

const MINUTE_MS = 60_000;

export function liveSessionRoutes(api: FastifyInstance, { database, clock }: LiveSessionRoutesDeps): void {
  api.get(
    '/sessions/live',
    { config: { access: 'signed-in', scope: 'sessions:read' } },
    async (request): Promise<LiveSessionList> => {
      const own = hasRole(request.user, REVIEWERS) ? undefined : request.user.id;
      const [sessions, targets] = await Promise.all([database.sessions.listOpenSessions(own), database.targets.list()]);
      const byId = new Map(targets.map((target) => [target.id, target]));
      const nowMs = clock();
      return { sessions: sessions.map((session) => toLiveSession(session, byId.get(session.targetId), nowMs)) };
    },
  );
}

/** A target that has left the inventory is told of by what its session knows of it. */
function toLiveSession(session: SessionRecord, target: TargetRecord | undefined, nowMs: number): LiveSessionInfo {
  const resourceId = target?.resourceId ?? null;
  const startedAtMs = session.startedAtMs ?? session.createdAtMs;
  return {
    sessionId: session.id,
    startTime: new Date(startedAtMs).toISOString(),
    userName: session.userName,
    protocol: session.protocol,
    targetResourceId: resourceId,
    targetHostName: session.targetName,
    targetIpAddress: session.targetAddress,
    targetSubscriptionId: partOf(resourceId, 'subscriptions'),
    targetResourceGroup: partOf(resourceId, 'resourceGroups'),
    resourceType: target?.kind === 'resource' ? 'VM' : 'IP',
    sessionDurationInMins: Math.floor(Math.max(0, nowMs - startedAtMs) / MINUTE_MS),
    state: session.state,
    connectionMethod: session.connectionMethod,
    authenticationMethod: session.authenticationMethod,
    recording: session.recordingState,
    clientAddress: session.clientAddress,
  };
}

/** What follows a name in `/subscriptions/.../resourceGroups/.../providers/...`; Azure's names have no case. */
function partOf(resourceId: string | null, name: string): string | null {
  const parts = resourceId?.split('/') ?? [];
  const at = parts.findIndex((part) => part.toLowerCase() === name.toLowerCase());
  return at === -1 ? null : (parts[at + 1] ?? null);
}
