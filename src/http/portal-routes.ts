/** `/portal`: the machines that a person may reach, and what policy says of each before anybody connects. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { PortalInfo, PortalTarget, RecordingNotice } from '../contract/portal.js';
import type { Database } from '../database/open.js';
import { addressTarget, portalTargets } from '../inventory/portal-choices.js';
import type { SessionPolicy } from '../inventory/session-policy.js';
import { TYPED_ADDRESS } from '../inventory/schemas.js';
import type { TypedAddresses } from '../inventory/typed-address.js';
import { CONNECTING } from './guard.js';
import { ProblemError } from './problems.js';

export interface PortalRoutesDeps {
  readonly database: Pick<Database, 'targets'>;
  readonly portal: {
    readonly policy: Pick<SessionPolicy, 'preview'>;
    readonly notice: RecordingNotice | null;
    readonly addresses: Pick<TypedAddresses, 'find'>;
  };
}

export function portalRoutes(instance: FastifyInstance, { database, portal }: PortalRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  api.get('/portal', { config: { access: CONNECTING, scope: 'sessions:create' } }, async (request) => {
    const targets = await portalTargets(portal.policy, request.user, await database.targets.list());
    return { targets, notice: portal.notice } satisfies PortalInfo;
  });

  api.get(
    '/portal/address',
    { config: { access: CONNECTING, scope: 'sessions:create' }, schema: { querystring: TYPED_ADDRESS } },
    async (request): Promise<PortalTarget> => {
      const target = await portal.addresses.find(request.query);
      if (target === null) throw new ProblemError('address-not-open');
      return addressTarget(portal.policy, request.user, target);
    },
  );
}
