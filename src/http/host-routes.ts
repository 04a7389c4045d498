/** `/host`: SKU, switches, routes, recording setting and limits of the host. `/policy/explain`: what policy says of facts. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { HostLimits } from '../contract/inventory.js';
import { explainFacts, TYPED_FACTS } from '../inventory/explain.js';
import { readHost } from '../inventory/host.js';
import { changeHost } from '../inventory/host-changes.js';
import type { PolicyChangeOptions } from '../inventory/policy-change.js';
import { HOST_CHANGE } from '../inventory/schemas.js';
import type { GatewayAbilities } from '../policy/gateway-abilities.js';
import { POLICY_EDITORS, REVIEWERS } from './guard.js';
import { onPolicyProblem } from './policy-problems.js';

export interface HostRoutesDeps extends PolicyChangeOptions {
  /** Bounds of sessions that this gateway was started with. */
  readonly limits: HostLimits;
  /** What the gateway can do; what is built when left out. */
  readonly abilities?: GatewayAbilities;
}

export function hostRoutes(instance: FastifyInstance, deps: HostRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.get('/host', { config: { access: REVIEWERS, scope: 'policy:read' } }, () =>
    readHost(deps.database, deps.recording),
  );

  api.get('/host/limits', { config: { access: REVIEWERS, scope: 'policy:read' } }, (): HostLimits => {
    const { maxSessionMs, idleTimeoutMs, sessionsPerUser, sessionsPerHost } = deps.limits;
    return { maxSessionMs, idleTimeoutMs, sessionsPerUser, sessionsPerHost };
  });

  api.put(
    '/host',
    { config: { access: POLICY_EDITORS, scope: 'inventory:write' }, schema: { body: HOST_CHANGE } },
    (request) => changeHost(deps, `user:${request.user.id}`, request.body).catch(onPolicyProblem),
  );

  api.get(
    '/policy/explain',
    { config: { access: 'signed-in', scope: 'policy:read' }, schema: { querystring: TYPED_FACTS } },
    async (request) => explainFacts(await readHost(deps.database, deps.recording), request.query, deps.abilities),
  );
}
