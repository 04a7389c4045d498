/** Adding, changing and removing targets. */
import { randomBytes } from 'node:crypto';
import type { Static } from 'typebox';
import { type TargetId, targetId, uuidV7 } from '../contract/ids.js';
import type { TargetDetails } from '../contract/inventory.js';
import type { Json } from '../contract/json.js';
import type { RecordingSetting } from '../contract/rule.js';
import type { TargetCredentialRecord } from '../database/target-credentials.js';
import { PLACE_UNKNOWN, type TargetRecord, type TargetUpdate } from '../database/targets.js';
import { localMachine, normalScope } from '../policy/scopes.js';
import { InventoryError } from './inventory-error.js';
import { makeChange, makeRecordingChange, type PolicyChangeOptions } from './policy-change.js';
import type { NEW_TARGET, TARGET_CHANGE } from './schemas.js';
import { isAnotherMachine } from './stale-credentials.js';

const DEFAULT_PORT = 3389;

/**
 * Adds a target. One without a resource id is a machine outside Azure, and gets an id of the gateway.
 * @throws InventoryError
 */
export async function addTarget(
  options: PolicyChangeOptions,
  actor: string,
  typed: Static<typeof NEW_TARGET>,
): Promise<TargetRecord> {
  const nowMs = options.clock();
  const { name, address, port = DEFAULT_PORT, kind = 'resource' } = typed;
  const target = withFields(
    {
      ...PLACE_UNKNOWN,
      recordingSetting: null,
      id: targetId(uuidV7(nowMs, randomBytes(10))),
      name,
      kind,
      address,
      port,
      createdAtMs: nowMs,
    },
    typed,
  );
  await requireFree(options, target);
  const data = { targetId: target.id, ...saidOf(target) };
  await makeChange(options, { actor, change: 'target-added', data }, ({ targets }) => targets.create(target));
  return target;
}

export interface ChangedTarget {
  readonly target: TargetRecord;
  /** The stored credential that went with the change; null when there was none, or it stays. */
  readonly dropped: TargetCredentialRecord | null;
}

/** Changes what is given. @throws InventoryError, SessionsInTheWayError */
export async function changeTarget(
  options: PolicyChangeOptions,
  actor: string,
  id: TargetId,
  { endSessions = false, ...typed }: Static<typeof TARGET_CHANGE>,
): Promise<ChangedTarget> {
  const was = await existingTarget(options, id);
  const target = withFields(was, typed);
  const update = differences(was, target);
  if (Object.keys(update).length === 0) return { target: was, dropped: null };
  await requireFree(options, target);
  const onlyRecording = Object.keys(update).join() === 'recordingSetting';
  const told = onlyRecording
    ? { was: was.recordingSetting, recording: target.recordingSetting }
    : Object.fromEntries(
        Object.entries(update).map(([name, is]) => [name, { was: was[name as keyof TargetUpdate], is }]),
      );
  const data = { targetId: id, name: was.name, ...told, endSessions };
  const recording = { targets: new Map([[id, target.recordingSetting]]) };
  const dropped = isAnotherMachine(update) ? await options.database.targetCredentials.get(id) : null;
  const name = onlyRecording ? 'target-recording' : 'target-changed';
  const change = { actor, change: name, data, recording, endSessions, dropped: dropped === null ? [] : [dropped] };
  await makeRecordingChange(options, change, async ({ targets, targetCredentials }) => {
    await targets.update(id, update);
    // Also one that was stored a moment ago.
    if (isAnotherMachine(update)) await targetCredentials.remove(id);
  });
  return { target, dropped };
}

/** @throws InventoryError */
export async function removeTarget(options: PolicyChangeOptions, actor: string, id: TargetId): Promise<void> {
  const target = await existingTarget(options, id);
  const data = { targetId: id, name: target.name };
  await makeChange(options, { actor, change: 'target-removed', data }, ({ targets }) => targets.remove(id));
}

/** The target as the API tells it. @param hostRecording what holds for targets without a setting of their own */
export function toTargetDetails(target: TargetRecord, hostRecording: RecordingSetting): TargetDetails {
  const { createdAtMs: _created, ...details } = target;
  return { ...details, recording: target.recordingSetting ?? hostRecording };
}

async function existingTarget({ database }: PolicyChangeOptions, id: TargetId): Promise<TargetRecord> {
  const target = await database.targets.get(id);
  if (target === null) throw new InventoryError('no-such-target', 'There is no such target in the inventory.');
  return target;
}

type TypedFields = Omit<Static<typeof TARGET_CHANGE>, 'endSessions'>;

/** @throws InventoryError `inconsistent` */
function withFields(target: TargetRecord, { recording, certificateSha256, ...typed }: TypedFields): TargetRecord {
  const changed: TargetRecord = {
    ...target,
    ...typed,
    ...(recording !== undefined && { recordingSetting: recording }),
    ...(certificateSha256 !== undefined && {
      certificateSha256: certificateSha256?.replaceAll(':', '').toLowerCase() ?? null,
    }),
  };
  const isIp = changed.kind === 'ip';
  const whole = isIp ? changed : { ...changed, resourceId: changed.resourceId ?? localMachine(changed.name) };
  const problem = inconsistency(whole);
  if (problem !== null) throw new InventoryError('inconsistent', problem);
  return whole;
}

function inconsistency(target: TargetRecord): string | null {
  if (target.kind === 'ip' && (target.resourceId !== null || target.nicId !== null)) {
    return 'A target of the kind "ip" has neither a resource id nor a network interface: leave them out, or choose the kind "resource".';
  }
  if (target.peered && target.virtualNetworkId === null) {
    return 'A target is peered only with a virtual network: give its "virtualNetworkId".';
  }
  if (target.certificatePolicy === 'pinned' && target.certificateSha256 === null) {
    return 'The certificate policy "pinned" needs the SHA-256 of the certificate: give "certificateSha256".';
  }
  return null;
}

/** @throws InventoryError when another target has the name or the resource */
async function requireFree({ database }: PolicyChangeOptions, target: TargetRecord): Promise<void> {
  const others = (await database.targets.list()).filter(({ id }) => id !== target.id);
  const namesake = await database.targets.getByName(target.name);
  if (namesake !== null && namesake.id !== target.id) {
    throw new InventoryError('name-taken', 'There is another target with this name.');
  }
  const { resourceId } = target;
  if (resourceId === null) return;
  const twin = others.find(
    (other) => other.resourceId !== null && normalScope(other.resourceId) === normalScope(resourceId),
  );
  if (twin !== undefined) throw new InventoryError('resource-taken', `The target "${twin.name}" is the same resource.`);
}

function differences(was: TargetRecord, is: TargetRecord): TargetUpdate {
  const names = Object.keys(is) as (keyof TargetRecord)[];
  return Object.fromEntries(names.filter((name) => was[name] !== is[name]).map((name) => [name, is[name]]));
}

/** What the audit log says of a new target: what is not just the default. */
function saidOf(target: TargetRecord): { readonly [name: string]: Json } {
  const { id: _id, createdAtMs: _created, recordingSetting, ...fields } = target;
  const said = Object.entries(fields).filter(([, value]) => value !== null && value !== false);
  return { ...Object.fromEntries(said), recording: recordingSetting };
}
