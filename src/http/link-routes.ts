/** `/links`: shareable links, made, listed and revoked by who looks after targets, and opened by who has one. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { targetId } from '../contract/ids.js';
import {
  type LinkCreated,
  type LinkInfo,
  type LinkList,
  MAX_LINK_LIFETIME_HOURS,
  MAX_LINK_NOTE,
  MAX_LIVE_LINKS,
  type OpenedLink,
} from '../contract/links.js';
import type { Database } from '../database/open.js';
import type { ShareableLinkRecord } from '../database/shareable-links.js';
import type { TargetRecord } from '../database/targets.js';
import { targetOfLink } from '../inventory/portal-choices.js';
import { explain } from '../policy/decide.js';
import { CONNECTING, POLICY_EDITORS } from './guard.js';
import type { PortalRoutesDeps } from './portal-routes.js';
import { ProblemError } from './problems.js';
import type { RequestUser } from './request-user.js';
import type { LinkRefusal, LinkService } from './services.js';

export interface LinkRoutesDeps extends Pick<PortalRoutesDeps, 'portal'> {
  readonly database: Pick<Database, 'targets'>;
  readonly links: LinkService;
}

const HOUR_MS = 60 * 60 * 1000;
/** Rules that nobody gets past by this target's links, whoever opens one. */
const IN_THE_WAY_OF_ALL: ReadonlySet<string> = new Set(['sku-link', 'links-off', 'link-ip']);
const REFUSALS: { readonly [reason in LinkRefusal]: string } = {
  unknown: 'There is no such link: a part of its address may be missing.',
  expired: 'The link has expired.',
  revoked: 'The link was revoked.',
  'other-target': 'The link leads to another target.',
};

const PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const NEW_LINK = Type.Object(
  {
    targetId: Type.String({ minLength: 1, maxLength: 100 }),
    lifetimeHours: Type.Integer({ minimum: 1, maximum: MAX_LINK_LIFETIME_HOURS }),
    note: Type.Optional(Type.String({ maxLength: MAX_LINK_NOTE, pattern: '^[^\\x00-\\x1f\\x7f]*$' })),
  },
  { additionalProperties: false },
);
const SHOWN = Type.Object({ secret: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false });

const READING = { access: POLICY_EDITORS, scope: 'inventory:read' } as const;
const CHANGING = { access: POLICY_EDITORS, scope: 'inventory:write' } as const;

export function linkRoutes(instance: FastifyInstance, { database, links, portal }: LinkRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.get('/links', { config: READING }, async () => {
    return { links: (await links.list()).map(toLinkInfo), most: MAX_LIVE_LINKS } satisfies LinkList;
  });

  api.post('/links', { config: CHANGING, schema: { body: NEW_LINK } }, async (request, reply) => {
    const { lifetimeHours, note = '' } = request.body;
    const target = await existing(database, request.body.targetId);
    await requireLinkable(portal, request.user, target);
    const made = await links.create(request.user, { target, note, lifetimeMs: lifetimeHours * HOUR_MS });
    if (made === null) throw new ProblemError('too-many-links');
    return reply.code(201).send({ ...toLinkInfo(made.link), secret: made.secret } satisfies LinkCreated);
  });

  api.delete('/links/:id', { config: CHANGING, schema: { params: PARAMS } }, async (request, reply) => {
    const revoked = await links.revoke(request.user, request.params.id);
    if (!revoked) throw new ProblemError('not-found', { detail: 'There is no such link, or it works no longer.' });
    return reply.code(204).send();
  });

  // The secret comes in the body: addresses of requests are written down here and there.
  api.post(
    '/links/open',
    { config: { access: CONNECTING, scope: 'sessions:create' }, schema: { body: SHOWN } },
    async (request) => {
      const at = { sessionId: null, targetId: null, clientAddress: request.ip };
      const shown = await links.show(request.user, request.body.secret, at);
      if (shown.kind === 'locked-out') throw lockedOut(shown.retryAfterMs);
      if (shown.kind === 'refused') throw linkRefused(shown.reason);
      const target = await existing(database, shown.link.targetId);
      const expiresAt = new Date(shown.link.expiresAtMs).toISOString();
      const opened = await targetOfLink(portal.policy, request.user, target);
      return { target: opened, notice: portal.notice, expiresAt } satisfies OpenedLink;
    },
  );
}

/** For whoever shows a link that leads nowhere. */
export function linkRefused(reason: LinkRefusal): ProblemError {
  return new ProblemError('link-refused', { detail: REFUSALS[reason] });
}

/** For whoever showed too many. */
export function lockedOut(retryAfterMs: number): ProblemError {
  return new ProblemError('too-many-requests', {
    detail: 'You showed too many links that do not exist.',
    retryAfterMs,
  });
}

async function existing(database: LinkRoutesDeps['database'], id: string): Promise<TargetRecord> {
  const target = await database.targets.get(targetId(id));
  if (target === null) throw new ProblemError('not-found', { detail: 'There is no such target in the inventory.' });
  return target;
}

/** A link that policy refuses to everybody is not made. */
async function requireLinkable(
  { policy }: LinkRoutesDeps['portal'],
  user: RequestUser,
  target: TargetRecord,
): Promise<void> {
  const asked = { connectionMethod: 'portal', authenticationMethod: 'password', throughLink: true } as const;
  const [decision] = await policy.preview(user, target, [asked]);
  const reasons = (decision?.reasons ?? []).filter((code) => IN_THE_WAY_OF_ALL.has(code));
  if (reasons.length > 0) throw new ProblemError('link-not-possible', { reasons: reasons.map(explain) });
}

function toLinkInfo(link: ShareableLinkRecord): LinkInfo {
  const { id, targetName, note } = link;
  const [createdAt, expiresAt] = [new Date(link.createdAtMs).toISOString(), new Date(link.expiresAtMs).toISOString()];
  return { id, targetId: link.targetId, targetName, note, createdBy: link.createdByName, createdAt, expiresAt };
}
