/** Takes over what the Azure CLI printed. What people set by hand for a target that is there already stays. */
import { randomBytes } from 'node:crypto';
import { targetId, uuidV7 } from '../contract/ids.js';
import type { ImportReport } from '../contract/inventory.js';
import type { RoleAssignmentRecord } from '../database/role-assignments.js';
import type { NewTarget, TargetRecord, TargetUpdate } from '../database/targets.js';
import { normalScope } from '../policy/scopes.js';
import { type AzureNic, type AzureVm, readAssignments, readNics, readVms, type Skipped } from './azure-files.js';
import { readHost } from './host.js';
import { makeChange, type PolicyChangeOptions } from './policy-change.js';
import { assignmentKey } from './role-assignments.js';
import { isAnotherMachine } from './stale-credentials.js';

/** `az vm list -d` and, for peering and addresses, `az network nic list`; both parsed. */
export interface TargetFiles {
  readonly vms: readonly unknown[];
  readonly nics: readonly unknown[];
}

const RDP_PORT = 3389;

/** Where a VM is, from both files. Peering is assumed where the host's own network is not known: it asks for more. */
interface Place {
  readonly address: string;
  readonly nicId: string | null;
  readonly virtualNetworkId: string | null;
  readonly peered: boolean;
}

export async function importTargets(
  options: PolicyChangeOptions,
  actor: string,
  files: TargetFiles,
): Promise<ImportReport> {
  const { database, clock, recording } = options;
  const [existing, host] = await Promise.all([database.targets.list(), readHost(database, recording)]);
  const { added, changed, unchanged, skipped } = plan(files, existing, host.virtualNetworkId, clock());
  const credentialsDropped: string[] = [];
  if (added.length + changed.length > 0) {
    const data = {
      added: added.map(({ id, name, resourceId = null, address }) => ({ id, name, resourceId, address })),
      changed: changed.map(({ target, update }) => ({ id: target.id, name: target.name, fields: Object.keys(update) })),
    };
    const moved = new Map(
      changed.flatMap(({ target, update }) => (isAnotherMachine(update) ? [[target.id, target.name] as const] : [])),
    );
    const dropped = (await database.targetCredentials.list()).filter(({ targetId: id }) => moved.has(id));
    credentialsDropped.push(...dropped.map(({ targetId: id }) => moved.get(id) ?? id));
    const change = { actor, change: 'targets-imported', data, dropped };
    await makeChange(options, change, async ({ targets, targetCredentials }) => {
      for (const target of added) await targets.create(target);
      for (const { target, update } of changed) await targets.update(target.id, update);
      for (const id of moved.keys()) await targetCredentials.remove(id);
    });
  }
  const report = { added: added.length, changed: changed.length, unchanged, removed: 0, skipped };
  return credentialsDropped.length === 0 ? report : { ...report, credentialsDropped };
}

interface Plan {
  readonly added: readonly NewTarget[];
  readonly changed: readonly { readonly target: TargetRecord; readonly update: TargetUpdate }[];
  readonly unchanged: number;
  readonly skipped: readonly Skipped[];
}

function plan(files: TargetFiles, existing: readonly TargetRecord[], hostNetwork: string | null, nowMs: number): Plan {
  const [vms, nics] = [readVms(files.vms), readNics(files.nics)];
  const skipped: Skipped[] = [...vms.skipped, ...nics.skipped];
  const known = new Map(
    existing.flatMap((one) => (one.resourceId === null ? [] : [[normalScope(one.resourceId), one] as const])),
  );
  const names = new Set(existing.map(({ name }) => name));
  const nicById = new Map(nics.items.map((nic) => [normalScope(nic.resourceId), nic]));
  const added: NewTarget[] = [];
  const changed: { target: TargetRecord; update: TargetUpdate }[] = [];
  // A machine that a file names twice is one.
  const unique = new Map(vms.items.map((vm) => [normalScope(vm.resourceId), vm]));
  for (const [key, vm] of unique) {
    const place = placeOf(vm, nicById, hostNetwork);
    const target = known.get(key);
    if (place === null) skipped.push({ name: vm.name, reason: NO_ADDRESS });
    else if (target === undefined) added.push(newTarget(freeName(vm, names), vm, place, nowMs));
    else changed.push({ target, update: updateOf(target, vm, place) });
  }
  const changing = changed.filter(({ update }) => Object.keys(update).length > 0);
  return { added, changed: changing, unchanged: changed.length - changing.length, skipped };
}

