/** `/portal`: the machines that a person may reach, and what policy says of each before anybody connects. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import type { FastifyInstance } from 'fastify';
import type { PortalInfo, RecordingNotice } from '../contract/portal.js';
import type { Database } from '../database/open.js';
import { portalTargets } from '../inventory/portal-choices.js';
import type { SessionPolicy } from '../inventory/session-policy.js';
import { CONNECTING } from './guard.js';

export interface PortalRoutesDeps {
  readonly database: Pick<Database, 'targets'>;
  readonly portal: { readonly policy: Pick<SessionPolicy, 'preview'>; readonly notice: RecordingNotice | null };
}

export function portalRoutes(api: FastifyInstance, { database, portal }: PortalRoutesDeps): void {
  api.get('/portal', { config: { access: CONNECTING, scope: 'sessions:create' } }, async (request) => {
    const targets = await portalTargets(portal.policy, request.user, await database.targets.list());
    return { targets, notice: portal.notice } satisfies PortalInfo;
  });
}
