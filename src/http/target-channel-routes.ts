/** `/channels` and `/targets/:id/channels`: what may pass besides picture and input, by the gateway's setting and where a target differs. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import {
  ALL_CHANNEL_USES,
  type ChannelOverrides,
  type ChannelPolicy,
  channelPolicy,
} from '../contract/channel-policy.js';
import type { ChannelList, TargetChannels } from '../contract/channels.js';
import { targetId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import type { AuditAppender } from '../identity/identity.js';
import { CONNECTING, POLICY_EDITORS, REVIEWERS } from './guard.js';
import { ProblemError } from './problems.js';

export interface TargetChannelRoutesDeps {
  readonly database: Pick<Database, 'targets' | 'targetChannels'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  /** The gateway's own setting. */
  readonly channels: ChannelPolicy;
}

const PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const OVERRIDES = Type.Object(Object.fromEntries(ALL_CHANNEL_USES.map((use) => [use, Type.Optional(Type.Boolean())])), {
  additionalProperties: false,
});

const READING = { access: CONNECTING, scope: 'inventory:read' } as const;
const CHANGING = { access: POLICY_EDITORS, scope: 'inventory:write' } as const;

export function targetChannelRoutes(instance: FastifyInstance, deps: TargetChannelRoutesDeps): void {
  const { database, audit, clock, channels } = deps;
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  const answer = (overrides: ChannelOverrides): TargetChannels => ({
    overrides,
    allowed: [...channelPolicy(channels, overrides)],
  });
  const existing = async (id: string) => {
    const target = await database.targets.get(targetId(id));
    if (target === null) throw new ProblemError('not-found', { detail: 'There is no such target in the inventory.' });
    return target;
  };

  api.get('/channels', { config: { access: REVIEWERS, scope: 'policy:read' } }, async (): Promise<ChannelList> => {
    const [targets, overrides] = await Promise.all([database.targets.list(), database.targetChannels.list()]);
    return {
      gateway: [...channelPolicy(channels, {})],
      targets: targets.map(({ id, name }) => ({ targetId: id, name, ...answer(overrides.get(id) ?? {}) })),
    };
  });

  api.get('/targets/:id/channels', { config: READING, schema: { params: PARAMS } }, async (request) => {
    const { id } = await existing(request.params.id);
    return answer(await database.targetChannels.get(id));
  });

  // Sessions that are connected keep what they began with.
  api.put(
    '/targets/:id/channels',
    { config: CHANGING, schema: { params: PARAMS, body: OVERRIDES } },
    async (request) => {
      const { id, name } = await existing(request.params.id);
      // The schema lets through booleans under the names of uses alone.
      const overrides = request.body as ChannelOverrides;
      const was = await database.targetChannels.get(id);
      const data = { change: 'target-channels', targetId: id, name, was: { ...was }, channels: { ...overrides } };
      await audit.append({ kind: 'policy.changed', actor: `user:${request.user.id}`, sessionId: null, data });
      await database.targetChannels.set(id, overrides, clock());
      return answer(overrides);
    },
  );
}
