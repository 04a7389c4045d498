/** `/targets`: the inventory. Which targets there are, and whether they are recorded, is policy. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { randomBytes } from 'node:crypto';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { TargetInfo } from '../contract/api.js';
import { type TargetId, targetId, uuidV7 } from '../contract/ids.js';
import type { Json } from '../contract/json.js';
import type { Database } from '../database/open.js';
import type { NewTarget, TargetRecord } from '../database/targets.js';
import type { AuditAppender } from '../identity/identity.js';
import type { RecordingSetting } from '../contract/rule.js';
import { readHost } from '../inventory/host.js';
import { localMachine } from '../policy/scopes.js';
import { ADMINISTRATORS, CONNECTING, POLICY_EDITORS } from './guard.js';
import { ProblemError } from './problems.js';
import type { RequestUser } from './request-user.js';

export interface TargetRoutesDeps {
  readonly database: Pick<Database, 'targets' | 'settings'>;
  /** Whether sessions are recorded until an operator sets it for the host. */
  readonly recording: RecordingSetting;
  readonly audit: AuditAppender;
  readonly clock: () => number;
}

const RECORDING = Type.Union([Type.Literal('required'), Type.Literal('preferred'), Type.Literal('off')]);
const NEW_TARGET = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\x00-\\x1f\\x7f]+$' }),
    /** Host name, IPv4 or IPv6 address. */
    address: Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._:-]+$' }),
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 3389 }),
    recording: Type.Optional(RECORDING),
    kind: Type.Optional(Type.Union([Type.Literal('resource'), Type.Literal('ip')])),
  },
  { additionalProperties: false },
);
const RECORDING_CHANGE = Type.Object({ recording: RECORDING }, { additionalProperties: false });
const TARGET_PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

const READING = { access: CONNECTING, scope: 'inventory:read' } as const;
const CHANGING = { access: POLICY_EDITORS, scope: 'inventory:write' } as const;
const ADMINISTERING = { access: ADMINISTRATORS, scope: 'inventory:write' } as const;

export function targetRoutes(instance: FastifyInstance, deps: TargetRoutesDeps): void {
  const { database, audit, clock } = deps;
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  const audited = (user: RequestUser, change: string, data: { readonly [key: string]: Json }) =>
    audit.append({ kind: 'policy.changed', actor: `user:${user.id}`, sessionId: null, data: { change, ...data } });

  const toTargetInfo = async (target: NewTarget): Promise<TargetInfo> => {
    const { id, name, address, port } = target;
    const recording = target.recordingSetting ?? (await readHost(database, deps.recording)).recording;
    return { id, name, address, port, recording };
  };

  api.get('/targets', { config: READING }, async () => ({
    targets: await Promise.all((await database.targets.list()).map(toTargetInfo)),
  }));

  api.post('/targets', { config: ADMINISTERING, schema: { body: NEW_TARGET } }, async (request, reply) => {
    const { name, address, port, recording = null, kind = 'resource' } = request.body;
    const taken = (await database.targets.list()).some((target) => target.name === name);
    if (taken) throw new ProblemError('name-taken');
    const nowMs = clock();
    const id = targetId(uuidV7(nowMs, randomBytes(10)));
    const resourceId = kind === 'resource' ? localMachine(name) : null;
    const known = { id, name, kind, address, port, resourceId };
    const target: NewTarget = { ...known, recordingSetting: recording, createdAtMs: nowMs };
    await audited(request.user, 'target-added', { targetId: id, name, address, port, recording });
    await database.targets.create(target);
    return reply.code(201).send(await toTargetInfo(target));
  });

  api.patch(
    '/targets/:id',
    { config: CHANGING, schema: { params: TARGET_PARAMS, body: RECORDING_CHANGE } },
    async (request) => {
      const target = await existing(database, targetId(request.params.id));
      const { recording } = request.body;
      const was = target.recordingSetting;
      await audited(request.user, 'target-recording', { targetId: target.id, name: target.name, was, recording });
      await database.targets.setRecording(target.id, recording);
      return toTargetInfo({ ...target, recordingSetting: recording });
    },
  );

  api.delete('/targets/:id', { config: ADMINISTERING, schema: { params: TARGET_PARAMS } }, async (request, reply) => {
    const target = await existing(database, targetId(request.params.id));
    await audited(request.user, 'target-removed', { targetId: target.id, name: target.name });
    await database.targets.remove(target.id);
    return reply.code(204).send();
  });
}

async function existing(database: Pick<Database, 'targets'>, id: TargetId): Promise<TargetRecord> {
  const target = await database.targets.get(id);
  if (target === null) throw new ProblemError('not-found', { detail: 'There is no such target in the inventory.' });
  return target;
}