const NO_ADDRESS = 'neither the list of machines nor that of network interfaces has an IP address for it';
const IP_ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;

function placeOf(vm: AzureVm, nics: ReadonlyMap<string, AzureNic>, hostNetwork: string | null): Place | null {
  const nic = vm.nicId === null ? undefined : nics.get(normalScope(vm.nicId));
  const address = vm.address ?? nic?.address ?? null;
  if (address === null || !IP_ADDRESS.test(address)) return null;
  const virtualNetworkId = nic?.virtualNetworkId ?? null;
  const peered =
    virtualNetworkId !== null && (hostNetwork === null || normalScope(hostNetwork) !== normalScope(virtualNetworkId));
  return { address, nicId: vm.nicId, virtualNetworkId, peered };
}

/** Names are unique here; those of virtual machines are so only within their resource group. */
function freeName(vm: AzureVm, names: Set<string>): string {
  const candidates = [vm.name, `${vm.name} (${vm.resourceGroup})`, vm.resourceId];
  const name = candidates.find((candidate) => !names.has(candidate)) ?? vm.resourceId;
  names.add(name);
  return name;
}

function newTarget(name: string, vm: AzureVm, place: Place, nowMs: number): NewTarget {
  return {
    ...place,
    id: targetId(uuidV7(nowMs, randomBytes(10))),
    name,
    kind: 'resource',
    port: RDP_PORT,
    recordingSetting: null,
    resourceId: vm.resourceId,
    entraJoined: vm.entraJoined ?? false,
    createdAtMs: nowMs,
  };
}

function updateOf(target: TargetRecord, vm: AzureVm, place: Place): TargetUpdate {
  // A file that does not know the network does not take away what is known of it.
  const network =
    place.virtualNetworkId === null ? {} : { virtualNetworkId: place.virtualNetworkId, peered: place.peered };
  const is: TargetUpdate = {
    address: place.address,
    ...(place.nicId !== null && { nicId: place.nicId }),
    ...network,
    ...(vm.entraJoined !== null && { entraJoined: vm.entraJoined }),
  };
  const names = Object.keys(is) as (keyof TargetUpdate)[];
  return Object.fromEntries(names.filter((name) => is[name] !== target[name]).map((name) => [name, is[name]]));
}

/** `az role assignment list --all`. @param replace removes imported assignments that the file does not have any more */
export async function importRoleAssignments(
  options: PolicyChangeOptions,
  actor: string,
  { list, replace }: { readonly list: readonly unknown[]; readonly replace: boolean },
): Promise<ImportReport> {
  const { items, skipped } = readAssignments(list);
  const existing = await options.database.roleAssignments.list();
  const known = new Set(existing.map(assignmentKey));
  const wanted = new Map(items.map((item) => [assignmentKey(item), item]));
  const nowMs = options.clock();
  const added = [...wanted.values()]
    .filter((item) => !known.has(assignmentKey(item)))
    .map((item): RoleAssignmentRecord => ({
      ...item,
      id: uuidV7(nowMs, randomBytes(10)),
      source: 'azure',
      createdAtMs: nowMs,
    }));
  const removed = existing.filter((one) => replace && one.source === 'azure' && !wanted.has(assignmentKey(one)));
  if (added.length + removed.length > 0) {
    const data = { added: added.map(saidOf), removed: removed.map(saidOf) };
    await makeChange(options, { actor, change: 'roles-imported', data }, async ({ roleAssignments }) => {
      for (const one of added) await roleAssignments.create(one);
      for (const { id } of removed) await roleAssignments.remove(id);
    });
  }
  const unchanged = wanted.size - added.length;
  return { added: added.length, changed: 0, unchanged, removed: removed.length, skipped };
}

function saidOf({ principalKind, principal, role, scope }: RoleAssignmentRecord) {
  return { principalKind, principal, role, scope };
}
